/** The settings that a draft comes to. Pure, but for earlier versions, which are read. */
import type { Found } from '../adapters/network/parse.ts';
import type { ChangeDraft } from '../appliance.ts';
import { defaultSettings, type Settings } from '../settings/schema.ts';
import { draftedProxy } from './proxy.ts';
import { whyFixed } from './suffix.ts';
import type { System } from './system.ts';

/**
 * @param found the interfaces of the machine
 * @throws Failure 'bad-values', 'unknown-revision'
 */
export async function draftedSettings(
  system: System,
  draft: ChangeDraft,
  before: Settings,
  found: readonly Found[],
): Promise<Settings> {
  switch (draft.section) {
    case 'interface':
      // Parsed when it came in.
      return { ...before, interfaces: { ...before.interfaces, [draft.name]: draft.settings } } as Settings;
    case 'dns':
      return { ...before, dns: draft.settings as Settings['dns'] };
    case 'proxy':
      return { ...before, proxy: draftedProxy(draft.settings, before.proxy) };
    case 'apply':
      return withApplied(before, draft);
    case 'settings':
      return withFixed(system, (await system.store.version(draft.revision)).settings, before);
    case 'reset-network':
      return { ...before, ...resetNetwork(before, found) };
  }
}

/** Parsed when they came in. */
function withApplied(before: Settings, draft: Extract<ChangeDraft, { section: 'apply' }>): Settings {
  const { interfaces, dns = before.dns, suffix = before.suffix } = draft;
  return {
    ...before,
    interfaces: { ...before.interfaces, ...interfaces },
    dns,
    ...(draft.proxy ? { proxy: draftedProxy(draft.proxy, before.proxy) } : {}),
    ...(suffix === undefined ? {} : { suffix }),
  } as Settings;
}

/** What can be changed no more stays also when an earlier version comes back. */
async function withFixed(system: System, earlier: Settings, { suffix }: Settings): Promise<Settings> {
  if ((await whyFixed(system)) === undefined) return earlier;
  const { suffix: _suffix, ...rest } = earlier;
  return suffix === undefined ? rest : { ...rest, suffix };
}

/**
 * DHCP and automatic IPv6 on the first interface and on each that was ours; no DNS servers and no proxy. Never no
 * configuration at all: the machine would be reached no more. Static host names stay.
 */
function resetNetwork(
  { interfaces }: Settings,
  found: readonly Found[],
): Pick<Settings, 'interfaces' | 'dns' | 'proxy'> {
  const ours = found.filter(
    ({ name, managedBy }, index) => Object.hasOwn(interfaces, name) || (index === 0 && managedBy === undefined),
  );
  const fresh = { method: 'dhcp', ipv6: { method: 'automatic' } } as const;
  const { dns, proxy } = defaultSettings;
  return { interfaces: Object.fromEntries(ours.map(({ name }) => [name, fresh])), dns, proxy };
}

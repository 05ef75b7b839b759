/** What a draft comes to on this machine as it is now: preview, warnings, files, effects. Checks, and changes nothing. */
import type { Found } from '../adapters/network/parse.ts';
import type { ChangeDraft } from '../appliance.ts';
import type { Prepared } from '../changes/parts.ts';
import { subjectOf } from '../changes/subject.ts';
import type { Settings } from '../settings/schema.ts';
import { type Checked, checkInterface, cutSessions } from './checks.ts';
import { consequencesOf } from './consequences.ts';
import { draftedSettings } from './drafted.ts';
import { Mistakes } from './mistakes.ts';
import { differencesFor } from './preview.ts';
import { isOtherForEngine } from './proxy.ts';
import type { System } from './system.ts';

/**
 * @param by who will have saved it
 * @throws Failure 'bad-values' with everything that is wrong, 'unknown-revision'; what the machine says
 */
export async function prepared(
  system: System,
  storeFolder: string,
  draft: ChangeDraft,
  by: string,
  signal: AbortSignal,
): Promise<Prepared> {
  await system.settled();
  const saved = await system.saved();
  const before = saved.settings;
  const [found, resolver] = await Promise.all([
    system.machine.network.effective(before.interfaces, signal),
    system.machine.resolver.effective(signal).catch(() => undefined),
  ]);
  const mistakes = new Mistakes();
  const checks = await checksOf(system, draft, { before, found }, mistakes, signal);
  mistakes.check();
  const after = await draftedSettings(system, draft, before, found);
  const warnings = [...checks, ...(await warningsFor(system, draft, before, after, found, signal))];
  const newAddress = newAddressOf(before, after, found);
  const next = {
    revision: saved.revision + 1,
    at: new Date().toISOString(),
    by: by.slice(0, 200),
    what: subjectOf(draft),
    settings: after,
  };
  return {
    plan: {
      differences: differencesFor(draft, before, after, { found, resolver }),
      warnings,
      ...(newAddress === undefined ? {} : { newAddress }),
      window: before.windowSeconds,
    },
    ...consequencesOf({ machine: system.machine, store: storeFolder }, before, next, found),
  };
}

async function checksOf(
  system: System,
  draft: ChangeDraft,
  { before, found }: Pick<Checked, 'before' | 'found'>,
  mistakes: Mistakes,
  signal: AbortSignal,
): Promise<string[]> {
  if (draft.section === 'interface')
    return checkInterface(system, { name: draft.name, settings: draft.settings, before, found }, mistakes, signal);
  if (draft.section !== 'apply') return [];
  const names = Object.keys(draft.interfaces);
  const warnings = await Promise.all(
    Object.entries(draft.interfaces).map(async ([name, settings]) => {
      const own = new Mistakes();
      // What another of them has now it will have no more.
      const others = found.map((one) =>
        one.name !== name && names.includes(one.name) ? { ...one, addresses: [] } : one,
      );
      const after = { ...before, interfaces: { ...before.interfaces, ...draft.interfaces } } as Settings;
      const said = await checkInterface(system, { name, settings, before: after, found: others }, own, signal);
      for (const { field, why, right } of own.all)
        mistakes.add(field === 'name' ? `network.${name}` : `network.${name}.${field}`, why, right);
      return said;
    }),
  );
  return warnings.flat();
}

async function warningsFor(
  system: System,
  draft: ChangeDraft,
  before: Settings,
  after: Settings,
  found: readonly Found[],
  signal: AbortSignal,
): Promise<string[]> {
  const sessions = await Promise.all(
    Object.entries(after.interfaces)
      .filter(([name, settings]) => JSON.stringify(before.interfaces[name]) !== JSON.stringify(settings))
      .map(([name, settings]) => cutSessions(system, { name, settings, found }, signal)),
  ).catch(() => []);
  return [
    ...sessions.flat(),
    ...addressWarnings(before, after, found),
    ...leftAlone(before, after),
    ...dnsWarnings(before, after, found),
    ...(await proxyWarnings(system, before, after, signal)),
    ...(draft.section === 'settings' && before.ssh.enabled && !after.ssh.enabled
      ? ['SSH is switched off as soon as this is kept.']
      : []),
  ];
}

function addressWarnings(before: Settings, after: Settings, found: readonly Found[]): string[] {
  return Object.entries(after.interfaces).flatMap(([name, { method, ipv6 }]) => {
    if (JSON.stringify(before.interfaces[name]) === JSON.stringify(after.interfaces[name])) return [];
    const own = found.find((one) => one.name === name);
    return [
      ...(own?.link === 'no carrier' ? [`${name} has no carrier: no cable, or what is at its other end is off.`] : []),
      ...(method === 'dhcp' && !own?.addresses.some(({ from }) => from === 'dhcp')
        ? [`The address of ${name} will come from DHCP and is not known yet.`]
        : []),
      ...(method === 'unconfigured' && ipv6.method === 'off' ? [`${name} will have no address at all.`] : []),
    ];
  });
}

function leftAlone(before: Settings, after: Settings): string[] {
  return Object.keys(before.interfaces)
    .filter((name) => !Object.hasOwn(after.interfaces, name))
    .map((name) => `${name} is not set up by Gatehouse then; without other configuration it will have no address.`);
}

/** A static address brings no DNS servers with it. */
function dnsWarnings(before: Settings, after: Settings, found: readonly Found[]): string[] {
  const hasDhcp = ({ interfaces }: Settings) =>
    found.some(({ name, addresses }) => {
      const set = interfaces[name];
      return set ? set.method === 'dhcp' : addresses.some(({ from }) => from === 'dhcp');
    });
  if (after.dns.servers.length > 0 || !hasDhcp(before) || hasDhcp(after)) return [];
  return ['No DNS server is set, and DHCP gives none any more: names may not be found. Set one under DNS.'];
}

async function proxyWarnings(
  { machine }: System,
  { proxy: before }: Settings,
  { proxy: after }: Settings,
  signal: AbortSignal,
): Promise<string[]> {
  if (!isOtherForEngine(before, after)) return [];
  const units = await machine.units.list(['docker.service'], signal).catch(() => []);
  return [
    ...(before.enabled && !after.enabled
      ? ["The proxy is off then: all of the appliance's own traffic goes out directly."]
      : []),
    ...(!before.enabled && after.enabled
      ? ['Nothing of the appliance goes around the proxy then: without it, it reaches nothing outside.']
      : []),
    ...(units.some(({ state }) => state === 'active')
      ? ['The container engine starts anew, and its containers with it.']
      : []),
  ];
}

/** Where the appliance is reached afterwards, if that is known and other than now. IPv4 comes first. */
function newAddressOf(before: Settings, after: Settings, found: readonly Found[]): string | undefined {
  for (const [name, settings] of Object.entries(after.interfaces)) {
    if (JSON.stringify(before.interfaces[name]) === JSON.stringify(settings)) continue;
    const addresses =
      found.find((one) => one.name === name)?.addresses.map(({ address }) => address.split('/')[0]) ?? [];
    const news = [settings.address, settings.ipv6.address]
      .flatMap((cidr) => (cidr === undefined ? [] : [String(cidr).split('/')[0] ?? '']))
      .find((address) => !addresses.includes(address));
    if (news !== undefined) return news;
  }
  return undefined;
}

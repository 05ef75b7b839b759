/** The upstream proxies as they may be shown, and as they are set. Passwords come in here and never go out. */
import type { Appliance, ChangeDraft, ProxyEntry } from '../appliance.ts';
import type { Settings } from '../settings/schema.ts';
import { parseProxy, type UpstreamProxy } from '../values/proxy.ts';
import { Mistakes } from './mistakes.ts';
import type { System } from './system.ts';

type Proxy = Settings['proxy'];

export function proxyOf(system: System): Appliance['proxy'] {
  return {
    async read() {
      const { enabled, proxies, order, noProxy } = (await system.settings()).proxy;
      return { enabled, proxies: proxies.map(entryOf), order, noProxy };
    },
  };
}

function entryOf({ host, port, user, password }: UpstreamProxy): ProxyEntry {
  return { host, port, ...(user === undefined ? {} : { user }), hasPassword: password !== undefined };
}

/**
 * The settings that a draft comes to. A proxy without a password in the draft keeps that of the same host, port and
 * user; an empty one takes it away.
 * @throws Failure 'bad-values'
 */
export function draftedProxy(
  { enabled, proxies, order, noProxy }: Extract<ChangeDraft, { section: 'proxy' }>['settings'],
  before: Proxy,
): Proxy {
  const mistakes = new Mistakes();
  const parsed = proxies.map((draft, index) => {
    const found = parseProxy({
      host: draft.host,
      port: String(draft.port),
      user: draft.user ?? '',
      password: draft.password ?? '',
    });
    if (found.ok) return draft.password === undefined ? withPassword(found.value, before.proxies) : found.value;
    for (const [field, { why, right }] of Object.entries(found.fields))
      mistakes.add(`proxies.${index}.${field}`, why, right);
    return undefined;
  });
  mistakes.check();
  // Parsed when it came in.
  return { enabled, proxies: parsed.filter((one) => one !== undefined), order, noProxy } as Proxy;
}

function withPassword(proxy: UpstreamProxy, before: readonly UpstreamProxy[]): UpstreamProxy {
  const isSame = ({ host, port, user }: UpstreamProxy) =>
    host === proxy.host && port === proxy.port && user === proxy.user;
  const password = before.find(isSame)?.password;
  return password === undefined ? proxy : { ...proxy, password };
}

/** Has a program that takes the first proxy only got to be told? */
export function isOtherForEngine(before: Proxy, after: Proxy): boolean {
  const first = ({ enabled, proxies }: Proxy) => (enabled ? proxies[0] : undefined);
  const [old, now] = [first(before), first(after)];
  if (!old || !now) return old !== now;
  const isSame = old.host === now.host && old.port === now.port && old.user === now.user && samePassword(old, now);
  return !isSame || before.noProxy.join() !== after.noProxy.join();
}

export function samePassword({ password: one }: UpstreamProxy, { password: other }: UpstreamProxy): boolean {
  return one && other ? one.equals(other) : one === other;
}

/** What has to be written and told when the settings change: whole files, and effects for there and back. */
import type { Effect, ManagedFile } from '../adapters/files.ts';
import type { Found } from '../adapters/network/parse.ts';
import { networkEffects, vlanDevice } from '../adapters/network/render.ts';
import { proxyEffect } from '../adapters/proxy/render.ts';
import type { Settings } from '../settings/schema.ts';
import { savedFiles } from '../settings/store.ts';
import type { Saved } from '../settings/text.ts';
import { isOtherForEngine } from './proxy.ts';
import type { System } from './system.ts';

export interface Consequences {
  files: ManagedFile[];
  effects: Effect[];
  back: Effect[];
}

/** @param next the settings as they are to be saved */
export function consequencesOf(
  { machine, store }: Pick<System, 'machine'> & { store: string },
  before: Settings,
  next: Saved,
  found: readonly Found[],
): Consequences {
  const after = next.settings;
  const parts = [
    network(machine, before, after, found),
    resolver(machine, before, after),
    proxy(machine, before, after),
  ];
  return {
    files: [...savedFiles(store, next), ...parts.flatMap(({ files }) => files)],
    effects: parts.flatMap(({ effects }) => effects),
    back: parts.flatMap(({ back }) => back),
  };
}

const none: Consequences = { files: [], effects: [], back: [] };

/** Do interfaces use what DHCP and routers say of DNS? Only where nothing is set. */
const fromNetwork = ({ dns }: Settings) => ({ dns: dns.servers.length === 0, domains: dns.searchDomains.length === 0 });

function network(
  { network }: System['machine'],
  before: Settings,
  after: Settings,
  found: readonly Found[],
): Consequences {
  const isOtherSource = !isSame(fromNetwork(before), fromNetwork(after));
  if (isSame(before.interfaces, after.interfaces) && !isOtherSource) return none;
  const mtus = Object.fromEntries(found.flatMap(({ name, mtu }) => (mtu === undefined ? [] : [[name, mtu]])));
  const { there, back } = networkEffects(before.interfaces, after.interfaces, mtus);
  const all = isOtherSource ? [...new Set([...devicesOf(before), ...devicesOf(after)])] : [];
  const withAll = (effect: typeof there, others: string[]) => ({
    ...effect,
    reconfigure: [...new Set([...effect.reconfigure, ...others.filter((one) => !effect.remove.includes(one))])],
  });
  return {
    files: network.files(after.interfaces, fromNetwork(after), before.interfaces),
    effects: [withAll(there, all)],
    back: [withAll(back, all)],
  };
}

function devicesOf({ interfaces }: Settings): string[] {
  return Object.entries(interfaces).map(([name, { vlan }]) => (vlan === undefined ? name : vlanDevice(name, vlan)));
}

function resolver({ resolver }: System['machine'], before: Settings, after: Settings): Consequences {
  if (isSame(before.dns, after.dns)) return none;
  const effects: Effect[] = [{ kind: 'resolved' }];
  return { files: resolver.files(after.dns), effects, back: effects };
}

/** The engine is started anew: until then its own traffic would go around the proxy, or to one that is no more. */
function proxy({ proxy }: System['machine'], before: Settings, after: Settings): Consequences {
  if (!isOtherForEngine(before.proxy, after.proxy)) return none;
  const effects: Effect[] = [proxyEffect(true)];
  return { files: proxy.files(after.proxy), effects, back: effects };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

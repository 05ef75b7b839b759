/** The parts of the lab machine that System is about, put together over the machine's own folder. Nothing else. */
import { join } from 'node:path';
import type { Effect } from '../adapters/files.ts';
import { readHosts, writeHosts } from '../adapters/hosts/hosts.ts';
import type { Changing, Machine } from '../adapters/machine.ts';
import { ours } from '../adapters/network/render.ts';
import { renderProxy } from '../adapters/proxy/render.ts';
import { renderResolver } from '../adapters/resolver/render.ts';
import { renderTime } from '../adapters/time/render.ts';
import type { Arming } from '../changes/arm.ts';
import { armingHere } from '../changes/arm-here.ts';
import { labFacts } from './facts.ts';
import { labLogin } from './login.ts';
import { type LabNetwork, labNetwork, type NetworkPace } from './network.ts';
import { labProxy, type PortOf } from './proxy.ts';
import { type LabResolver, labResolver } from './resolver.ts';
import type { MachineData } from './schema.ts';
import { labSsh } from './ssh.ts';
import { labTime, zoneIn } from './time.ts';

export type SystemParts = Pick<
  Machine,
  'facts' | 'network' | 'resolver' | 'proxy' | 'time' | 'hosts' | 'ssh' | 'login' | 'changing'
>;

/** Its paths do not depend on what is set. */
const fixedFiles = [
  ...renderResolver({ servers: [], searchDomains: [] }),
  ...renderProxy({ enabled: false, proxies: [], noProxy: [] }),
  ...renderTime([], ['localhost']),
];

/** Where changes of this machine may be. */
export function placesIn(root: string): string[] {
  return [join(root, ours), ...fixedFiles.map(({ path }) => join(root, path))];
}

/**
 * @param root real path of what stands for /
 * @returns the parts, and how to disarm whatever is armed when the lab ends
 */
export async function labSystem(
  data: MachineData,
  root: string,
  { units, portOf }: { units: Machine['units']; portOf: PortOf },
  pace: NetworkPace,
): Promise<{ parts: SystemParts; disarm(): Promise<void> }> {
  const network = await labNetwork(data, root, pace);
  const resolver = await labResolver(data, root, network, pace.silence);
  const facts = labFacts(data, {
    interfaces: async (signal) =>
      (await network.adapter.effective({}, signal)).map(({ name, link, mac, addresses }) => ({
        name,
        link,
        ...(mac === undefined ? {} : { mac }),
        addresses: addresses.map(({ address }) => address),
      })),
    dnsServers: async (signal) => (await resolver.adapter.effective(signal)).servers.map(({ address }) => address),
    zone: (signal) => zoneIn(root, data, signal),
  });
  const armed: Arming[] = [];
  const changing: Changing = {
    places: placesIn(root),
    tell: (effect, signal) => tell(effect, { network, resolver, units }, signal),
    arming(goBack) {
      const arming = armingHere(goBack);
      armed.push(arming);
      return arming;
    },
  };
  const file = join(root, 'etc/hosts');
  const parts: SystemParts = {
    facts,
    network: network.adapter,
    resolver: resolver.adapter,
    proxy: labProxy(data, root, { network, resolver, portOf }, pace.silence),
    time: await labTime(data, root, facts, network),
    hosts: { read: () => readHosts(file), write: (entries) => writeHosts(entries, file) },
    ssh: labSsh(data, units),
    login: labLogin(data, root),
    changing,
  };
  return {
    parts,
    async disarm() {
      for (const arming of armed) await arming.disarm();
    },
  };
}

interface Told {
  network: LabNetwork;
  resolver: LabResolver;
  units: Machine['units'];
}

async function tell(effect: Effect, { network, resolver, units }: Told, signal: AbortSignal): Promise<void> {
  switch (effect.kind) {
    case 'networkd':
      return network.tell(effect.reconfigure);
    case 'resolved':
      return resolver.tell();
    case 'docker-proxy': {
      const [engine] = effect.restart ? await units.list(['docker.service'], signal) : [];
      if (engine?.state === 'active') await units.act('restart', 'docker.service', signal);
    }
  }
}

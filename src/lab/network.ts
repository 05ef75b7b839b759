/**
 * The lab's interfaces: what is in effect follows from the files of ours in the machine's folder and from what hangs
 * on each link, a short while after networkd was told. No packet is sent.
 */
import { join } from 'node:path';
import type { Network } from '../adapters/machine.ts';
import type { Found } from '../adapters/network/parse.ts';
import { ours, renderInterfaces } from '../adapters/network/render.ts';
import type { InterfaceState, TestResult } from '../appliance.ts';
import { isIpv6 } from '../values/host.ts';
import { chance } from './chance.ts';
import { type Configuration, type Configured, readConfiguration } from './configured.ts';
import { isIn, isLinkLocal, type Link, linkOf, type Segment } from './links.ts';
import { inRoot } from './root.ts';
import type { MachineData } from './schema.ts';
import { deliver, pause } from './waiting.ts';

export interface NetworkPace {
  /** Milliseconds from telling networkd until addresses are there. */
  link: number;
  /** Milliseconds that is waited for who does not answer. */
  silence: number;
}

/** DNS that came with an interface. */
export interface Given {
  name: string;
  dns: readonly string[];
  domains: readonly string[];
}

export interface LabNetwork {
  adapter: Network;
  /** networkd reads the files again, and sets those up anew. */
  tell(reconfigured: readonly string[]): Promise<void>;
  /** Does anybody answer there, on a link or behind a gateway that works? */
  reaches(address: string, signal: AbortSignal): Promise<boolean>;
  /** The DNS servers that DHCP gives, by interface. */
  given(signal: AbortSignal): Promise<Given[]>;
}

type Address = InterfaceState['addresses'][number];

/** An interface with what hangs on it. */
interface Seen extends Found {
  segment: Segment;
  given: Omit<Given, 'name'>;
}

export async function labNetwork(data: MachineData, root: string, pace: NetworkPace): Promise<LabNetwork> {
  const prefix = join(root, ours);
  let running = await readConfiguration(prefix);
  /** Devices that have no address yet, until that moment. */
  let settling = { devices: [] as readonly string[], until: 0 };

  const all = async (signal: AbortSignal): Promise<Seen[]> => {
    const interfaces = await deliver(data.facts.interfaces, 'The list of interfaces', signal);
    const isSettling = performance.now() < settling.until;
    return interfaces.map((one, index) =>
      seenOf(one, {
        index: index + 2,
        link: linkOf(data, one.name),
        running,
        settling: isSettling ? settling.devices : [],
      }),
    );
  };
  const at = async (device: string, signal: AbortSignal) =>
    (await all(signal)).find((one) => one.device === device || one.name === device);

  const adapter: Network = {
    async effective(configured, signal) {
      return (await all(signal)).map(({ segment: _segment, given: _given, ...found }) => {
        const settings = configured[found.name];
        return settings ? { ...found, configured: settings } : found;
      });
    },
    files: (interfaces, from, before) => inRoot(root, renderInterfaces(interfaces, from, before)),
    async probeDuplicate(device, address, signal) {
      if (isIpv6(address))
        return { state: 'unknown', why: 'IPv6 addresses are asked for by the kernel when they are set.' };
      const found = await at(device, signal);
      if (found?.link !== 'up')
        return { state: 'unknown', why: `${device} is down, or not there yet, so the link could not be asked.` };
      await pause(pace.silence / 4, signal);
      return found.segment.neighbours.includes(address) ? { state: 'in use', mac: macOf(address) } : { state: 'free' };
    },
    async testGateway(device, gateway, signal) {
      const found = await at(device, signal);
      if (found && answers(found, gateway)) return gatewayResult(true, `The gateway ${gateway} answers.`);
      await pause(pace.silence, signal);
      return gatewayResult(false, `The gateway ${gateway} does not answer on ${device}.`);
    },
  };
  return {
    adapter,
    async tell(reconfigured) {
      running = await readConfiguration(prefix);
      settling = { devices: reconfigured, until: performance.now() + pace.link };
    },
    async reaches(address, signal) {
      return (await all(signal)).some((one) => reachesFrom(one, address));
    },
    async given(signal) {
      return (await all(signal)).map(({ name, given }) => ({ name, ...given }));
    },
  };
}

const gatewayResult = (passed: boolean, said: string): TestResult => ({ test: 'gateway', passed, said });

/** On its link, with an address of ours in the same subnet. */
function answers({ link, addresses, segment }: Seen, address: string): boolean {
  if (link !== 'up' || !segment.neighbours.includes(address)) return false;
  return isLinkLocal(address) ? addresses.length > 0 : addresses.some((own) => isIn(address, own.address));
}

function reachesFrom(one: Seen, address: string): boolean {
  if (one.addresses.some((own) => isIn(address, own.address))) return answers(one, address);
  return one.gateways.some((gateway) => isIpv6(gateway.address) === isIpv6(address) && answers(one, gateway.address));
}

interface Around {
  index: number;
  link: Link;
  running: Configuration;
  settling: readonly string[];
}

type InterfaceData = Extract<MachineData['facts']['interfaces'], { value: unknown }>['value'][number];

function seenOf(one: InterfaceData, { index, link, running, settling }: Around): Seen {
  const bottom = running.devices.get(one.name);
  const device = bottom?.vlan ?? one.name;
  const vlan = running.vlans.get(device);
  const segment = vlan === undefined ? link : (link.vlans.get(vlan) ?? { neighbours: [] });
  const files = running.devices.get(device);
  const isUp = one.link === 'up' && !settling.includes(device);
  const local = one.addresses.filter(isLinkLocal).map((address): Address => ({ address, from: 'link-local' }));
  const addresses = files ? addressesOf(files, segment, local, isUp) : found(one.addresses, segment);
  const lease = isUp && (files?.dhcp ?? addresses.some(({ from }) => from === 'dhcp')) ? segment.lease : undefined;
  return {
    name: one.name,
    index,
    device,
    ...(files || link.managedBy === undefined ? {} : { managedBy: link.managedBy }),
    link: one.link,
    ...(one.mac === undefined ? {} : { mac: one.mac }),
    ...(link.speed === undefined || one.link !== 'up' ? {} : { speed: link.speed }),
    mtu: files?.mtu ?? link.mtu,
    ...(vlan === undefined ? {} : { vlan }),
    addresses,
    gateways: gatewaysOf(addresses, files, segment),
    duplicates: addresses
      .filter(({ from }) => from === 'static')
      .map(({ address }) => address.split('/')[0] ?? '')
      .filter((address) => segment.neighbours.includes(address)),
    segment,
    given: {
      dns: (files?.useDns ?? true) ? (lease?.dns ?? []) : [],
      domains: (files?.useDomains ?? true) ? (lease?.domains ?? []) : [],
    },
  };
}

/** As a link has them whose files are ours. */
function addressesOf(files: Configured, { lease, router }: Segment, local: Address[], isUp: boolean): Address[] {
  if (!isUp) return [];
  return [
    ...(files.dhcp && lease ? [{ address: lease.address, from: 'dhcp' as const }] : []),
    ...files.addresses.map((address) => ({ address, from: 'static' as const })),
    ...(files.announced && router ? [{ address: router.address, from: 'router' as const }] : []),
    ...(files.linkLocal ? local : []),
  ];
}

/** As the machine file has them, where nothing of ours is set up. */
function found(addresses: readonly string[], { lease, router }: Segment): Address[] {
  return addresses.map((address) => {
    if (isLinkLocal(address)) return { address, from: 'link-local' };
    return { address, from: address === lease?.address ? 'dhcp' : address === router?.address ? 'router' : 'static' };
  });
}

function gatewaysOf(
  addresses: readonly Address[],
  files: Configured | undefined,
  { lease, router }: Segment,
): InterfaceState['gateways'] {
  const has = (from: Address['from']) => addresses.some((one) => one.from === from);
  return [
    ...(has('dhcp') && lease?.gateway !== undefined ? [{ address: lease.gateway, from: 'dhcp' as const }] : []),
    ...(has('static') ? (files?.gateways ?? []) : []).map((address) => ({ address, from: 'static' as const })),
    ...(has('router') && router ? [{ address: router.gateway, from: 'router' as const }] : []),
  ];
}

/** Of a locally administered range; the same for the same address. */
function macOf(address: string): string {
  const random = chance(address);
  const bytes = Array.from({ length: 4 }, () =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, '0'),
  );
  return ['52', '54', ...bytes].join(':');
}

/**
 * What hangs on each interface of a lab machine: who answers there, what DHCP and routers give. Where the machine file
 * says nothing it follows from the interface's addresses and from the hosts that answer ping. Pure.
 */

import { addressOf, numberOf } from '../values/address.ts';
import { type Cidr, isInside, parseCidr, partsOf, subnetOf } from '../values/cidr.ts';
import { isIpv6, parseAddress } from '../values/host.ts';
import type { LeaseData, MachineData, SegmentData } from './schema.ts';

export interface Segment {
  /** What a DHCP server gives; absent where there is none. */
  lease?: LeaseData;
  /** What a router announces. */
  router?: { address: string; gateway: string };
  /** Addresses that somebody has, without prefix. */
  neighbours: string[];
}

export interface Link extends Segment {
  speed?: number | undefined;
  mtu: number;
  managedBy?: string | undefined;
  /** By VLAN ID. What is not here is an empty wire. */
  vlans: ReadonlyMap<number, Segment>;
}

/** @param name of an interface of the machine */
export function linkOf(data: MachineData, name: string): Link {
  const given = data.system.links[name];
  const vlans = Object.entries(given?.vlans ?? {}).map(([id, one]): [number, Segment] => [Number(id), segmentOf(one)]);
  const { speed, mtu = 1500, managedBy } = given ?? {};
  const own = { speed, mtu, managedBy, vlans: new Map(vlans) };
  const usual = usualSegment(data, name);
  if (!given) return { ...usual, ...own };
  const stated = segmentOf(given);
  return {
    ...(given.dhcp === undefined ? usual : stated),
    ...(given.router === undefined ? pick(usual) : pick(stated)),
    neighbours: given.neighbours === undefined ? [...usual.neighbours, ...stated.neighbours] : stated.neighbours,
    ...own,
  };
}

const pick = ({ router }: Segment) => (router ? { router } : {});

function segmentOf({ dhcp, router, neighbours = [] }: SegmentData): Segment {
  const gateways = [dhcp?.gateway, router?.gateway].filter((one) => one !== undefined);
  return {
    ...(dhcp ? { lease: dhcp } : {}),
    ...(router ? { router } : {}),
    neighbours: [...neighbours, ...gateways],
  };
}

/** The first interface has the machine's DNS servers from DHCP. */
function usualSegment(data: MachineData, name: string): Segment {
  const all = 'value' in data.facts.interfaces ? data.facts.interfaces.value : [];
  const cidrs = (all.find((one) => one.name === name)?.addresses ?? []).flatMap((text) => {
    const parsed = parseCidr(text);
    return parsed.ok && !isLinkLocal(text) ? [parsed.value] : [];
  });
  const [ipv4] = cidrs.filter((cidr) => !isIpv6(partsOf(cidr).address));
  const [ipv6] = cidrs.filter((cidr) => isIpv6(partsOf(cidr).address));
  const servers = 'value' in data.facts.dnsServers ? data.facts.dnsServers.value : [];
  const lease = ipv4 && {
    address: String(ipv4),
    gateway: firstOf(ipv4),
    dns: all[0]?.name === name ? servers : [],
    domains: [],
  };
  const router = ipv6 && { address: String(ipv6), gateway: 'fe80::1' };
  const near = [...hostsOf(data), ...servers].filter((address) => cidrs.some((cidr) => isIn(address, cidr)));
  const own = cidrs.map((cidr) => String(partsOf(cidr).address));
  return {
    ...(lease ? { lease } : {}),
    ...(router ? { router } : {}),
    neighbours: [...near, ...(lease ? [lease.gateway] : []), ...(router ? [router.gateway] : [])].filter(
      (address) => !own.includes(address),
    ),
  };
}

/** Those that answer ping. */
function hostsOf({ ping }: MachineData): string[] {
  const hosts = 'value' in ping ? ping.value.hosts : [];
  return hosts.filter(({ loss, unreachable }) => loss < 100 && !unreachable).map(({ address }) => address);
}

function firstOf(cidr: Cidr): string {
  const { address } = partsOf(subnetOf(cidr));
  return addressOf(numberOf(address) + 1n, 32);
}

/** Is the address in the subnet of that one? */
export function isIn(address: string, cidr: string): boolean {
  const [parsed, subnet] = [parseAddress(address), parseCidr(cidr)];
  return parsed.ok && subnet.ok && isInside(parsed.value, subnetOf(subnet.value));
}

/** fe80::/10 (RFC 4291) and 169.254.0.0/16 (RFC 3927). */
export function isLinkLocal(address: string): boolean {
  return /^(fe[89ab]|169\.254\.)/i.test(address);
}

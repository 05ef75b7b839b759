/** What ip(8) and networkctl(1) say of interfaces, put together to what is in effect and where it came from. Pure. */
import { basename } from 'node:path';
import * as z from 'zod';
import type { InterfaceState } from '../../appliance.ts';
import { addressOf } from '../../values/address.ts';
import { harmless } from '../../values/harmless.ts';
import { parseAddress } from '../../values/host.ts';
import { isOfContainers } from '../../values/of-containers.ts';
import { notUnderstood, understood } from '../understood.ts';
import { type Interfaces, ours } from './render.ts';

/** iproute2 6.1 (Debian 12) and 6.15 (Debian 13): `ip -j -d addr`. Filters leave empty objects in the list. */
const link = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  /** The interface that a VLAN lies on. */
  link: z.string().nullish(),
  flags: z.array(z.string()),
  mtu: z.number().optional(),
  link_type: z.string().optional(),
  address: z.string().optional(),
  linkinfo: z
    .object({ info_kind: z.string().optional(), info_data: z.object({ id: z.number().optional() }).optional() })
    .optional(),
  addr_info: z
    .array(
      z.object({
        family: z.string(),
        local: z.string().optional(),
        prefixlen: z.number().optional(),
        scope: z.string().optional(),
        dynamic: z.boolean().optional(),
        mngtmpaddr: z.boolean().optional(),
        protocol: z.string().optional(),
        dadfailed: z.boolean().optional(),
        tentative: z.boolean().optional(),
      }),
    )
    .optional(),
});
const links = z.array(z.union([link, z.strictObject({})]));

/** `ip -j route show default`, of both families. */
const hop = z.object({
  dev: z.string().optional(),
  gateway: z.string().optional(),
  via: z.object({ host: z.string() }).optional(),
});
const routes = z.array(
  hop.extend({ protocol: z.string().optional(), metric: z.number().optional(), nexthops: z.array(hop).optional() }),
);

const bytes = z.array(z.number().int().min(0).max(255));
/** `networkctl --json=short list` of systemd 252 (Debian 12) and 257 (Debian 13). */
const managed = z.object({
  Interfaces: z.array(
    z.object({
      Name: z.string(),
      NetworkFile: z.string().nullish(),
      AdministrativeState: z.string().nullish(),
      Addresses: z
        .array(
          z.object({
            Address: bytes,
            PrefixLength: z.number(),
            ConfigSource: z.string().nullish(),
          }),
        )
        .nullish(),
      Routes: z
        .array(
          z.object({
            DestinationPrefixLength: z.number().optional(),
            Gateway: bytes.optional(),
            ConfigSource: z.string().nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});

type Link = z.infer<typeof link>;
type LinkAddress = NonNullable<Link['addr_info']>[number];
type From = InterfaceState['addresses'][number]['from'];

export interface Said {
  /** `ip -j -d addr show` */
  links: string;
  /** `ip -j route show default`, and the same of IPv6. */
  routes: readonly string[];
  /** `networkctl --json=short list`; absent where networkd does not run. */
  networkd?: string;
}

/** An interface as the kernel and networkd know it; who else might manage it, and its speed, are found out elsewhere. */
export interface Found extends InterfaceState {
  index: number;
  /** The device that carries the addresses: the interface itself, or its VLAN's. */
  device: string;
  /** Addresses that the kernel does not use, since another machine on the link has them too. */
  duplicates: string[];
}

/**
 * Every interface but loopback and those of containers, unless one of them is the only way out; the one of the default
 * route first. VLANs of ours are told with the interface that they lie on.
 * @throws Failure 'not-understood'
 */
export function parseNetwork(said: Said, configured: Interfaces): Found[] {
  const all = understood('ip addr', links, said.links).filter(
    (entry): entry is Link => 'ifname' in entry && !entry.flags.includes('LOOPBACK'),
  );
  const hops = said.routes.flatMap((json) => understood('ip route', routes, json.trim() || '[]')).flatMap(hopsOf);
  const known = managedOf(said.networkd);
  const own = all.filter(({ ifname }) => !isOfContainers(ifname));
  const vlans = all.filter((one) => isOurVlan(one, known.get(one.ifname)));
  const isWayOut = ({ ifname }: Link) => ifname === hops[0]?.dev;
  const found = (own.length > 0 ? own : all.filter(isWayOut))
    .filter((one) => !vlans.includes(one))
    .map((one) => foundOf(one, { vlan: vlans.find(({ link }) => link === one.ifname), hops, known, configured }));
  const isFirst = ({ name, device }: Found) => [name, device].includes(hops[0]?.dev ?? '');
  return [...found.filter(isFirst), ...found.filter((one) => !isFirst(one))];
}

/** Also what the system came with, where the name of a file of ours comes before it: that is read first, and alone. */
function isOurs(file: string): boolean {
  const name = /^(?:\/usr)?\/lib\/systemd\/network\/([^/]+)$/.exec(file)?.[1];
  return file.startsWith(ours) || (name !== undefined && name > basename(ours));
}

interface Around {
  vlan: Link | undefined;
  hops: readonly Hop[];
  known: ReadonlyMap<string, Managed>;
  configured: Interfaces;
}

function foundOf(one: Link, { vlan, hops, known, configured }: Around): Found {
  const bearers = vlan ? [one, vlan] : [one];
  const addresses = bearers.flatMap((bearer) => addressesOf(bearer, known.get(bearer.ifname)));
  const all = bearers.flatMap(({ addr_info = [] }) => addr_info);
  const file = known.get(one.ifname)?.NetworkFile ?? undefined;
  const settings = configured[one.ifname];
  const id = vlan?.linkinfo?.info_data?.id;
  return {
    name: harmless(one.ifname, { most: 15 }),
    index: one.ifindex,
    device: vlan?.ifname ?? one.ifname,
    ...(settings ? { configured: settings } : {}),
    ...(file === undefined || isOurs(file) ? {} : { managedBy: harmless(file, { most: 100 }) }),
    link: one.flags.includes('LOWER_UP') ? 'up' : one.flags.includes('UP') ? 'no carrier' : 'down',
    ...(one.link_type === 'ether' && one.address ? { mac: harmless(one.address, { most: 17 }) } : {}),
    ...(one.mtu === undefined ? {} : { mtu: one.mtu }),
    ...(id === undefined ? {} : { vlan: id }),
    addresses: [...addresses.filter((address) => !isLocal(address)), ...addresses.filter(isLocal)],
    gateways: bearers.flatMap(({ ifname }) => gatewaysOf(ifname, hops, known.get(ifname))),
    duplicates: all.flatMap(({ dadfailed, local }) => (dadfailed && local ? [canonical(local)] : [])),
  };
}

const isLocal = ({ from }: InterfaceState['addresses'][number]) => from === 'link-local';

type Managed = z.infer<typeof managed>['Interfaces'][number];

function managedOf(json: string | undefined): Map<string, Managed> {
  const all = json === undefined ? [] : understood('networkctl', managed, json).Interfaces;
  return new Map(all.map((one) => [one.Name, one]));
}

function isOurVlan({ link, linkinfo }: Link, known: Managed | undefined): boolean {
  return linkinfo?.info_kind === 'vlan' && !!link && !!known?.NetworkFile?.startsWith(ours);
}

interface Hop {
  dev: string | undefined;
  address: string;
  protocol: string;
}

/** Routes of equal weight come as one, which has the protocol of the first. */
function hopsOf({ protocol = '', nexthops = [], ...route }: z.infer<typeof routes>[number]): Hop[] {
  return [route, ...nexthops].flatMap(({ dev = route.dev, gateway, via }) => {
    const address = gateway ?? via?.host;
    return address === undefined ? [] : [{ dev, address: canonical(address), protocol }];
  });
}

/** rtnetlink(7)'s protocols, by name. */
const protocols: Record<string, 'dhcp' | 'static' | 'router'> = {
  dhcp: 'dhcp',
  static: 'static',
  boot: 'static',
  ra: 'router',
};

function gatewaysOf(name: string, hops: readonly Hop[], known: Managed | undefined): InterfaceState['gateways'] {
  return hops
    .filter(({ dev }) => dev === name)
    .map(({ address, protocol }) => {
      const route = known?.Routes?.find(
        ({ DestinationPrefixLength, Gateway = [] }) => DestinationPrefixLength === 0 && written(Gateway) === address,
      );
      const source = sources[route?.ConfigSource ?? ''];
      return { address, from: source && source !== 'link-local' ? source : (protocols[protocol] ?? 'other') };
    });
}

function addressesOf({ addr_info = [] }: Link, known: Managed | undefined): InterfaceState['addresses'] {
  return addr_info.flatMap((address) => stated(address, sourceIn(known, address)));
}

function stated(entry: LinkAddress, source: string | undefined): InterfaceState['addresses'] {
  const { local, prefixlen } = entry;
  if (local === undefined || prefixlen === undefined) return [];
  return [{ address: `${canonical(local)}/${prefixlen}`, from: fromOf(entry, source) }];
}

/** NetworkConfigSource of systemd-networkd. */
const sources: Record<string, Exclude<From, 'other'>> = {
  static: 'static',
  DHCPv4: 'dhcp',
  DHCPv6: 'dhcp',
  'DHCP-PD': 'dhcp',
  NDisc: 'router',
  IPv4LL: 'link-local',
};

/**
 * networkd knows what it set itself ('foreign' is all else). Where it does not manage the interface, an address that
 * lasts for ever was put there by hand or from a file.
 */
function fromOf(entry: LinkAddress, source: string | undefined): From {
  if (entry.scope === 'link') return 'link-local';
  const known = sources[source ?? ''];
  if (known) return known;
  if (entry.protocol === 'kernel_ra' || entry.mngtmpaddr) return 'router';
  if (entry.dynamic) return entry.family === 'inet' || entry.prefixlen === 128 ? 'dhcp' : 'router';
  return source === undefined ? 'static' : 'other';
}

/** Undefined where networkd leaves the interface alone. */
function sourceIn(one: Managed | undefined, { local, prefixlen }: LinkAddress): string | undefined {
  if (!one || one.AdministrativeState === 'unmanaged') return undefined;
  const same = one.Addresses?.find(
    ({ Address, PrefixLength }) =>
      PrefixLength === prefixlen && local !== undefined && written(Address) === canonical(local),
  );
  return same?.ConfigSource ?? 'foreign';
}

function written(bytes: readonly number[]): string {
  const number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return addressOf(number, bytes.length === 4 ? 32 : 128);
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed.ok ? parsed.value : notUnderstood('ip', address);
}

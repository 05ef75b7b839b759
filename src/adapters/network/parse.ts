/** What ip(8) and networkctl(1) say of interfaces, put together to what is in effect and where it came from. Pure. */
import * as z from 'zod';
import type { InterfaceState } from '../../appliance.ts';
import { addressOf } from '../../values/address.ts';
import { harmless } from '../../values/harmless.ts';
import { parseAddress } from '../../values/host.ts';
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
            Address: z.array(z.number().int().min(0).max(255)),
            PrefixLength: z.number(),
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

/** Ends and bridges of containers, and queues that only shape traffic. */
const ofContainers = /^(?:veth|docker|br-|ifb)/;

/**
 * Every interface but loopback and those of containers, the one of the default route first. VLANs of ours are told
 * with the interface that they lie on.
 * @throws Failure 'not-understood'
 */
export function parseNetwork(said: Said, configured: Interfaces): Found[] {
  const all = understood('ip addr', links, said.links).filter(
    (entry): entry is Link => 'ifname' in entry && !entry.flags.includes('LOOPBACK'),
  );
  const hops = said.routes.flatMap((json) => understood('ip route', routes, json.trim() || '[]')).flatMap(gatewaysOf);
  const networkd = new Map(
    said.networkd === undefined
      ? []
      : understood('networkctl', managed, said.networkd).Interfaces.map((one) => [one.Name, one] as const),
  );
  const fileOf = (name: string) => networkd.get(name)?.NetworkFile ?? undefined;
  const isOurVlan = (one: Link) =>
    one.linkinfo?.info_kind === 'vlan' && !!one.link && fileOf(one.ifname)?.startsWith(ours);
  const own = all.filter((one) => !ofContainers.test(one.ifname));
  const found = (own.length > 0 ? own : all)
    .filter((one) => !isOurVlan(one))
    .map((one): Found => {
      const vlan = all.find((other) => isOurVlan(other) && other.link === one.ifname);
      const bearers = vlan ? [one, vlan] : [one];
      const file = fileOf(one.ifname);
      const addresses = bearers.flatMap((bearer) =>
        (bearer.addr_info ?? []).flatMap((address) => stated(address, sourceIn(networkd.get(bearer.ifname), address))),
      );
      const settings = configured[one.ifname];
      return {
        name: harmless(one.ifname, { most: 15 }),
        index: one.ifindex,
        device: vlan?.ifname ?? one.ifname,
        ...(settings ? { configured: settings } : {}),
        ...(file === undefined || file.startsWith(ours) ? {} : { managedBy: harmless(file, { most: 100 }) }),
        link: one.flags.includes('LOWER_UP') ? 'up' : one.flags.includes('UP') ? 'no carrier' : 'down',
        ...(one.link_type === 'ether' && one.address ? { mac: harmless(one.address, { most: 17 }) } : {}),
        ...(one.mtu === undefined ? {} : { mtu: one.mtu }),
        ...(vlan?.linkinfo?.info_data?.id === undefined ? {} : { vlan: vlan.linkinfo.info_data.id }),
        addresses: [
          ...addresses.filter(({ from }) => from !== 'link-local'),
          ...addresses.filter(({ from }) => from === 'link-local'),
        ],
        gateways: hops
          .filter(({ dev }) => bearers.some(({ ifname }) => ifname === dev))
          .map(({ address, from }) => ({ address, from })),
        duplicates: bearers.flatMap((bearer) =>
          (bearer.addr_info ?? []).flatMap(({ dadfailed, local }) => (dadfailed && local ? [canonical(local)] : [])),
        ),
      };
    });
  const first = hops[0]?.dev;
  const isFirst = ({ name, device }: Found) => name === first || device === first;
  return [...found.filter(isFirst), ...found.filter((one) => !isFirst(one))];
}

/** rtnetlink(7)'s protocols, by name. */
const routeSources: Record<string, 'dhcp' | 'static' | 'router'> = {
  dhcp: 'dhcp',
  static: 'static',
  boot: 'static',
  ra: 'router',
};

function gatewaysOf({ protocol, nexthops, ...route }: z.infer<typeof routes>[number]) {
  return [route, ...(nexthops ?? [])].flatMap(({ dev = route.dev, gateway, via }) => {
    const address = gateway ?? via?.host;
    const from = routeSources[protocol ?? ''] ?? ('other' as const);
    return address === undefined ? [] : [{ dev, address: canonical(address), from }];
  });
}

function stated(entry: LinkAddress, source: string | undefined): InterfaceState['addresses'] {
  const { local, prefixlen } = entry;
  if (local === undefined || prefixlen === undefined) return [];
  return [{ address: `${canonical(local)}/${prefixlen}`, from: fromOf(entry, source) }];
}

/** NetworkConfigSource of systemd-networkd. */
const sources: Record<string, From> = {
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

type Managed = z.infer<typeof managed>['Interfaces'][number];

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

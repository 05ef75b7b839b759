/** What ip(8), resolved and resolv.conf(5) say of interfaces, routes and DNS servers. Pure. */
import * as z from 'zod';
import type { InterfaceFacts } from '../../appliance.ts';
import { harmless } from '../../values/harmless.ts';
import { parseAddress } from '../../values/host.ts';
import { isOfContainers } from '../../values/of-containers.ts';
import { notUnderstood, understood } from '../understood.ts';

/** iproute2 6.1 (Debian 12) and 6.15 (Debian 13): `ip -j -d addr`. Filters leave empty objects in the list. */
const link = z.object({
  ifname: z.string(),
  flags: z.array(z.string()),
  link_type: z.string().optional(),
  address: z.string().optional(),
  addr_info: z
    .array(z.object({ local: z.string().optional(), prefixlen: z.number().optional(), scope: z.string().optional() }))
    .optional(),
});
const links = z.array(z.union([link, z.strictObject({})]));
const routes = z.array(z.object({ dev: z.string().optional(), metric: z.number().optional() }));

type Link = z.infer<typeof link>;

/**
 * Loopback is left out, and what belongs to containers, but for a way out where there is no other.
 * @param first the interface of the default route, which is the one the machine is known by
 * @throws Failure 'not-understood'
 */
export function parseInterfaces(json: string, first?: string): InterfaceFacts[] {
  const all = understood('ip addr', links, json).filter(
    (entry): entry is Link => 'ifname' in entry && !entry.flags.includes('LOOPBACK'),
  );
  const own = all.filter(({ ifname }) => !isOfContainers(ifname));
  const facts = (own.length > 0 ? own : all.filter(({ ifname }) => ifname === first)).map(interfaceFacts);
  return [...facts.filter(({ name }) => name === first), ...facts.filter(({ name }) => name !== first)];
}

function interfaceFacts({ ifname, flags, link_type, address, addr_info = [] }: Link): InterfaceFacts {
  const local = (entry: (typeof addr_info)[number]) => entry.scope === 'link' || entry.scope === 'host';
  const sorted = [...addr_info.filter((entry) => !local(entry)), ...addr_info.filter(local)];
  return {
    name: harmless(ifname, { most: 15 }),
    link: flags.includes('LOWER_UP') ? 'up' : flags.includes('UP') ? 'no carrier' : 'down',
    ...(link_type === 'ether' && address ? { mac: harmless(address, { most: 17 }) } : {}),
    addresses: sorted.flatMap(({ local, prefixlen }) => {
      if (local === undefined || prefixlen === undefined) return [];
      const parsed = parseAddress(local);
      return parsed.ok ? [`${parsed.value}/${prefixlen}`] : notUnderstood('ip addr', local);
    }),
  };
}

/** The interface of the preferred default route: `ip -j route show default`, lowest metric first. */
export function parseDefaultRoute(json: string): string | undefined {
  const found = understood('ip route', routes, json.trim() || '[]').filter(({ dev }) => dev !== undefined);
  return found.sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0]?.dev;
}

/**
 * The default routes of /proc/net/route and /proc/net/ipv6_route (proc(5)): of each its interface, gateway and metric, and
 * not how often it was used.
 */
export function defaultRoutes(four: string, six: string): string[] {
  const rows = (text: string) => text.split('\n').map((line) => line.trim().split(/\s+/));
  const [none, noneOfSix] = ['0'.repeat(8), '0'.repeat(32)];
  return [
    ...rows(four).flatMap(([dev, to, gateway, , , , metric]) => (to === none ? [`${dev} ${gateway} ${metric}`] : [])),
    ...rows(six).flatMap(([to, size, , , gateway, metric, , , , dev]) =>
      to === noneOfSix && size === '00' ? [`${dev} ${gateway} ${metric}`] : [],
    ),
  ];
}

/** Property DNS of org.freedesktop.resolve1.Manager: interface, address family, bytes of the address. */
const dns = z.object({
  type: z.literal('a(iiay)'),
  data: z.array(z.tuple([z.number().int(), z.number().int(), z.array(z.number().int().min(0).max(255))])),
});

/** In the order that resolved asks them, each once. @throws Failure 'not-understood' */
export function parseResolvedServers(json: string): string[] {
  const { data } = understood('systemd-resolved', dns, json);
  return [...new Set(data.map(([index, , bytes]) => written(index, bytes) ?? notUnderstood('systemd-resolved', json)))];
}

function written(index: number, bytes: readonly number[]): string | undefined {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  const parsed = parseAddress(groups.join(':'));
  if (!parsed.ok) return undefined;
  // Link-local addresses mean nothing without their interface.
  return /^fe[89ab]/.test(parsed.value) && index > 0 ? `${parsed.value}%${index}` : parsed.value;
}

/** Addresses at which resolved itself listens: it is asked for its servers instead. */
const stubs = ['127.0.0.53', '127.0.0.54'];

/** The "nameserver" lines of resolv.conf(5). Never fails: other lines are other people's. */
export function parseResolvConf(text: string): string[] {
  const found = text.split('\n').flatMap((line) => {
    const parsed = parseAddress(/^nameserver[ \t]+(\S+)/.exec(line)?.[1] ?? '', { zone: true });
    return parsed.ok ? [String(parsed.value)] : [];
  });
  return [...new Set(found)].filter((address) => !stubs.includes(address));
}

/** What resolved and resolv.conf(5) say of servers and search domains. Pure. */
import * as z from 'zod';
import { addressOf } from '../../values/address.ts';
import { harmless } from '../../values/harmless.ts';
import { parseAddress } from '../../values/host.ts';
import { notUnderstood, understood } from '../understood.ts';

export interface ResolverState {
  /** In effect; `interface` where it came with one, and is asked for all names only if no server comes without. */
  servers: { address: string; interface?: string }[];
  searchDomains: string[];
  /** Set where programs of this machine do not ask resolved: "/etc/resolv.conf". */
  managedBy?: string;
}

/** org.freedesktop.resolve1.Manager: interface, address family, bytes of the address. */
const dns = z.object({
  type: z.literal('a(iiay)'),
  data: z.array(z.tuple([z.number().int(), z.number().int(), z.array(z.number().int().min(0).max(255))])),
});
/** Interface, domain, is it for routing only. */
const domains = z.object({
  type: z.literal('a(isb)'),
  data: z.array(z.tuple([z.number().int(), z.string(), z.boolean()])),
});

/**
 * `busctl --json=short get-property … DNS Domains`: one line for each.
 * @param names of interfaces by index
 * @throws Failure 'not-understood'
 */
export function parseResolved(text: string, names: ReadonlyMap<number, string>): ResolverState {
  const [first = '', second = ''] = text.split('\n');
  const servers = understood('systemd-resolved', dns, first).data.map(([index, , bytes]) => {
    const address = written(bytes) ?? notUnderstood('systemd-resolved', first);
    const name = names.get(index);
    return { address: withZone(address, name), ...(name === undefined ? {} : { interface: name }) };
  });
  const found = understood('systemd-resolved', domains, second).data.filter(([, , routing]) => !routing);
  return { servers, searchDomains: [...new Set(found.map(([, domain]) => harmless(domain, { most: 253 })))] };
}

/** Link-local addresses mean nothing without their interface. */
function withZone(address: string, name: string | undefined): string {
  return /^fe[89ab]/.test(address) && name !== undefined ? `${address}%${name}` : address;
}

function written(bytes: readonly number[]): string | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  const number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return addressOf(number, bytes.length * 8);
}

/** resolv.conf(5). Never fails: other lines are other people's. The last of "domain" and "search" counts. */
export function parseResolvConf(text: string): Pick<ResolverState, 'servers' | 'searchDomains'> {
  const words = text.split('\n').map((line) => line.split(/[ \t]+/));
  const servers = words.flatMap(([key, value = '']) => {
    const parsed = parseAddress(value, { zone: true });
    return key === 'nameserver' && parsed.ok ? [{ address: String(parsed.value) }] : [];
  });
  const search = words.findLast(([key]) => key === 'search' || key === 'domain')?.slice(1) ?? [];
  return { servers, searchDomains: search.filter(Boolean).map((domain) => harmless(domain, { most: 253 })) };
}

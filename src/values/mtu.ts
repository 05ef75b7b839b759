/**
 * The largest packet of an interface, in bytes. At least 576, which every IPv4 host takes (RFC 1122, 3.3.3), or 1280
 * where IPv6 is in use (RFC 8200, 5); at most 9216, the largest jumbo frame that switches commonly carry.
 */
import type { Known, Parsed } from './result.ts';
import { parseWhole } from './whole.ts';

export type Mtu = Known<number, 'mtu'>;

const mostMtu = 9216;

export function leastMtu(ipv6: boolean): number {
  return ipv6 ? 1280 : 576;
}

export function parseMtu(text: string, { ipv6 }: { ipv6: boolean }): Parsed<Mtu> {
  const parsed = parseWhole(text, { from: leastMtu(ipv6), to: mostMtu, right: '1500' }) as Parsed<Mtu>;
  if (parsed.ok || !ipv6 || !parseWhole(text, { from: leastMtu(false), to: mostMtu, right: '' }).ok) return parsed;
  return { ...parsed, why: `with IPv6 ${parsed.why}` };
}

/**
 * IPv4 and IPv6 addresses: parsed strictly, written canonically, and as numbers for those that reckon with them.
 * Prefixes and subnets are in cidr.ts, names in host.ts.
 */
import { good, type Known, type Parsed, wrong } from './result.ts';

/** Dotted decimal, four parts, no leading zeros. */
export type Ipv4 = Known<string, 'ipv4'>;
/** As RFC 5952 writes it; with "%zone" only where that was asked for. */
export type Ipv6 = Known<string, 'ipv6'>;
export type Address = Ipv4 | Ipv6;

const rightIpv4 = '192.168.1.10';
const rightIpv6 = '2001:db8::10';

/**
 * Strict dotted decimal. The short and octal forms of inet_aton(3) ("10.1", "010.0.0.1") are refused, since programs
 * differ in how they read them.
 */
export function parseIpv4(text: string): Parsed<Ipv4> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', rightIpv4);
  if (!/^[0-9.]+$/.test(given)) return wrong('not an IPv4 address', rightIpv4);
  const parts = given.split('.');
  if (parts.length !== 4) return wrong(`an IPv4 address has four parts, this has ${parts.length}`, rightIpv4);
  for (const part of parts) {
    if (part === '') return wrong('a part between the dots is empty', rightIpv4);
    if (part.length > 3 || Number(part) > 255) return wrong('each part is 0 to 255', rightIpv4);
    if (part.length > 1 && part.startsWith('0')) return wrong('a part begins with 0', parts.map(Number).join('.'));
  }
  return good(given as Ipv4);
}

/** `zone`: may it end in "%eth0"? RFC 4007; refused otherwise, since most settings cannot hold one. */
export function parseIpv6(text: string, { zone: zoneAllowed = false } = {}): Parsed<Ipv6> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', rightIpv6);
  if (/^\[.*\]$/.test(given)) return wrong('without the brackets', rightIpv6);
  const [address = '', zone] = splitOnce(given, '%');
  const number = ipv6Groups(address);
  if (!number) return wrong('not an IPv6 address', rightIpv6);
  const canonical = writeGroups(number);
  if (zone === undefined) return good(canonical as Ipv6);
  if (!zoneAllowed) return wrong('an interface ("%...") cannot be given here', canonical);
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,14}$/.test(zone))
    return wrong('no interface has the name after the "%"', `${canonical}%eth0`);
  return good(`${canonical}%${zone}` as Ipv6);
}

/** Either kind. */
export function parseAddress(text: string, options: { zone?: boolean } = {}): Parsed<Address> {
  if (text.includes(':')) return parseIpv6(text, options);
  const parsed = parseIpv4(text);
  return !parsed.ok && parsed.why === 'not an IPv4 address'
    ? wrong('not an address', `${rightIpv4} or ${rightIpv6}`)
    : parsed;
}

export function isIpv6(address: string): address is Ipv6 {
  return address.includes(':');
}

/** 32 or 128. */
export function bitsOf(address: Address): number {
  return isIpv6(address) ? 128 : 32;
}

/** The address as one number; a zone is left out. */
export function numberOf(address: Address): bigint {
  const parts = isIpv6(address) ? (ipv6Groups(address.split('%')[0] ?? '') ?? []) : address.split('.').map(Number);
  const width = isIpv6(address) ? 16n : 8n;
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n);
}

/** The address of that number; `bits` is 32 or 128. */
export function addressOf(number: bigint, bits: number): Address {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.') as Ipv4;
  const groups = Array.from({ length: 8 }, (_, i) => Number((number >> BigInt(112 - 16 * i)) & 0xffffn));
  return writeGroups(groups) as Ipv6;
}

/** The eight 16-bit groups of an IPv6 address (RFC 4291, 2.2), or undefined where it is none. */
function ipv6Groups(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  return missing >= 1 ? [...head, ...Array<number>(missing).fill(0), ...tail] : undefined;
}

/** `last`: may end in dotted decimal. */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const dotted = last && index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (dotted?.ok) {
      const [a = 0, b = 0, c = 0, d = 0] = dotted.value.split('.').map(Number);
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** RFC 5952: lower case, the first longest run of two or more zero groups as "::", IPv4-mapped ones dotted (5). */
function writeGroups(groups: readonly number[]): string {
  const [, , , , , fifth, high = 0, low = 0] = groups;
  if (fifth === 0xffff && groups.slice(0, 5).every((group) => group === 0))
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/**
 * Host names and whatever may stand in their place: a name, an IPv4 or an IPv6 address. No look-ups.
 * Limits and characters of names: RFC 1035 2.3.1 and 2.3.4, RFC 1123 2.1.
 */
import { type Address, parseIpv4, parseIpv6 } from './address.ts';
import { firstOther, good, type Known, named, type Parsed, wrong } from './result.ts';

export { type Address, type Ipv4, isIpv6, parseAddress, parseIpv4, parseIpv6 } from './address.ts';

/** A name of one label or more: lower case, no dot at its end. */
export type HostName = Known<string, 'host name'>;
/** A name with at least one dot in it. */
export type Fqdn = HostName & Known<string, 'host name' | 'fqdn'>;
export type Host = HostName | Address;

const rightName = 'gateway.example.com';
const rightHost = 'gateway.example.com or 192.168.1.10';

/** A name, IPv4 or IPv6 address. `zone`: may an IPv6 address end in "%eth0"? */
export function parseHost(text: string, { zone = false } = {}): Parsed<Host> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', rightHost);
  if (given.includes('://')) return wrong('only the host, without "://" and what stands before it', rightHost);
  if (/^\[.*\]$/.test(given)) return wrong('without the brackets', given.length < 50 ? inBrackets(given) : rightHost);
  if (/^[^:]+:\d{1,5}$/.test(given)) return wrong('only the host, without the port', rightHost);
  if (given.includes(':')) return parseIpv6(given, { zone });
  if (/^[0-9.]*[0-9]$/.test(given)) return parseIpv4(given);
  return parseHostName(given);
}

function inBrackets(given: string): string {
  const parsed = parseIpv6(given.slice(1, -1));
  return parsed.ok ? parsed.value : rightHost;
}

/** A name with a dot in it: "gateway.example.com". */
export function parseFqdn(text: string): Parsed<Fqdn> {
  const parsed = parseHostName(text);
  if (!parsed.ok) return parsed;
  if (!parsed.value.includes('.')) return wrong('the domain is missing', `${parsed.value.slice(0, 63)}.example.com`);
  return good(parsed.value as Fqdn);
}

/** A name, also of one label: "gateway". A dot at the end is dropped, upper case is lowered. */
export function parseHostName(text: string): Parsed<HostName> {
  const given = text.trim().replace(/\.$/, '').toLowerCase();
  if (given === '') return wrong('nothing is given', rightName);
  const other = firstOther(given, /[a-z0-9.-]/);
  if (other) return otherCharacter(given, other);
  if (given.length > 253) return wrong(`a name has at most 253 characters, this has ${given.length}`, rightName);
  const labels = given.split('.');
  for (const label of labels) {
    if (label === '') return wrong('a part between the dots is empty', rightName);
    if (label.length > 63) return wrong(`a part has at most 63 characters, one here has ${label.length}`, rightName);
    if (label.startsWith('-') || label.endsWith('-')) return wrong('a part begins or ends with "-"', rightName);
  }
  // inet_aton(3), and so the resolver, takes such names for addresses.
  if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? ''))
    return wrong('the last part is a number, as in a mistyped address', rightHost);
  return good(given as HostName);
}

function otherCharacter(given: string, { character, place }: { character: string; place: number }): Parsed<never> {
  if (character === '_')
    return wrong('"_" is not allowed in the name of a host', given.length < 64 ? withoutUnderscores(given) : rightName);
  if (/\p{L}|\p{M}|\p{N}/u.test(character))
    return wrong('a name with such letters has to be given in its xn-- form', punycode(given));
  return wrong(`${named(character)} at place ${place} is not allowed in a name`, rightName);
}

function withoutUnderscores(given: string): string {
  const parsed = parseHostName(given.replaceAll('_', '-'));
  return parsed.ok ? parsed.value : rightName;
}

/** The form that goes over the wire is only told, never put in silently: two names can look alike. */
function punycode(given: string): string {
  try {
    const parsed = parseHostName(new URL(`http://${given}/`).hostname);
    return parsed.ok ? parsed.value : rightName;
  } catch {
    return rightName;
  }
}

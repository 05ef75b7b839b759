/** The servers that the resolver asks: up to three addresses. None given means what DHCP gives. */
import { type Address, numberOf, parseAddress } from './address.ts';
import { parseList } from './list.ts';
import { type Parsed, wrong } from './result.ts';
import { specialUse } from './special.ts';

/** MAXNS of resolv.conf(5). */
const mostDnsServers = 3;

export function parseDnsServer(text: string): Parsed<Address> {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  const special = specialUse(parsed.value);
  // The resolver would ask itself.
  if (special && special !== 'link-local')
    return wrong(`a DNS server cannot have ${article(special)} address`, '8.8.8.8');
  if (special) return wrong('a link-local address needs an interface, which cannot be given here', '8.8.8.8');
  return parsed;
}

export function parseDnsServers(given: string | readonly string[]): Parsed<Address[]> {
  return parseList(given, {
    parse: parseDnsServer,
    most: mostDnsServers,
    right: '8.8.8.8 2001:4860:4860::8888',
    key: (address) => `${address.includes(':')} ${numberOf(address)}`,
  });
}

function article(special: string): string {
  return /^[aeiou]/.test(special) ? `an ${special}` : `a ${special}`;
}

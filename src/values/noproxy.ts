/**
 * What may be reached without the proxy: names, domains, addresses and networks. Only forms that curl, Go programs
 * (the container engine) and apt's ways all read alike; "*" is refused, as it would turn the proxy off.
 */
import { isInside, parseSubnet, type Subnet } from './cidr.ts';
import { type Address, type Host, isIpv6, parseHost, parseHostName } from './host.ts';
import { parseList } from './list.ts';
import { good, type Known, type Parsed, wrong } from './result.ts';

/** "intranet.example.com", ".example.com", "10.0.0.5", "10.0.0.0/8". */
export type NoProxyEntry = Known<string, 'no proxy'>;

const mostNoProxy = 50;
const right = 'intranet.example.com .example.com 10.0.0.0/8';

export function parseNoProxyEntry(text: string): Parsed<NoProxyEntry> {
  const given = text.trim();
  if (given === '*') return wrong('"*" would go around the proxy for everything; disable the proxy instead', right);
  if (given.startsWith('*.')) return wrong('a domain is given without "*"', domainOf(given.slice(1)));
  if (given.startsWith('.')) {
    const domain = parseHostName(given.slice(1));
    return domain.ok ? good(`.${domain.value}` as NoProxyEntry) : domain;
  }
  if (given.includes('/') && !given.includes('://'))
    return parseSubnet(given) as Parsed<string> as Parsed<NoProxyEntry>;
  return parseHost(given) as Parsed<string> as Parsed<NoProxyEntry>;
}

export function parseNoProxy(given: string | readonly string[]): Parsed<NoProxyEntry[]> {
  return parseList(given, { parse: parseNoProxyEntry, most: mostNoProxy, right });
}

/**
 * Is the host reached without the proxy? A name stands for itself and all below it, ".example.com" for what is
 * below only. Names are not resolved: an address entry counts for that address as it is written.
 */
export function isDirect(host: Host, list: readonly NoProxyEntry[]): boolean {
  const address = isIpv6(host as Address) || /^[0-9.]+$/.test(host);
  return list.some((entry) => {
    if (entry.includes('/')) return address && isInside(host as Address, entry as string as Subnet);
    if (address) return host === (entry as string);
    return host === (entry as string) || host.endsWith(entry.startsWith('.') ? entry : `.${entry}`);
  });
}

function domainOf(text: string): string {
  const parsed = parseHostName(text.slice(1));
  return parsed.ok ? `.${parsed.value}` : '.example.com';
}

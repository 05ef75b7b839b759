/** Domains: the search list of the resolver, and those that the gateway lets through. */
import { type Fqdn, type HostName, parseFqdn, parseHostName } from './host.ts';
import { parseList } from './list.ts';
import { type Parsed, wrong } from './result.ts';

/** As resolv.conf(5) had it for long; programs that read the file themselves still stop there. */
const mostSearchDomains = 6;
/** Gateway guide, "Enabling Allowed Domains". */
const mostAllowedDomains = 10;

/** Blanks or commas between them. Also single labels ("lan"), but no addresses. */
export function parseSearchDomains(given: string | readonly string[]): Parsed<HostName[]> {
  return parseList(given, { parse: parseHostName, most: mostSearchDomains, right: 'example.com corp.example.com' });
}

/** A domain to let through, without "https://" and "www.". */
function parseAllowedDomain(text: string): Parsed<Fqdn> {
  const given = text.trim().toLowerCase();
  const bare = given
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^www\./, '')
    .replace(/\/$/, '');
  const parsed = parseFqdn(bare);
  if (bare === given || !parsed.ok) return parsed;
  return wrong('without what stands before or after the domain', parsed.value);
}

export function parseAllowedDomains(given: string | readonly string[]): Parsed<Fqdn[]> {
  return parseList(given, { parse: parseAllowedDomain, most: mostAllowedDomains, right: 'example.com example.org' });
}

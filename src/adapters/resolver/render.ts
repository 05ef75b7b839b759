/** The settings of systemd-resolved (resolved.conf(5)) that make the given DNS servers the ones that are asked. Pure. */
import type { DnsSettings } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { parseDnsServers } from '../../values/dns.ts';
import { parseSearchDomains } from '../../values/domain.ts';
import type { Parsed } from '../../values/result.ts';
import type { ManagedFile } from '../files.ts';

const path = '/etc/systemd/resolved.conf.d/50-gatehouse.conf';

/**
 * Nothing given: no file, and resolved asks what DHCP gives.
 * @throws Failure 'bad-value'
 */
export function renderResolver({ servers, searchDomains }: DnsSettings): ManagedFile[] {
  const dns = checked('DNS servers', parseDnsServers(servers));
  const domains = checked('search domains', parseSearchDomains(searchDomains));
  if (dns.length + domains.length === 0) return [{ path, content: null, mode: 0o644 }];
  const lines = [
    '# Written by Gatehouse; changes made here are lost.',
    '[Resolve]',
    // An empty value drops what other files list.
    ...(dns.length > 0 ? ['DNS=', `DNS=${dns.join(' ')}`, 'FallbackDNS='] : []),
    'Domains=',
    // "~." sends every name to these servers, also where an interface has others.
    `Domains=${[...domains, ...(dns.length > 0 ? ['~.'] : [])].join(' ')}`,
  ];
  return [{ path, content: `${lines.join('\n')}\n`, mode: 0o644 }];
}

function checked<T>(field: string, parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw fail('bad-value', { field, why: parsed.why, right: parsed.right });
}

/**
 * What is in effect on the network, said so that before and after can be compared: fixed addresses as they are, those
 * that others give by who gives them. Pure; knows only the types of the adapters.
 */
import type { Found } from '../adapters/network/parse.ts';
import type { ResolverState } from '../adapters/resolver/parse.ts';
import type { Effective } from './parts.ts';

const given = { dhcp: 'one by DHCP', router: 'one by a router' } as const;

export function effectiveOf(interfaces: readonly Found[], resolver: ResolverState): Effective {
  const entries = interfaces.flatMap(({ name, device, addresses, gateways, mtu }) => [
    [`addresses of ${name}`, listed(addresses)],
    [`gateway of ${name}`, listed(gateways)],
    [`device with the addresses of ${name}`, device],
    [`MTU of ${name}`, String(mtu ?? 'not known')],
  ]);
  const servers = resolver.servers.map(({ address, interface: from }) => (from ? `${address} of ${from}` : address));
  return Object.fromEntries([
    ...entries,
    ['DNS servers', servers.sort().join(', ') || 'none'],
    ['search domains', resolver.searchDomains.join(', ') || 'none'],
  ]);
}

/** Link-local addresses come and go by themselves. */
function listed(all: readonly { address: string; from: Found['addresses'][number]['from'] }[]): string {
  const words = all
    .filter(({ from }) => from !== 'link-local')
    .map(({ address, from }) => (from === 'dhcp' || from === 'router' ? given[from] : address));
  return [...new Set(words)].sort().join(', ') || 'none';
}

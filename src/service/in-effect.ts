/**
 * What is in effect on the machine, said so that the same is the same text: what the way back is measured by. What
 * DHCP and routers give is said without its value, as it may be another the next time while all is well.
 */

import type { Machine } from '../adapters/machine.ts';
import type { Found } from '../adapters/network/parse.ts';
import type { ResolverState } from '../adapters/resolver/parse.ts';
import type { Effective } from '../changes/parts.ts';

export async function inEffect({ network, resolver }: Machine, signal: AbortSignal): Promise<Effective> {
  const [found, dns] = await Promise.all([network.effective({}, signal), resolver.effective(signal)]);
  return Object.fromEntries([...found.flatMap(linesOf), ...dnsLines(dns)]);
}

type Line = [what: string, is: string];

function linesOf({ name, addresses, gateways, vlan, mtu }: Found): Line[] {
  return [
    [`addresses of ${name}`, words(addresses.filter(({ from }) => from !== 'link-local'))],
    [`gateways of ${name}`, words(gateways)],
    [`VLAN of ${name}`, String(vlan ?? 'untagged')],
    [`MTU of ${name}`, String(mtu ?? 'not known')],
  ];
}

const given = { dhcp: 'by DHCP', router: 'by a router' } as const;

function words(all: readonly { address: string; from: string }[]): string {
  const said = all.map(({ address, from }) => (from === 'dhcp' || from === 'router' ? given[from] : address));
  return [...new Set(said)].sort().join(', ') || 'none';
}

function dnsLines({ servers, searchDomains }: ResolverState): Line[] {
  const said = servers.map((one) => (one.interface === undefined ? one.address : `by ${one.interface}`));
  return [
    ['DNS servers', [...new Set(said)].join(', ') || 'none'],
    ['search domains', [...searchDomains].sort().join(', ') || 'none'],
  ];
}

/** DNS: the settings beside the servers in effect, each with where it came from. */
import type { Appliance, DnsState } from '../appliance.ts';
import { within } from '../within.ts';
import type { System } from './system.ts';

const LIMIT = 10_000;

export function dnsOf(system: System): Appliance['dns'] {
  return {
    async read(_args, call) {
      const { dns } = await system.settings();
      const read = (signal: AbortSignal) => system.machine.resolver.effective(signal);
      const { servers, searchDomains, managedBy } = await within(
        LIMIT * system.pace,
        'The resolver',
        read,
        call?.signal,
      );
      const from = (address: string, name: string | undefined) =>
        name ?? managedBy ?? (dns.servers.some((server) => server === address) ? 'settings' : 'other configuration');
      const effective: DnsState['effective'] = servers.map(({ address, interface: name }) => ({
        server: address,
        from: from(address, name),
      }));
      return { settings: dns, effective, domains: searchDomains };
    },
  };
}

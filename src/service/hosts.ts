/** Static host names: ours in a marked block of /etc/hosts, and those of others, which are only shown. */
import type { Appliance } from '../appliance.ts';
import type { Settings } from '../settings/schema.ts';
import type { System } from './system.ts';

export function hostsOf(system: System): Appliance['hosts'] {
  const { hosts } = system.machine;
  return {
    async read() {
      const { entries, others } = await hosts.read();
      return { entries, others };
    },
    async set({ entries }, { by = 'nobody known' } = {}) {
      await system.alter({
        by,
        what: 'Static host names',
        // Parsed when they came in.
        make: (settings) => ({ ...settings, hosts: entries as Settings['hosts'] }),
        apply: async (next) => void (await hosts.write(next.hosts)),
      });
      return {};
    },
  };
}

/** The appliance put together of a machine, a brand and an audit log. Which machine is chosen elsewhere. */
import type { Machine } from '../adapters/machine.ts';
import type { About, Appliance } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import type { Audit } from './audit.ts';
import { gaugesOf } from './gauges.ts';
import { infoOf } from './info.ts';
import { pingOf } from './ping.ts';
import { statusOf } from './status.ts';
import { unitsOf } from './units.ts';

export interface Assembly {
  /** Factor of every period and time limit; 1 but in tests. */
  pace?: number;
  /** Aborted when the service ends: ends what it does on its own. */
  closing?: AbortSignal;
}

export function assemble(
  machine: Machine,
  about: About,
  brand: Brand,
  audit: Audit,
  { pace = 1, closing = new AbortController().signal }: Assembly = {},
): Appliance {
  const gauges = gaugesOf(machine, brand, pace);
  return {
    about: async () => about,
    status: statusOf(gauges, pace),
    info: infoOf(gauges, about.version, brand, pace),
    ping: pingOf(machine),
    units: unitsOf({ machine, brand, gauges, audit, pace, closing }),
  };
}

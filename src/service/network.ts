/** Interfaces: what is configured for each beside what is in effect. Reading only; changes.ts changes them. */
import type { Found } from '../adapters/network/parse.ts';
import type { Appliance, InterfaceState } from '../appliance.ts';
import { within } from '../within.ts';
import { Gauge, knownValue, watchGauges } from './gauge.ts';
import type { System } from './system.ts';

const PERIOD = 2000;
const LIMIT = 10_000;

export function networkOf(system: System): Appliance['network'] {
  const read = async (signal: AbortSignal) => (await effectiveNow(system, signal)).map(stateOf);
  const gauge = new Gauge('The network', LIMIT * system.pace, read);
  return {
    read: (_args, call) => within(LIMIT * system.pace, 'The network', read, call?.signal),
    watch: (_args, call) => watchGauges([[gauge, PERIOD * system.pace]], () => knownValue(gauge.reading), call),
  };
}

/** Every interface as it is now, with its settings. */
async function effectiveNow(system: System, signal: AbortSignal): Promise<Found[]> {
  const { interfaces } = await system.settings();
  return system.machine.network.effective(interfaces, signal);
}

function stateOf({ index: _index, device: _device, duplicates: _duplicates, ...state }: Found): InterfaceState {
  return state;
}

/** The appliance's units: listed, watched, shown, acted on. Only those that the brand names. */
import type { UnitAction } from '../adapters/machine.ts';
import type { Appliance, UnitStatus } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { fail } from '../errors.ts';
import { within } from '../within.ts';
import { actionsOf, cut, type UnitsOptions } from './actions.ts';
import { knownValue, watchGauges } from './gauge.ts';
import { withBrand } from './gauges.ts';

const PERIOD = 2000;

export function unitsOf(options: UnitsOptions): Appliance['units'] {
  const { machine, brand, gauges, pace } = options;
  const names = brand.units.map((unit) => unit.name);
  const act = actionsOf(options);
  const action = (verb: UnitAction): Appliance['units'][UnitAction] => {
    return async ({ name }, call) => act(verb, brandUnit(brand, name), call);
  };
  return {
    async list(_args, call) {
      const read = (signal: AbortSignal) => machine.units.list(names, signal);
      return withBrand(await within(5000 * pace, 'systemd', read, call?.signal), brand);
    },
    watch: (_args, call) => watchGauges([[gauges.units, PERIOD * pace]], () => knownValue(gauges.units.reading), call),
    async show({ name, lines = 20 }, call) {
      brandUnit(brand, name);
      const read = (signal: AbortSignal) => machine.units.show(name, lines, signal);
      const status = await within(10_000 * pace, 'systemd', read, call?.signal);
      const [unit] = withBrand<UnitStatus>([{ ...status, log: cut(status.log) }], brand);
      return unit as UnitStatus;
    },
    start: action('start'),
    stop: action('stop'),
    restart: action('restart'),
  };
}

function brandUnit(brand: Brand, name: string) {
  const unit = brand.units.find((one) => one.name === name);
  if (!unit) throw fail('unknown-unit', { name });
  return unit;
}

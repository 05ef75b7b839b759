/** The appliance's units: listed, watched, shown, acted on. Only those that the brand names. */
import type { Machine, UnitAction } from '../adapters/machine.ts';
import type { Appliance, LogLine, UnitStatus } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { fail } from '../errors.ts';
import { actionsOf } from './actions.ts';
import type { Audit } from './audit.ts';
import { knownValue, watchGauges } from './gauge.ts';
import { type Gauges, withBrand } from './gauges.ts';
import { within } from './within.ts';

/** Characters of a log line that are sent; the end of a longer one is left out. */
const LINE_LIMIT = 4096;
const PERIOD = 2000;

export interface UnitsOptions {
  machine: Machine;
  brand: Brand;
  gauges: Gauges;
  audit: Audit;
  pace: number;
  closing: AbortSignal;
}

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

export function cut(log: readonly LogLine[]): LogLine[] {
  return log.map((line) =>
    line.text.length > LINE_LIMIT ? { ...line, text: `${line.text.slice(0, LINE_LIMIT)}…` } : line,
  );
}

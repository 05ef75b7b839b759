/** The rows of Stats: what was counted, with the names and states that systemd and the container engine tell. Pure. */
import type { Container, Reading, Stats, StatsRow, StatsSubject, Unit } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { explain, type Problem } from '../errors.ts';
import type { Samples } from './samples.ts';

export const appliance = { kind: 'appliance', id: 'appliance', name: 'Appliance' } as const satisfies StatsSubject;

interface Known {
  samples: Samples;
  brand: Brand;
  units: Reading<Unit[]>;
  containers: Reading<Container[]>;
  /** What the engine said when it last answered. */
  listed: readonly Container[];
}

export function rowsOf({ samples, brand, units, containers, listed }: Known): Stats {
  const row = (subject: StatsSubject, state?: string): StatsRow => {
    const counted = samples.now(subject);
    if (!counted) return { ...subject, ...(state === undefined ? {} : { idle: state }) };
    const { sample, memoryLimit } = counted;
    return { ...subject, ...(sample ? { now: sample } : {}), ...(memoryLimit === undefined ? {} : { memoryLimit }) };
  };
  return {
    rows: [row(appliance), ...containerRows(containers, listed, samples, row), ...unitRows(units, brand, samples, row)],
    cores: samples.cores,
    missing: [...missing('container', containers), ...missing('unit', units)],
  };
}

type MakeRow = (subject: StatsSubject, state?: string) => StatsRow;

/** While the engine does not answer, those whose control groups are there. */
function containerRows(reading: Reading<Container[]>, listed: readonly Container[], samples: Samples, row: MakeRow) {
  const named = (id: string) => listed.find((one) => one.id === id)?.name ?? id.slice(0, 12);
  const rows =
    reading.state === 'known'
      ? reading.value.map(({ id, name, state }) =>
          row({ kind: 'container', id, name }, state === 'running' ? undefined : state),
        )
      : samples.there('container').map((id) => row({ kind: 'container', id, name: named(id) }));
  return rows.sort(byName);
}

/** Without those that this machine has not. */
function unitRows(reading: Reading<Unit[]>, brand: Brand, samples: Samples, row: MakeRow): StatsRow[] {
  const rows =
    reading.state === 'known'
      ? reading.value
          .filter(({ state }) => state !== 'absent')
          .map(({ name, state, subState }) =>
            row({ kind: 'unit', id: name, name }, state === 'active' ? restingState(subState) : state),
          )
      : samples
          .there('unit')
          .filter((id) => brand.units.some(({ name }) => name === id))
          .map((id) => row({ kind: 'unit', id, name: id }));
  return rows.sort(byName);
}

/** A unit may count as active after its program has ended. */
const restingState = (subState: string) => (subState === 'running' ? undefined : subState);
const byName = (one: StatsRow, other: StatsRow) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);

function missing(kind: StatsSubject['kind'], reading: Reading<unknown>): Stats['missing'] {
  return reading.state === 'unknown' ? [{ kind, why: inWords(reading.problem) }] : [];
}

function inWords(problem: Problem): string {
  const { what, why } = explain(problem);
  return why === undefined ? what : `${what} ${why}`;
}

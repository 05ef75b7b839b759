/**
 * What the appliance, its units and its containers use: counted once for all askers, every 5 s also while nobody looks,
 * so that the last 15 minutes are there; every 2 s while somebody does.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Machine } from '../adapters/machine.ts';
import type { Appliance, Container, Stats, StatsSubject } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { fail } from '../errors.ts';
import { Gauge, knownValue, watchGauges } from './gauge.ts';
import type { Gauges } from './gauges.ts';
import { keepEvery, Samples } from './samples.ts';
import { appliance, rowsOf } from './stats-rows.ts';

/** Milliseconds. */
const WATCHED = 2000;
/** Names and states change rarely, and are asked for at once where something began or ended. */
const NAMES = 15_000;
/** A counting takes some milliseconds. */
const LIMIT = 3000;

interface StatsOptions {
  machine: Machine;
  brand: Brand;
  gauges: Gauges;
  pace: number;
  /** Ends the counting. */
  closing: AbortSignal;
}

export function statsOf({ machine, brand, gauges, pace, closing }: StatsOptions): Appliance['stats'] {
  const units = brand.units.map(({ name }) => name);
  const samples = new Samples();
  const counts = new Gauge('What is used', LIMIT * pace, (signal) => machine.figures.count(units, signal));
  const { containers } = gauges;
  /** What the engine said when it last did: names stay known while it does not answer. */
  let listed: readonly Container[] = [];
  let running = '';
  let watchers = 0;

  const onCounts = () => {
    if (counts.reading.state !== 'known') return;
    samples.take(counts.reading.value);
    const now = [...samples.there('unit'), ...samples.there('container')].join();
    if (now !== running && watchers > 0) void Promise.all([gauges.units.latest(0), containers.latest(0)]);
    running = now;
  };
  const stop = counts.watch(keepEvery * pace, onCounts);
  if (closing.aborted) stop();
  closing.addEventListener('abort', stop, { once: true });

  const compose = (): Stats | undefined => {
    if (knownValue(counts.reading) === undefined) return undefined;
    if (containers.reading.state === 'known') listed = containers.reading.value;
    return rowsOf({ samples, brand, units: gauges.units.reading, containers: containers.reading, listed });
  };

  async function subjectOf(kind: StatsSubject['kind'], id: string): Promise<StatsSubject> {
    if (kind === 'appliance') return appliance;
    if (kind === 'unit') {
      if (!units.includes(id)) throw fail('unknown-unit', { name: id });
      return { kind, id, name: id };
    }
    await containers.latest(NAMES * pace);
    if (containers.reading.state === 'known') listed = containers.reading.value;
    const isMeant = (one: string) => one === id || (id.length >= 12 && one.startsWith(id));
    const found = listed.find((one) => isMeant(one.id) || one.name === id);
    if (found) return { kind, id: found.id, name: found.name };
    const unnamed = samples.there('container').find(isMeant);
    if (unnamed === undefined) throw fail('unknown-container', { name: id });
    return { kind, id: unnamed, name: unnamed.slice(0, 12) };
  }

  return {
    async read() {
      const names = [gauges.units.latest(NAMES * pace), containers.latest(NAMES * pace)];
      await Promise.all([counts.latest(WATCHED * pace), ...names]);
      // A first sample takes two countings.
      if (counts.reading.state === 'known' && !samples.now(appliance)?.sample) {
        await pause(500 * pace);
        await counts.latest(0);
      }
      // Counted, or why not: there is something to compose.
      return compose() as Stats;
    },
    async watch(_args, call) {
      watchers += 1;
      const sources = [[counts, WATCHED] as const, [gauges.units, NAMES] as const, [containers, NAMES] as const];
      try {
        const paced = sources.map(([source, every]) => [source, every * pace] as const);
        await watchGauges(paced, compose, call);
      } finally {
        watchers -= 1;
      }
    },
    async history({ kind, id }) {
      const [subject] = await Promise.all([subjectOf(kind, id), counts.latest(keepEvery * pace)]);
      return { subject, samples: samples.history(subject) };
    },
  };
}

/**
 * What the lab machine uses: calm waves around a level of each unit's and container's own, which ends where it is
 * stopped, and adds up to what the machine file says of the whole. Its past is made up when it is first asked.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Counted, Counts, Figures } from '../adapters/machine.ts';
import { chance, waveOf } from './chance.ts';
import type { MachineData } from './schema.ts';

/** Something that runs. */
export interface Running {
  kind: 'unit' | 'container';
  id: string;
  /** Bytes. */
  memory?: number;
  memoryLimit?: number;
  /** ISO 8601. Started anew, it counts from nothing. */
  since?: string;
}

/** Seconds from one counting of the past to the next, and how many there are. */
const step = 5;
const steps = 180;
/** Of the machine's load: the kernel's and what is no unit of the appliance. */
const ownShare = 0.3;

const keys = ['cpu', 'received', 'sent', 'read', 'written'] as const;
type Totals = Record<(typeof keys)[number], number>;

const nothing = (): Totals => ({ cpu: 0, received: 0, sent: 0, read: 0, written: 0 });

/** How much of the machine's work something does, and how that swings. */
interface Habits {
  weight: number;
  memory: number;
  swing: Record<'work' | 'disk' | 'memory', (seconds: number) => number>;
  /** Bytes for a microsecond of work. */
  bytes: Omit<Totals, 'cpu'>;
}

/** @param running all that runs now */
export function labFigures(data: MachineData, running: () => readonly Running[]): Figures {
  const { cores, load, memory } = wholeOf(data);
  const own = habitsOf(`${data.name} itself`);
  const known = new Map<string, Habits>();
  const totals = new Map<string, Totals>();
  let last: number | undefined;

  const habits = (id: string) => {
    const found = known.get(id) ?? habitsOf(id);
    known.set(id, found);
    return found;
  };

  /** `now`: ms since 1970, of which the `seconds` before are counted. */
  const advance = (all: readonly Running[], now: number, clock: number, seconds: number): Counts => {
    const there = all.filter(({ since }) => since === undefined || Date.parse(since) <= now);
    // What has stopped keeps its share: the others do no more for it.
    for (const { id } of there) habits(id);
    const weights = [...known.values()].reduce((sum, { weight }) => sum + weight, 0);
    const sum = rates(own, now / 1000, load * ownShare);
    const counted = there.map((one): Counted => {
      const its = habits(one.id);
      const rate = rates(its, now / 1000, (load * (1 - ownShare) * its.weight) / weights);
      for (const key of keys) sum[key] += rate[key];
      const from = `${one.id} ${one.since}`;
      const { received, sent, ...more } = count(totals, from, rate, seconds);
      return {
        kind: one.kind,
        id: one.id,
        from,
        clock,
        memory: Math.round((one.memory ?? its.memory) * (1 + 0.03 * its.swing.memory(now / 1000))),
        ...(one.memoryLimit === undefined ? {} : { memoryLimit: one.memoryLimit }),
        ...more,
        ...(one.kind === 'container' ? { received, sent } : {}),
      };
    });
    sum.cpu = Math.min(sum.cpu, cores * 1e6);
    const whole = count(totals, 'appliance', sum, seconds);
    const appliance = {
      kind: 'appliance',
      id: 'appliance',
      from: data.name,
      clock,
      ...memory(now / 1000),
      ...whole,
    } as const;
    return { at: new Date(now).toISOString(), cores, counted: [appliance, ...counted] };
  };

  const past = async (now: number, clock: number): Promise<Counts[]> => {
    const all = running();
    const found: Counts[] = [];
    for (let ago = steps * step; ago > 0; ago -= step) {
      // Nobody shall have to wait for it.
      if (ago % (6 * step) === 0) await turn();
      found.push(advance(all, now - ago * 1000, clock - ago * 1000, step));
    }
    return found;
  };

  return {
    async count(units) {
      const [now, clock] = [Date.now(), performance.now()];
      const earlier = last === undefined ? await past(now, clock) : undefined;
      const counts = advance(running(), now, clock, last === undefined ? step : (clock - last) / 1000);
      last = clock;
      const wanted = ({ counted, ...more }: Counts): Counts => ({
        ...more,
        counted: counted.filter(({ kind, id }) => kind !== 'unit' || units.includes(id)),
      });
      return { ...wanted(counts), ...(earlier ? { earlier: earlier.map(wanted) } : {}) };
    },
  };
}

/** `load`: microseconds of processor time a second. */
function wholeOf({ name, facts }: MachineData) {
  const { count: cores, load } = 'value' in facts.cpu ? facts.cpu.value : { count: 2, load: 10 };
  const known = 'value' in facts.memory ? facts.memory.value : undefined;
  // As facts.ts has it.
  const swing = waveOf(`${name} memory`);
  return {
    cores,
    load: (load / 100) * cores * 1e6,
    memory(seconds: number): Pick<Counted, 'memory' | 'memoryLimit'> {
      if (!known) return {};
      const moved = known.available + known.total * 0.01 * swing(seconds);
      const available = Math.round(Math.min(known.total, Math.max(0, moved)));
      return { memory: known.total - available, memoryLimit: known.total };
    },
  };
}

function habitsOf(id: string): Habits {
  const random = chance(`${id} habits`);
  return {
    // Few do most of the work.
    weight: random() ** 3 + 0.02,
    memory: 3e7 * (1 + 15 * random() ** 2),
    swing: { work: waveOf(`${id} work`), disk: waveOf(`${id} disk`), memory: waveOf(id) },
    bytes: { received: random() * 1.5, sent: random(), read: random() * 0.5, written: random() * 2 },
  };
}

/** What is used in a second, with `cpu` microseconds on average. */
function rates({ swing, bytes }: Habits, seconds: number, cpu: number): Totals {
  const work = cpu * Math.max(0, 1 + 0.9 * swing.work(seconds));
  const disk = Math.max(0, 1 + 1.2 * swing.disk(seconds));
  return {
    cpu: work,
    received: work * bytes.received,
    sent: work * bytes.sent,
    read: cpu * Math.max(0, disk - 1) * bytes.read,
    written: cpu * disk * bytes.written,
  };
}

function count(totals: Map<string, Totals>, key: string, rate: Totals, seconds: number): Totals {
  const total = totals.get(key) ?? nothing();
  for (const one of keys) total[one] += rate[one] * seconds;
  totals.set(key, total);
  return { ...total };
}

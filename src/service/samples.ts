/**
 * Samples of what was used, from counters taken one after the other: the last of each subject, and those of the last
 * 15 minutes, in a memory that does not grow. Knows no clock but the one in what it takes, and asks nobody.
 */
import type { Counted, Counts } from '../adapters/machine.ts';
import type { StatsSample, StatsSubject } from '../appliance.ts';

/** Milliseconds that are kept. */
const kept = 15 * 60_000;
/** One sample in so many ms is kept, however often is counted: at least as long as 180 of them last 15 minutes. */
export const keepEvery = 5000;
const mostSamples = kept / keepEvery;
const mostSubjects = 200;
/** A timer may be a little early, in ms. */
const early = 500;
/** Two countings that lie closer, in ms, say too little. */
const shortest = 200;

interface Kept {
  clock: number;
  sample: StatsSample;
}

interface Subject {
  kind: StatsSubject['kind'];
  id: string;
  last: Counted;
  now?: StatsSample;
  /** What the next sample that is kept is counted from. */
  mark: Counted;
  ring: Kept[];
  /** Clock of the counting that it was last in. */
  seen: number;
}

type Key = Pick<StatsSubject, 'kind' | 'id'>;

const rates = ['received', 'sent', 'read', 'written'] as const;
const keyOf = ({ kind, id }: Key) => `${kind} ${id}`;

export class Samples {
  cores = 1;
  private readonly subjects = new Map<string, Subject>();
  private clock = Number.NEGATIVE_INFINITY;

  take(counts: Counts): void {
    for (const earlier of counts.earlier ?? []) this.take(earlier);
    this.cores = counts.cores;
    const before = this.clock;
    const own = counts.counted.find(({ kind }) => kind === 'appliance');
    this.clock = Math.max(this.clock, own?.clock ?? this.clock);
    for (const counted of counts.counted) this.takeOne(counted, counts.at, before);
    for (const [key, subject] of this.subjects) if (this.clock - subject.seen > kept) this.subjects.delete(key);
  }

  /** Of what was there at the last counting: undefined where it was not; without `sample` where that was its first. */
  now(key: Key): { sample?: StatsSample; memoryLimit?: number } | undefined {
    const subject = this.subjects.get(keyOf(key));
    if (!subject || subject.seen !== this.clock) return undefined;
    const { now, last } = subject;
    return {
      ...(now ? { sample: now } : {}),
      ...(last.memoryLimit === undefined ? {} : { memoryLimit: last.memoryLimit }),
    };
  }

  /** Oldest first; none of what is not known. */
  history(key: Key): StatsSample[] {
    const ring = this.subjects.get(keyOf(key))?.ring ?? [];
    return ring.filter(({ clock }) => this.clock - clock <= kept).map(({ sample }) => sample);
  }

  /** How many there is anything of. */
  get subjectCount(): number {
    return this.subjects.size;
  }

  /** Ids of what was there at the last counting. */
  there(kind: StatsSubject['kind']): string[] {
    const all = [...this.subjects.values()].filter((subject) => subject.kind === kind && subject.seen === this.clock);
    return all.map(({ id }) => id);
  }

  /** `before`: clock of the counting before. */
  private takeOne(counted: Counted, at: string, before: number): void {
    const subject = this.subjects.get(keyOf(counted));
    if (!subject) {
      this.begin(counted);
      return;
    }
    // Whatever was away meanwhile, or counts elsewhere now, was started anew.
    const isOther = counted.from !== subject.last.from || (subject.seen !== before && subject.seen !== this.clock);
    subject.seen = this.clock;
    if (isOther) {
      subject.last = subject.mark = counted;
      delete subject.now;
      return;
    }
    if (counted.clock - subject.last.clock < shortest) return;
    subject.now = sampleOf(subject.last, counted, at);
    subject.last = counted;
    if (counted.clock - subject.mark.clock < keepEvery - early) return;
    subject.ring.push({ clock: counted.clock, sample: sampleOf(subject.mark, counted, at) });
    if (subject.ring.length > mostSamples) subject.ring.shift();
    subject.mark = counted;
  }

  /** Where there are too many, what has gone makes room; where none has, the new one is not taken. */
  private begin(counted: Counted): void {
    if (this.subjects.size >= mostSubjects) {
      const gone = [...this.subjects].find(([, { seen }]) => seen < this.clock);
      if (!gone) return;
      this.subjects.delete(gone[0]);
    }
    const { kind, id } = counted;
    this.subjects.set(keyOf(counted), { kind, id, last: counted, mark: counted, ring: [], seen: this.clock });
  }
}

/** What was used between two countings. A counter that went back, as after a new start, gives no rate. */
export function sampleOf(before: Counted, after: Counted, at: string): StatsSample {
  const seconds = (after.clock - before.clock) / 1000;
  const rate = (key: 'cpu' | (typeof rates)[number]): number | undefined => {
    const [from, to] = [before[key], after[key]];
    return from === undefined || to === undefined || to < from || seconds <= 0 ? undefined : (to - from) / seconds;
  };
  const cpu = rate('cpu');
  const sample: StatsSample = { at };
  // Microseconds a second: 10,000 are one percent.
  if (cpu !== undefined) sample.cpu = Math.round(cpu / 100) / 100;
  if (after.memory !== undefined) sample.memory = Math.round(after.memory);
  for (const key of rates) {
    const found = rate(key);
    if (found !== undefined) sample[key] = Math.round(found);
  }
  return sample;
}

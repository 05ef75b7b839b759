/**
 * One thing of the machine that is read again and again while anybody wants to know: one reading for all who watch,
 * none when nobody does. Knows nothing of what it reads.
 */
import type { Reading } from '../appliance.ts';
import { Failure, fail, problemOf } from '../errors.ts';
import { within } from '../within.ts';

/** A value no older than this (ms) is good enough for whoever asks once. */
const FRESH = 60_000;

interface Watcher {
  every: number;
  onChange: () => void;
}

export class Gauge<T> {
  /** What is known now. Stays while it is read anew, through one failed reading, and while nobody watches. */
  reading: Reading<T> = { state: 'reading' };
  private readAt = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private waiting = 0;
  private readonly watchers = new Set<Watcher>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private abort = new AbortController();
  private hangs = false;

  /** `limit`: ms for one reading. */
  constructor(
    private readonly what: string,
    private readonly limit: number,
    private readonly read: (signal: AbortSignal) => Promise<T>,
  ) {}

  /** Reads every so many ms (as often as the most eager watcher wants) and calls at each change, until stopped. */
  watch(every: number, onChange: () => void): () => void {
    const watcher = { every, onChange };
    // A problem of long ago is no news.
    if (this.watchers.size === 0 && this.reading.state === 'unknown') this.reading = { state: 'reading' };
    this.watchers.add(watcher);
    this.schedule();
    return () => {
      this.watchers.delete(watcher);
      this.schedule();
      this.release();
    };
  }

  /** The reading, made anew where it is older than `age` ms. Never rejects, never takes longer than the limit. */
  async latest(age: number): Promise<Reading<T>> {
    this.waiting += 1;
    try {
      if (performance.now() - this.readAt > Math.min(age, FRESH)) await this.readNow();
      return this.reading;
    } finally {
      this.waiting -= 1;
      this.release();
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.watchers.size === 0 || this.running) return;
    const every = Math.min(...[...this.watchers].map((watcher) => watcher.every));
    this.timer = setTimeout(() => void this.readNow(), Math.max(0, this.readAt + every - performance.now()));
  }

  private release(): void {
    if (this.watchers.size === 0 && this.waiting === 0) this.abort.abort();
  }

  private readNow(): Promise<void> {
    this.running ??= this.readOnce().finally(() => {
      this.running = undefined;
      this.schedule();
    });
    return this.running;
  }

  private async readOnce(): Promise<void> {
    this.abort = new AbortController();
    try {
      // Something that does not end when told to is not asked a second time.
      if (this.hangs) throw fail('timed-out', { what: this.what, seconds: this.limit / 1000 });
      this.take({
        state: 'known',
        value: await within(this.limit, this.what, (s) => this.begin(s), this.abort.signal),
      });
      this.failures = 0;
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.failures += 1;
      const problem = problemOf(error, error instanceof Error ? error.message : 'none');
      const isPassing = this.reading.state === 'known' && this.failures === 1 && problem.code !== 'unavailable';
      if (!isPassing) this.take({ state: 'unknown', problem });
    }
    this.readAt = performance.now();
  }

  private async begin(signal: AbortSignal): Promise<T> {
    this.hangs = true;
    try {
      return await this.read(signal);
    } finally {
      this.hangs = false;
    }
  }

  private take(reading: Reading<T>): void {
    const isSame = JSON.stringify(reading) === JSON.stringify(this.reading);
    this.reading = reading;
    if (!isSame) for (const watcher of [...this.watchers]) watcher.onChange();
  }
}

/** Anything that calls when it changes. */
export type Source = Pick<Gauge<unknown>, 'watch'>;

/**
 * A watch of a state made of gauges: tells it once it can be composed, and whenever it looks different.
 * `compose` gives undefined while it is too early; what it throws ends the watch.
 */
export function watchGauges<S>(
  gauges: readonly (readonly [source: Source, every: number])[],
  compose: () => S | undefined,
  call: { signal?: AbortSignal; progress?: (state: S) => void } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (call.signal?.aborted) return resolve();
    let told: string | undefined;
    let due: NodeJS.Immediate | undefined;
    const tell = () => {
      due = undefined;
      try {
        const state = compose();
        const text = JSON.stringify(state);
        if (state === undefined || text === told) return;
        told = text;
        call.progress?.(state);
      } catch (error) {
        end();
        reject(error);
      }
    };
    // Several gauges that change together make one state.
    const onChange = () => {
      due ??= setImmediate(tell);
    };
    const stops = gauges.map(([gauge, every]) => gauge.watch(every, onChange));
    const end = () => {
      for (const stop of stops) stop();
      clearImmediate(due);
      call.signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      resolve();
    };
    call.signal?.addEventListener('abort', onAbort, { once: true });
    tell();
  });
}

/** The value, or undefined while it is read; throws its problem where it is not to be had. */
export function knownValue<T>(reading: Reading<T>): T | undefined {
  if (reading.state === 'unknown') throw new Failure(reading.problem);
  return reading.state === 'known' ? reading.value : undefined;
}

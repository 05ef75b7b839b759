/** The journal followed: what is added to it, told a few times a second, through whatever happens to its programs. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Call, LogNews, LogPattern, LogPlace } from '../../appliance.ts';
import { Failure, sentence } from '../../errors.ts';
import { base, spanOf, stretch } from './journal-arguments.ts';
import { Interruptions, watchJournald } from './journal-interrupted.ts';
import type { Line } from './journal-lines.ts';
import { Matcher } from './journal-match.ts';
import { edgeOf, type Journal } from './journal-read.ts';
import { isMissing, jsonLines, recordOf } from './journal-stream.ts';

/** Milliseconds from news to news, and lines in each: 5000 a second are more than anybody reads. */
const NEWS = 100;
const MOST = 500;
/** Milliseconds from an end of journalctl until it is started again, and how long it has to live to count as working. */
const AGAIN = 1000;
const LIVES = 500;

/** @throws Failure 'unavailable' where there is no journalctl, 'bad-pattern', 'bad-value' */
export async function followJournal(
  journal: Journal,
  { from, only }: { from: LogPlace; only?: LogPattern },
  { signal, progress, ready }: Call<LogNews>,
): Promise<void> {
  const matcher = new Matcher(only ? [only] : []);
  const interruptions = new Interruptions(progress);
  const closing = new AbortController();
  const inner = AbortSignal.any([signal, closing.signal]);
  try {
    const follower = new Follower(journal, await begin(journal, from, signal), matcher, progress, ready);
    // A journal of somewhere else has no journald here.
    if (journal.where.length === 0) void watchJournald(interruptions, inner);
    while (!signal.aborted) {
      const why = await follower.run(inner, () => interruptions.end('journalctl'));
      interruptions.begin('journalctl', why);
      await pause(AGAIN, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    closing.abort();
    matcher.close();
  }
}

/** "From now on" as a place, so that nothing is lost between one run of journalctl and the next. */
async function begin({ where }: Journal, from: LogPlace, signal: AbortSignal): Promise<LogPlace> {
  if (from !== 'newest') return from;
  return (await edgeOf({ filter: {}, where }, 'newest', signal))?.cursor ?? 'oldest';
}

/** One journalctl after the other, each from where the one before had come to. */
class Follower {
  private pending: Line[] = [];
  private skipped = 0;
  private toldAt = 0;
  private clock: Promise<undefined> | undefined;

  constructor(
    private readonly journal: Journal,
    private place: LogPlace,
    private readonly matcher: Matcher,
    private readonly progress: (news: LogNews) => void,
    /** While this pends nothing is taken from journalctl, which then waits too. */
    private readonly ready: Call<LogNews>['ready'],
  ) {}

  /** Until journalctl ends; gives why it did. `onAlive`: it works. */
  async run(signal: AbortSignal, onAlive: () => void): Promise<string> {
    const stop = new AbortController();
    const alive = setTimeout(onAlive, LIVES);
    const stream = jsonLines(this.arguments(), { limit: Infinity, signal: AbortSignal.any([signal, stop.signal]) });
    try {
      for (let next = stream.next(); ; ) {
        const lot = this.pending.length > 0 ? await Promise.race([next, this.due(stop.signal)]) : await next;
        if (lot?.done) break;
        if (lot) {
          onAlive();
          this.take(lot.value);
          next = stream.next();
          // Awaited in its turn.
          next.catch(() => undefined);
        }
        if (performance.now() - this.toldAt >= NEWS || this.pending.length >= this.room) await this.tell(signal);
      }
      return 'journalctl ended by itself.';
    } catch (error) {
      if (signal.aborted || !(error instanceof Failure) || isMissing(error)) throw error;
      if (error.problem.code === 'bad-pattern') throw error;
      return sentence(error.problem);
    } finally {
      stop.abort();
      clearTimeout(alive);
    }
  }

  private arguments(): string[] {
    // The end of the span is looked after here: journalctl would end at it.
    const { until: _until, ...filter } = this.journal.filter;
    const asked = stretch(filter, this.place, 'newer')?.args ?? [];
    // --follow alone would leave out what was written before the machine last booted.
    const following = ['--follow', '--boot=all', '--no-tail'];
    return [...this.journal.where, ...base, ...following, ...asked, ...this.matcher.arguments];
  }

  /** One clock, however often it is asked for before it strikes. */
  private due(signal: AbortSignal): Promise<undefined> {
    const left = Math.max(0, this.toldAt + NEWS - performance.now());
    this.clock ??= pause(left, undefined, { signal })
      .catch(() => undefined)
      .finally(() => {
        this.clock = undefined;
      });
    return this.clock;
  }

  /** Lines that wait. With a pattern each of them has to be looked at, and journalctl waits meanwhile. */
  private get room(): number {
    return this.matcher.isNeeded ? MOST : Infinity;
  }

  private take(lines: Line[]): void {
    this.pending.push(...lines);
    if (this.matcher.isNeeded || this.pending.length <= 2 * MOST) return;
    this.skipped += this.pending.length - MOST;
    this.pending = this.pending.slice(-MOST);
  }

  private async tell(signal: AbortSignal): Promise<void> {
    const lines = this.pending;
    this.pending = [];
    const { until = Infinity } = spanOf(this.journal.filter);
    const all = lines.map(recordOf).filter((record) => record !== undefined);
    const records = all.filter(({ cursor, at }) => cursor !== this.place && at <= until);
    const messages = records.map(({ message }) => message);
    const holds = await this.matcher.test(messages, signal);
    this.place = all.at(-1)?.cursor ?? this.place;
    this.toldAt = performance.now();
    const found = records.filter((_record, at) => holds[at]);
    const shown = found.slice(-MOST).map((record) => record.entry());
    const skipped = this.skipped + found.length - shown.length;
    this.skipped = 0;
    if (shown.length > 0 || skipped > 0) this.progress({ kind: 'lines', lines: shown, skipped });
    await this.ready?.();
  }
}

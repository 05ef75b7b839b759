/**
 * A container's log followed: what is added, told a few times a second, through stops and starts of the container and
 * of the engine, until the container is removed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Call, LogNews } from '../../appliance.ts';
import { Failure, fail, sentence } from '../../errors.ts';
import { entryOf, holding, type Matcher } from './log-entry.ts';
import type { Located } from './log-place.ts';
import { before, behind, type From, type Log } from './log-read.ts';

/** Milliseconds from news to news, and lines of each: more than anybody reads. */
const NEWS = 100;
const MOST = 500;
/** Bytes of lines that wait to be told. */
const mostBytes = 1 << 20;
/** Milliseconds from one look at a container that does not run to the next. */
const LOOK = 500;

interface Following {
  open: (signal: AbortSignal) => Promise<Log>;
  matcher: Matcher;
  from: From;
}

/** @throws Failure 'log-gone' when the container is removed, 'log-unreadable', 'bad-pattern' */
export async function followLog(
  { open, matcher, from }: Following,
  { signal, progress, ready }: Call<LogNews>,
): Promise<void> {
  const failed = new AbortController();
  const inner = AbortSignal.any([signal, failed.signal]);
  const teller = new Teller(matcher, { signal: inner, progress, ...(ready ? { ready } : {}) }, (error) =>
    failed.abort(error),
  );
  let isInterrupted = false;
  const interrupt = (why: string) => {
    if (!isInterrupted) progress({ kind: 'interrupted', why });
    isInterrupted = true;
  };
  try {
    let log = await open(inner);
    let place = from === 'newest' ? await newestOf(log, inner) : from;
    for (;;) {
      if (isUp(log) && isInterrupted) {
        progress({ kind: 'resumed' });
        isInterrupted = false;
      }
      for await (const lot of behind(log, place, inner, { follow: true })) {
        // While the asker is slow the engine's stream is not read, and the engine waits.
        await teller.telling;
        teller.take(lot);
        const last = lot.at(-1);
        if (last) place = { at: last.line.at, nth: last.nth, back: 1 };
      }
      await teller.tell();
      log = await nextRun(open, log, interrupt, inner);
    }
  } catch (error) {
    if (signal.aborted) return;
    if (failed.signal.aborted) throw failed.signal.reason;
    await teller.tell();
    throw error;
  } finally {
    teller.close();
  }
}

const isUp = ({ container: { State } }: Log) => State.Running && !State.Restarting;

/** So that nothing is lost between one stream and the next. */
async function newestOf(log: Log, signal: AbortSignal): Promise<From> {
  const [last] = (await before(log, 'newest', 1, signal)).lines;
  return last ? { at: last.line.at, nth: last.nth, back: 1 } : 'oldest';
}

/** Waits until the container was started again. @throws Failure 'log-gone' as soon as it is removed */
async function nextRun(
  open: Following['open'],
  before: Log,
  interrupt: (why: string) => void,
  signal: AbortSignal,
): Promise<Log> {
  for (;;) {
    await pause(LOOK, undefined, { signal });
    try {
      const now = await open(signal);
      if (isUp(now) || now.container.State.StartedAt !== before.container.State.StartedAt) return now;
      interrupt('The container does not run');
    } catch (error) {
      const problem = error instanceof Failure ? error.problem : undefined;
      if (problem?.code === 'unknown-container')
        throw fail('log-gone', { name: problem.details.name, why: 'The container was removed' }, error);
      if (!problem || !/^engine-(absent|stopped|hangs)$/.test(problem.code)) throw error;
      interrupt(sentence(problem));
    }
  }
}

/** Collects lines and tells them a few times a second; the oldest of what is too much are left out. */
class Teller {
  private waiting: Located[] = [];
  private bytes = 0;
  private skipped = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Pends until the asker has taken what was told. Never rejects. */
  telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly matcher: Matcher,
    private readonly call: Call<LogNews>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  take(lot: readonly Located[]): void {
    for (const located of lot) {
      this.waiting.push(located);
      this.bytes += located.line.length;
    }
    while (this.waiting.length > MOST || this.bytes > mostBytes) this.leaveOut();
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.tell();
    }, NEWS);
  }

  private leaveOut(): void {
    const most = Math.max(1, this.waiting.length - MOST);
    for (const { line } of this.waiting.splice(0, most)) this.bytes -= line.length;
    this.skipped += most;
  }

  /** What waits. */
  tell(): Promise<void> {
    const lot = this.waiting;
    const { skipped } = this;
    this.waiting = [];
    this.bytes = 0;
    this.skipped = 0;
    this.telling = this.telling.then(() => this.send(lot, skipped)).catch(this.onFailure);
    return this.telling;
  }

  private async send(lot: readonly Located[], skipped: number): Promise<void> {
    const { signal, progress, ready } = this.call;
    const held = await holding(lot, this.matcher, signal);
    if (held.length === 0 && skipped === 0) return;
    progress({ kind: 'lines', lines: held.map((located) => entryOf(located)), skipped });
    await ready?.();
  }

  close(): void {
    clearTimeout(this.timer);
  }
}

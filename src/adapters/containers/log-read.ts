/** Parts of a container's log before and behind a place, asked of the engine so that it has little to read. */
import type { IncomingMessage } from 'node:http';
import { Failure, fail } from '../../errors.ts';
import type { Inspected } from './details.ts';
import type { Engine } from './engine.ts';
import { linesOf, type RawLine } from './log-lines.ts';
import { isAt, isFarBehind, type Located, Locator, type Place, sinceText } from './log-place.ts';

/** Bytes of lines that are held at once. */
const MOST = 16 << 20;
/** Lines more than needed that are asked for: some were added since. */
const SLACK = 100;
/** By how much more is asked for where it was too little. */
const FACTOR = 8;
const mostTail = 100_000_000;

export interface Log {
  engine: Engine;
  container: Inspected;
}

export type From = Place | 'oldest' | 'newest';

interface Query {
  since?: string;
  tail?: number;
  follow?: true;
}

/**
 * The engine's stream for a query, in lots as they come.
 * @throws Failure 'log-unreadable' where the log driver keeps none
 */
async function* stream({ engine, container }: Log, query: Query, signal: AbortSignal): AsyncGenerator<RawLine[]> {
  const { since, tail, follow } = query;
  const parameters = new URLSearchParams({
    stdout: '1',
    stderr: '1',
    timestamps: '1',
    ...(since === undefined ? {} : { since }),
    ...(tail === undefined ? {} : { tail: String(tail) }),
    ...(follow ? { follow: '1' } : {}),
  });
  const name = container.Name.replace(/^\//, '');
  const unknown = fail('log-gone', { name, why: 'The container was removed' });
  const path = `/containers/${container.Id}/logs?${parameters}`;
  const response = await engine.stream({ path, unknown, signal }).catch((error: unknown) => {
    throw unreadable(error, name, container.HostConfig.LogConfig?.Type);
  });
  try {
    yield* linesOf(cut(response, follow === true), container.Config.Tty);
    if (signal.aborted) throw fail('aborted', {});
  } finally {
    response.destroy();
  }
}

/** An engine that goes away ends a log that is followed; one that is read is not whole then. */
async function* cut(response: IncomingMessage, follows: boolean): AsyncGenerator<Buffer> {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    if (!follows) throw fail('engine-stopped', { why: 'It broke off in the middle of the log' }, error);
  }
}

function unreadable(error: unknown, name: string, driver = ''): unknown {
  const said = error instanceof Failure && error.problem.code === 'engine-refused' ? error.problem.details.said : '';
  if (!/does not support reading|does not support .*logs/i.test(said)) return error;
  const why = driver === 'none' ? 'The engine was told to keep none' : `Its log driver (${driver}) keeps none here`;
  return fail('log-unreadable', { name, why }, error);
}

export interface Before {
  /** Oldest first: at most as many as asked for, and those nearest to the place. */
  lines: Located[];
  /** No line is before these. */
  isStart: boolean;
}

/** The `count` lines before a place. */
export async function before(log: Log, from: From, count: number, signal: AbortSignal): Promise<Before> {
  if (from === 'oldest') return { lines: [], isStart: true };
  let first: string | undefined;
  for (const query of widening(from, count)) {
    const read = await readBefore(log, query, from, count, signal);
    // The same beginning though more was asked for: it is the log's.
    const isStart = read.isAll || (read.first !== undefined && read.first === first);
    if (read.seen > count || isStart) return { lines: read.lines, isStart: isStart && read.seen <= read.lines.length };
    first = read.first;
  }
  return { lines: [], isStart: true };
}

function* widening(from: Exclude<From, 'oldest'>, count: number): Generator<Query> {
  if (from === 'newest' || from.back !== undefined) {
    const back = from === 'newest' ? 0 : (from.back ?? 0);
    for (let tail = back + count + SLACK; tail < mostTail; tail *= FACTOR) yield { tail };
  } else {
    for (let seconds = 60; seconds < 1e8; seconds *= FACTOR * 2) yield { since: sinceText(from.at, seconds) };
  }
  yield {};
}

interface Read extends Before {
  /** Lines before the place that came. */
  seen: number;
  first?: string;
  isAll: boolean;
}

async function readBefore(log: Log, query: Query, from: From, count: number, signal: AbortSignal): Promise<Read> {
  const locator = new Locator();
  const held = new Held(count);
  const result = { seen: 0, first: undefined as string | undefined };
  let came = 0;
  // The place is gone, and lines of later times have come instead.
  let isBehind = false;
  scan: for await (const lot of stream(log, query, signal)) {
    for (const line of lot) {
      const located = locator.locate(line);
      result.first ??= `${line.at} ${line.length}`;
      if (typeof from === 'object' && (isAt(located, from) || isFarBehind(located, from))) {
        isBehind = isFarBehind(located, from);
        break scan;
      }
      came += 1;
      held.add(located);
    }
  }
  if (typeof from === 'object' && isBehind) held.keep(({ line }) => line.at < from.at);
  const seen = isBehind && came <= count ? held.lines.length : came;
  held.trim();
  const isAll =
    (query.tail === undefined && query.since === undefined) || (from === 'newest' && came < (query.tail ?? 0));
  return {
    lines: held.lines,
    isStart: false,
    seen,
    isAll,
    ...(result.first === undefined ? {} : { first: result.first }),
  };
}

/** The last so many lines of a stream, within bounds. */
class Held {
  lines: Located[] = [];
  private bytes = 0;

  constructor(private readonly most: number) {}

  add(located: Located): void {
    this.lines.push(located);
    this.bytes += located.line.length;
    if (this.lines.length >= 2 * this.most + 2 || this.bytes >= 2 * MOST) this.trim();
  }

  keep(isKept: (located: Located) => boolean): void {
    this.lines = this.lines.filter(isKept);
  }

  trim(): void {
    let bytes = 0;
    let from = this.lines.length;
    while (from > 0 && this.lines.length - from < this.most && bytes < MOST) {
      from -= 1;
      bytes += this.lines[from]?.line.length ?? 0;
    }
    this.lines = this.lines.slice(from);
    this.bytes = bytes;
  }
}

/** Lines behind a place, oldest first, in lots, until the log's end; with `follow` as long as the container runs. */
export async function* behind(
  log: Log,
  from: From,
  signal: AbortSignal,
  { follow }: { follow?: true } = {},
): AsyncGenerator<Located[]> {
  if (from === 'newest') return;
  const more = follow ? { follow } : {};
  if (from === 'oldest') return yield* located(stream(log, more, signal));
  const since = sinceText(from.at);
  if (from.back !== undefined) {
    const tail = from.back * 2 + 10 * SLACK;
    let isFound = false;
    for await (const lot of behindPlace(stream(log, { ...more, since, tail }, signal), from)) {
      // More were added since than there was room for: then without a bound.
      if (!lot.isFound) break;
      isFound = true;
      if (lot.lines.length > 0) yield lot.lines;
    }
    if (isFound) return;
  }
  for await (const { lines } of behindPlace(stream(log, { ...more, since }, signal), from))
    if (lines.length > 0) yield lines;
}

async function* located(lots: AsyncIterable<RawLine[]>): AsyncGenerator<Located[]> {
  const locator = new Locator();
  for await (const lot of lots) yield lot.map((line) => locator.locate(line));
}

interface Lot {
  /** Did the place itself come? Else these are the lines of later times. */
  isFound: boolean;
  lines: Located[];
}

/** The first lot says whether the place was found; none comes where nothing is behind it and it is gone. */
async function* behindPlace(lots: AsyncIterable<RawLine[]>, place: Place): AsyncGenerator<Lot> {
  let early: Located[] = [];
  let isFound: boolean | undefined;
  for await (const lot of located(lots)) {
    if (isFound !== undefined) {
      yield { isFound, lines: lot };
      continue;
    }
    const at = lot.findIndex((one) => isAt(one, place));
    if (at >= 0) {
      isFound = true;
      yield { isFound, lines: lot.slice(at + 1) };
      continue;
    }
    early.push(...lot.filter(({ line }) => line.at > place.at));
    const last = early.at(-1);
    if (!last || !isFarBehind(last, place)) continue;
    isFound = false;
    yield { isFound, lines: early };
    early = [];
  }
  if (isFound === undefined) yield { isFound: false, lines: early };
}

/** A container's log as its readers see it: pages, a search, a count. Who follows it is in log-follow.ts. */
import type { Call, LogEntry, LogPage, LogPattern, LogPlace, LogSearchNews } from '../../appliance.ts';
import type { LogReader } from '../machine.ts';
import { entryOf, holding, type Matcher, type MatcherOf, type Placed } from './log-entry.ts';
import { followLog } from './log-follow.ts';
import { type Backs, type Located, parsePlace } from './log-place.ts';
import { before, behind, type From, type Log } from './log-read.ts';

/** Characters after which a page ends, whatever was asked for: it goes over the socket in one piece. */
const mostOfPage = 4 << 20;
/** Lines looked at at once, and what that grows to, while going back. */
const lots = { first: 2000, most: 40_000, factor: 8 };
/** Milliseconds after which a page has what was found by then. */
const PATIENCE = 3000;
/** Milliseconds from news to news of a search. */
const NEWS = 250;

/** `open`: finds the container. */
export function logReader(
  open: (signal: AbortSignal) => Promise<Log>,
  { matcherOf, backs }: { matcherOf: MatcherOf; backs: Backs },
): LogReader {
  const matching = async <T>(patterns: (LogPattern | undefined)[], work: (matcher: Matcher) => Promise<T>) => {
    const matcher = matcherOf(patterns.filter((pattern) => pattern !== undefined));
    try {
      return await work(matcher);
    } finally {
      matcher.close();
    }
  };
  return {
    async page({ from, direction, lines, only }, signal) {
      const place = fromText(from, backs);
      return matching([only], async (matcher) => {
        const log = await open(signal);
        const found: Placed[] = [];
        const started = performance.now();
        let reached: LogPlace | undefined;
        for await (const lot of beyond(log, place, direction, only ? lots.first : lines + 1, signal)) {
          const held = await holding(lot, matcher, signal);
          if (direction === 'older') found.unshift(...held);
          else found.push(...held);
          if (found.length > lines) break;
          const last = direction === 'older' ? lot[0] : lot.at(-1);
          if (performance.now() - started > PATIENCE && last) {
            reached = entryOf(last, backs).place;
            break;
          }
        }
        const page = pageOf(found, direction, lines, backs);
        return reached === undefined || !page.isEnd ? page : { ...page, isEnd: false, reached };
      });
    },
    async search({ from, direction, pattern, only }, call) {
      const place = fromText(from, backs);
      return matching([pattern, only], async (matcher) => {
        const log = await open(call.signal);
        for await (const lot of beyond(log, place, direction, lots.first, call.signal)) {
          const held = await holding(lot, matcher, call.signal);
          const next = direction === 'older' ? held.at(-1) : held[0];
          if (next) return { found: entryOf(next, backs) };
        }
        return {};
      });
    },
    async count({ pattern, only }, call) {
      return matching([pattern, only], async (matcher) => {
        const log = await open(call.signal);
        return { found: await countIn(log, matcher, call) };
      });
    },
    async follow({ from, only }, call) {
      const place = fromText(from, backs);
      await matching([only], (matcher) => followLog({ open, matcher, from: place }, call));
    },
  };
}

function fromText(text: LogPlace, backs: Backs): From {
  if (text === 'oldest' || text === 'newest') return text;
  const back = backs.get(text);
  return { ...parsePlace(text), ...(back === undefined ? {} : { back }) };
}

/** Lots of lines from a place on, in that direction; in each the oldest first. */
async function* beyond(
  log: Log,
  from: From,
  direction: 'older' | 'newer',
  first: number,
  signal: AbortSignal,
): AsyncGenerator<Placed[]> {
  if (direction === 'newer') yield* behind(log, from, signal);
  else yield* backwards(log, from, first, signal);
}

async function* backwards(log: Log, from: From, first: number, signal: AbortSignal): AsyncGenerator<Placed[]> {
  let place = from;
  for (let count = first; ; count = Math.min(lots.most, count * lots.factor)) {
    const { lines, isStart } = await before(log, place, count, signal);
    const placed = withBack(lines, place);
    if (placed.length > 0) yield placed;
    const [oldest] = placed;
    if (isStart || !oldest) return;
    const { line, nth, back } = oldest;
    place = { at: line.at, nth, ...(back === undefined ? {} : { back }) };
  }
}

function withBack(lines: readonly Located[], from: From): Placed[] {
  const last = from === 'newest' ? 0 : from === 'oldest' ? undefined : from.back;
  if (last === undefined) return [...lines];
  return lines.map((located, index) => ({ ...located, back: last + lines.length - index }));
}

/** `found`: nearest to the place are those that stay. */
function pageOf(found: readonly Placed[], direction: 'older' | 'newer', most: number, backs: Backs): LogPage {
  const order = direction === 'older' ? found.toReversed() : found;
  const lines: LogEntry[] = [];
  let length = 0;
  for (const located of order) {
    if (lines.length >= most || length > mostOfPage) break;
    const entry = entryOf(located, backs);
    length += entry.text.length;
    lines.push(entry);
  }
  return { lines: direction === 'older' ? lines.reverse() : lines, isEnd: lines.length === found.length };
}

async function countIn(log: Log, matcher: Matcher, { signal, progress }: Call<LogSearchNews>): Promise<number> {
  let found = 0;
  let toldAt = performance.now();
  for await (const lot of behind(log, 'oldest', signal)) {
    found += (await holding(lot, matcher, signal)).length;
    if (performance.now() - toldAt < NEWS) continue;
    toldAt = performance.now();
    progress({ found });
  }
  return found;
}

/** Records of the journal, lot by lot, from any place on: those that the filter and the patterns let through. */
import type { JournalFilter, LogPattern, LogPlace } from '../../appliance.ts';
import { base, type Span, spanOf, stretch } from './journal-arguments.ts';
import { Matcher } from './journal-match.ts';
import type { JournalRecord } from './journal-record.ts';
import { jsonLines, recordOf } from './journal-stream.ts';

/** Milliseconds for one record. */
const LIMIT = 3000;

export interface Journal {
  filter: JournalFilter;
  /** Arguments that name another journal than the machine's. */
  where: readonly string[];
}

export interface Request {
  from: LogPlace;
  direction: 'older' | 'newer';
  patterns: LogPattern[];
  /** So many are probably enough. More come where they are asked for. */
  most?: number;
}

interface Lot {
  found: JournalRecord[];
  /** Microseconds since 1970: how far the journal is read. */
  reached: number;
}

/** Records strictly behind `from` that hold the patterns, in the direction. Leaving the loop ends journalctl. */
export async function* matches(journal: Journal, request: Request, signal: AbortSignal): AsyncGenerator<Lot> {
  const matcher = new Matcher(request.patterns);
  try {
    for (let from: LogPlace | undefined = request.from; from !== undefined; )
      from = yield* portion(journal, { ...request, from }, matcher, signal);
  } finally {
    matcher.close();
  }
}

/** @returns where to go on; undefined: nothing lies behind */
async function* portion(
  { filter, where }: Journal,
  { from, direction, most }: Request,
  matcher: Matcher,
  signal: AbortSignal,
): AsyncGenerator<Lot, LogPlace | undefined> {
  const asked = stretch(filter, from, direction);
  if (!asked) return undefined;
  const span = spanOf(filter);
  const count = most === undefined || matcher.isNeeded || !asked.isCountable ? Infinity : most + (asked.skip ? 1 : 0);
  const args = [...where, ...base, ...asked.args, ...matcher.arguments];
  if (count < Infinity) args.push(`--lines=${count}`);
  let came = 0;
  let last: LogPlace | undefined;
  for await (const lines of jsonLines(args, { limit: Infinity, signal })) {
    came += lines.length;
    const records = lines.map(recordOf).filter((record) => record !== undefined);
    const isPast = records.findIndex(({ at }) => (direction === 'older' ? at < low(span) : at > high(span)));
    const within = (isPast < 0 ? records : records.slice(0, isPast)).filter(({ cursor }) => cursor !== asked.skip);
    const holds = await matcher.test(
      within.map(({ message }) => message),
      signal,
    );
    const newest = records.at(-1);
    if (newest) yield { found: within.filter((_record, at) => holds[at]), reached: newest.at };
    if (isPast >= 0) return undefined;
    last = newest?.cursor ?? last;
  }
  return came < count || last === from ? undefined : last;
}

const low = ({ since = Number.NEGATIVE_INFINITY }: Span) => since;
const high = ({ until = Number.POSITIVE_INFINITY }: Span) => until;

/** The oldest or newest record that the filter lets through; undefined: there is none. */
export async function edgeOf(
  { filter, where }: Journal,
  place: 'oldest' | 'newest',
  signal: AbortSignal,
): Promise<JournalRecord | undefined> {
  const asked = stretch(filter, place, place === 'oldest' ? 'newer' : 'older');
  if (!asked) return undefined;
  const args = [...where, ...base, ...asked.args, ...(asked.isCountable ? ['--lines=1'] : [])];
  for await (const lines of jsonLines(args, { limit: LIMIT, signal })) {
    const first = lines.map(recordOf).find((record) => record !== undefined);
    if (first) return first;
  }
  return undefined;
}

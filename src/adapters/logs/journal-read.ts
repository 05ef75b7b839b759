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
}

interface Lot {
  found: JournalRecord[];
  /** Microseconds since 1970: how far the journal is read. */
  reached: number;
}

/** Records strictly behind `from` that hold the patterns, in the direction. Leaving the loop ends journalctl. */
export async function* matches(
  { filter, where }: Journal,
  { from, direction, patterns }: Request,
  signal: AbortSignal,
): AsyncGenerator<Lot> {
  const matcher = new Matcher(patterns);
  const asked = stretch(filter, from, direction);
  if (!asked) return;
  const span = spanOf(filter);
  const args = [...where, ...base, ...asked.args, ...matcher.arguments];
  try {
    for await (const lines of jsonLines(args, { limit: Infinity, signal })) {
      const records = lines.map(recordOf).filter((record) => record !== undefined);
      const isPast = records.findIndex(({ at }) => (direction === 'older' ? at < low(span) : at > high(span)));
      const within = (isPast < 0 ? records : records.slice(0, isPast)).filter(({ cursor }) => cursor !== asked.skip);
      const holds = await matcher.test(
        within.map(({ message }) => message),
        signal,
      );
      const reached = records.at(-1)?.at;
      if (reached !== undefined) yield { found: within.filter((_record, at) => holds[at]), reached };
      if (isPast >= 0) return;
    }
  } finally {
    matcher.close();
  }
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
  const args = [...where, ...base, ...asked.args];
  for await (const lines of jsonLines(args, { limit: LIMIT, signal })) {
    const first = lines.map(recordOf).find((record) => record !== undefined);
    if (first) return first;
  }
  return undefined;
}

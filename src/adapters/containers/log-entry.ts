/** A line of a container's log as it is handed out, and whether it holds what is looked for. */
import type { LogEntry, LogPattern } from '../../appliance.ts';
import { type Backs, type Located, placeText } from './log-place.ts';

/** Tells which texts hold all of its patterns; a pattern that backtracks for ever is its own matter. */
export interface Matcher {
  /** Is there anything to look for? */
  readonly isNeeded: boolean;
  /** One at a time. */
  test(texts: readonly string[], signal: AbortSignal): Promise<boolean[]>;
  close(): void;
}

/** @throws Failure 'bad-pattern' */
export type MatcherOf = (patterns: readonly LogPattern[]) => Matcher;

/** `back`: see `Place`. */
export interface Placed extends Located {
  back?: number;
}

export function entryOf({ line, nth, back }: Placed, backs?: Backs): LogEntry {
  const place = placeText({ at: line.at, nth });
  if (back !== undefined) backs?.set(place, back);
  return line.entry(place);
}

/** Those of the lines that hold what is looked for. */
export async function holding(lot: readonly Placed[], matcher: Matcher, signal: AbortSignal): Promise<Placed[]> {
  if (!matcher.isNeeded) return [...lot];
  const texts = lot.map(({ line }) => line.entry('').text);
  const holds = await matcher.test(texts, signal);
  return lot.filter((_line, at) => holds[at]);
}

/** Where a line stands in a container's log: its time, and which of the lines of that time. */
import type { LogPlace } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import type { RawLine } from './log-lines.ts';

export interface Place {
  /** To the nanosecond: "2026-11-21T11:10:29.079866893Z". */
  at: string;
  /** Lines of the same time before it. */
  nth: number;
  /** Lines from it to the newest, itself included, when it was read; absent where that is not known. */
  back?: number;
}

/** @throws Failure 'bad-value' for what is no place of a container's log */
export function parsePlace(text: LogPlace): Place {
  const [, at, nth] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)_(\d{1,9})$/.exec(text) ?? [];
  if (at === undefined)
    throw fail('bad-value', { field: 'from', why: 'is no place of this log', right: 'oldest, newest or one it gave' });
  return { at, nth: Number(nth) };
}

export function placeText({ at, nth }: Place): LogPlace {
  return `${at}_${nth}`;
}

/** Lines whose distance is remembered. */
const mostBacks = 20_000;

/**
 * About how far lines are from the newest: the engine finds the last so many lines of a log far faster than those of a
 * time. Only a hint: without it, or where many were added since, the same lines are found.
 */
export class Backs {
  private readonly known = new Map<LogPlace, number>();

  get(place: LogPlace): number | undefined {
    return this.known.get(place);
  }

  set(place: LogPlace, back: number): void {
    this.known.delete(place);
    this.known.set(place, back);
    const [oldest] = this.known.keys();
    if (this.known.size > mostBacks && oldest !== undefined) this.known.delete(oldest);
  }
}

/** For the engine's `since`, which it takes as the first moment that it gives. */
export function sinceText(at: string, secondsBefore = 0): string {
  const whole = Math.floor(Date.parse(at) / 1000) - secondsBefore;
  return `${Math.max(0, whole)}.${at.slice(20, 29)}`;
}

/** A line with how many of the same time were directly before it. */
export interface Located {
  line: RawLine;
  nth: number;
}

/** Counts lines of one time, in the order they come. */
export class Locator {
  private last: Located | undefined;

  locate(line: RawLine): Located {
    const { last } = this;
    this.last = { line, nth: last?.line.isOfSameTime(line) ? last.nth + 1 : 0 };
    return this.last;
  }
}

/** Milliseconds by which lines of the two outputs may be written in another order than their times. */
const DISORDER = 1000;

export function isAt({ line, nth }: Located, place: Place): boolean {
  return nth === place.nth && line.at === place.at;
}

/** Surely behind the place, which is gone then, since it did not come before this. */
export function isFarBehind({ line }: Located, place: Place): boolean {
  const { at } = line;
  return at > place.at && Date.parse(at) - Date.parse(place.at) > DISORDER;
}

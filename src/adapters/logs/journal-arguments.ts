/**
 * What journalctl(1) is asked for a part of the journal: systemd 252 (Debian 12) and later. Pure.
 *
 * Two things of it are gone around here. It refuses --since together with --cursor, so one of them is left to the
 * reader. And -n alone turns to the end of the journal, as it does together with -g: so it is given only where the
 * direction is told by --reverse or --cursor, and nothing is looked for.
 */
import type { JournalFilter, LogPlace } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { fields } from './journal-record.ts';

/** Microseconds since 1970, both within. */
export interface Span {
  since?: number;
  until?: number;
}

export interface Stretch {
  args: string[];
  /** The record that may come first and does not count: the one that was begun at. */
  skip?: string;
  /** May it be told with --lines how many are wanted? */
  isCountable: boolean;
}

/** Every call. `--all`: also messages above 4096 bytes. `--quiet`: nothing but records on standard output. */
export const base = ['--no-pager', '--quiet', '--output=json', '--all', `--output-fields=${fields.join(',')}`];

const cursor = /^s=[0-9a-f]{32};i=[0-9a-f]{1,16};b=[0-9a-f]{32};m=[0-9a-f]{1,16};t=([0-9a-f]{1,14});x=[0-9a-f]{1,16}$/;

export function spanOf({ since, until }: JournalFilter): Span {
  return {
    ...(since === undefined ? {} : { since: micro(since) }),
    ...(until === undefined ? {} : { until: micro(until) }),
  };
}

/** @throws Failure 'bad-value' for what is no place of the journal */
export function momentOf(place: LogPlace): number {
  const [, time] = cursor.exec(place) ?? [];
  if (time === undefined)
    throw fail('bad-value', { field: 'from', why: 'is no place of this log', right: 'oldest, newest or one it gave' });
  return Number.parseInt(time, 16);
}

/** Unit, with what others say about it (as -u has it), and severity. */
function matching({ unit, priority }: JournalFilter): string[] {
  return [
    ...(unit === undefined ? [] : [`--unit=${unit}`]),
    ...(priority === undefined ? [] : [`--priority=${priority}`]),
  ];
}

/**
 * The records strictly behind `from`, in the direction, newest first where it is 'older'. Undefined: none can lie there.
 * What is outside of the filter's span may come too, at the end.
 */
export function stretch(filter: JournalFilter, from: LogPlace, direction: 'older' | 'newer'): Stretch | undefined {
  const span = spanOf(filter);
  const isOlder = direction === 'older';
  if (from === (isOlder ? 'oldest' : 'newest')) return undefined;
  const all = [...matching(filter), ...(isOlder ? ['--reverse'] : [])];
  const bounds = [...bound('--since', span.since), ...bound('--until', span.until)];
  if (from === 'oldest' || from === 'newest') return { args: [...all, ...bounds], isCountable: isOlder };
  const at = momentOf(from);
  // A place of another filter: then the span begins where this one does.
  if (isOlder ? at > (span.until ?? at) : at < (span.since ?? at))
    return { args: [...all, ...bounds], isCountable: isOlder };
  return { args: [...all, `--cursor=${from}`], skip: from, isCountable: true };
}

function bound(option: string, at: number | undefined): string[] {
  return at === undefined ? [] : [`${option}=@${(at / 1e6).toFixed(6)}`];
}

/** Down to the microsecond where it is given: Date has milliseconds only. */
function micro(iso: string): number {
  const [, more = ''] = /\.\d{3}(\d{1,3})/.exec(iso) ?? [];
  return Date.parse(iso) * 1000 + Number(more.padEnd(3, '0'));
}

/** Which log, which part of it and which lines, as options of the command line say it. What they come to; asks nobody. */
import type { LogPattern, LogSource } from '../appliance.ts';
import { fail } from '../errors.ts';

export interface SourceOptions {
  unit?: string;
  container?: string;
  journal?: true;
  priority?: string;
  since?: string;
  until?: string;
}

/** Syslog severities (RFC 5424, 6.2.1) as journalctl(1) names them. */
const priorities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/**
 * Without any: the journal.
 * @param now ms since 1970
 * @throws Failure 'bad-value', also where two logs are named
 */
export function sourceOf(file: string | undefined, options: SourceOptions, now = Date.now()): LogSource {
  const { unit, container, journal, priority, since, until } = options;
  const isJournal = unit !== undefined || journal === true;
  const filter = {
    ...(unit === undefined ? {} : { unit: withSuffix(unit) }),
    ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
    ...(since === undefined ? {} : { since: momentOf('since', since, now) }),
    ...(until === undefined ? {} : { until: momentOf('until', until, now) }),
  };
  const named = [file !== undefined, container !== undefined, isJournal].filter(Boolean).length;
  if (named > 1) throw wrong('log', 'several are named', 'one of FILE, --unit or --journal, --container');
  if (file === undefined && container === undefined) return { kind: 'journal', ...filter };
  if (Object.keys(filter).length > 0)
    throw wrong('log', 'only the journal knows unit, priority and time of its lines', 'FILE with --only or --regex');
  return file === undefined ? { kind: 'container', id: container ?? '' } : { kind: 'file', path: below(file) };
}

/** "/var/log/syslog" is "syslog". */
function below(file: string): string {
  return file.replace(/^\/var\/log\/+/, '');
}

/** "docker" is "docker.service". */
function withSuffix(name: string): string {
  return /\.[a-z]+$/.test(name) ? name : `${name}.service`;
}

export interface PatternOptions {
  only?: string;
  regex?: string;
  case?: boolean;
}

/** @throws Failure 'bad-value' where both are given */
export function patternOf({ only, regex, case: matchCase }: PatternOptions): LogPattern | undefined {
  if (only !== undefined && regex !== undefined) throw wrong('pattern', 'it is given twice', '--only or --regex');
  const text = only ?? regex;
  if (text === undefined) return undefined;
  return { text, regular: regex !== undefined, ...(matchCase === undefined ? {} : { matchCase }) };
}

function priorityOf(text: string): number {
  const named = priorities.indexOf(
    text
      .toLowerCase()
      .replace(/^error$/, 'err')
      .replace(/^warn$/, 'warning'),
  );
  const priority = named >= 0 ? named : /^[0-7]$/.test(text) ? Number(text) : undefined;
  if (priority === undefined) throw wrong('priority', 'is none', `0 to 7, or one of ${priorities.join(', ')}`);
  return priority;
}

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** "2h" ago; "today", "yesterday"; or a date, with a time, of this machine's zone where it names none. */
function momentOf(field: string, text: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return iso(now - Number(count) * seconds[unit as keyof typeof seconds] * 1000);
  if (text === 'today' || text === 'yesterday') {
    const midnight = new Date(now);
    midnight.setHours(0, 0, 0, 0);
    if (text === 'yesterday') midnight.setDate(midnight.getDate() - 1);
    return midnight.toISOString();
  }
  // Without a time JavaScript would take the date for UTC's.
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text.replace(/^(\d{4}-\d\d-\d\d) /, '$1T');
  const at = /^\d{4}-\d\d-\d\dT/.test(whole) ? Date.parse(whole) : Number.NaN;
  if (Number.isNaN(at))
    throw wrong(field, 'is no time', '"2026-11-21 10:00", 2026-11-21, today, yesterday, 30m, 2h, 3d');
  return iso(at);
}

const iso = (at: number) => new Date(at).toISOString();

function wrong(field: string, why: string, right: string) {
  return fail('bad-value', { field, why, right });
}

/** A moment as people type it, in the machine's own time zone: "2h", "09:30", "yesterday", "2026-11-21 09:30". */
import { good, type Parsed, wrong } from './result.ts';

const right = '2h, 09:30, yesterday, or 2026-11-21 09:30';
const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Nothing typed: undefined. Spans are before now; a time alone is the last time that the clock showed it. */
export function parseMoment(text: string, now = new Date()): Parsed<Date | undefined> {
  const given = text.trim().toLowerCase();
  if (given === '') return good(undefined);
  const found = span(given, now) ?? day(given, now) ?? clock(given, now) ?? date(given);
  if (!found || Number.isNaN(found.getTime())) return wrong('not a time', right);
  return found > now ? wrong('it is in the future', right) : good(found);
}

function span(given: string, now: Date): Date | undefined {
  const [, count, unit = ''] = /^(\d{1,6})\s*([smhdw])[a-z]*(?: ago)?$/.exec(given) ?? [];
  return count === undefined ? undefined : new Date(now.getTime() - Number(count) * (unitSeconds[unit] ?? 0) * 1000);
}

function day(given: string, now: Date): Date | undefined {
  if (given === 'now') return now;
  const ago = ['today', 'yesterday'].indexOf(given);
  return ago < 0 ? undefined : new Date(now.getFullYear(), now.getMonth(), now.getDate() - ago);
}

function clock(given: string, now: Date): Date | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(given) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const at = new Date(
    now.getFullYear(),
    now.getMonth(),
    now.getDate(),
    Number(hours),
    Number(minutes),
    Number(seconds),
  );
  if (at > now) at.setDate(at.getDate() - 1);
  return at;
}

function date(given: string): Date | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[ t](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(given);
  if (!parts) return undefined;
  const [year = 0, month = 1, dayOfMonth = 1, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((p) => Number(p ?? 0));
  const at = new Date(year, month - 1, dayOfMonth, hours, minutes, seconds);
  // Date takes the 31st of February for the 3rd of March.
  return at.getMonth() === month - 1 && at.getHours() === hours && at.getMinutes() === minutes ? at : undefined;
}

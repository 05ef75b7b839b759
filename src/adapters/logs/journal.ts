/**
 * The journal as a log, read through journalctl(1) by cursors: nothing of it is held but what is handed out. What
 * journalctl is asked lies in journal-arguments.ts, how it is followed in journal-follow.ts.
 */
import type { Call, JournalFilter, LogEntry, LogPage, LogPattern, LogPlace, LogSearchNews } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { within } from '../../within.ts';
import { momentOf } from './journal-arguments.ts';
import { followJournal } from './journal-follow.ts';
import { edgeOf, type Journal, matches, type Request } from './journal-read.ts';
import { said } from './journal-stream.ts';
import type { LogReader } from './reader.ts';

/** Milliseconds. A page that holds something by `enough` is given as it is then. */
const limits = { page: 5000, enough: 4000, units: 10_000 };
/** Characters after which a page ends, whatever was asked for: it goes over the socket in one piece. */
const PAGE_MOST = 4 << 20;
/** Milliseconds from news to news of a search. */
const NEWS = 250;
const UNITS_MOST = 5000;

/** `where`: arguments that name another journal than the machine's: "--directory=/mnt/journal". */
export function journalReader(filter: JournalFilter, where: readonly string[] = []): LogReader {
  const journal = { filter, where };
  return {
    page: (request, signal) => within(limits.page, 'The journal', (inner) => page(journal, request, inner), signal),
    search: ({ from, direction, pattern, only }, call) =>
      search(journal, { from, direction, patterns: [pattern, ...(only ? [only] : [])] }, call),
    count: ({ pattern, only }, call) => count(journal, [pattern, ...(only ? [only] : [])], call),
    follow: (request, call) => followJournal(journal, request, call),
  };
}

/** Names of units that have written to the journal, or that systemd has written of; at most 5000, by name. */
export async function journalUnits(signal: AbortSignal, where: readonly string[] = []): Promise<string[]> {
  const ask = async (field: string) => {
    const args = [...where, '--no-pager', '--quiet', `--field=${field}`];
    const { stdout } = await run('journalctl', args, { limit: limits.units, signal }).catch((error) => {
      throw said(error);
    });
    return stdout.split('\n').filter((name) => unitName.test(name));
  };
  const names = new Set((await Promise.all([ask('_SYSTEMD_UNIT'), ask('UNIT')])).flat());
  return [...names].sort().slice(0, UNITS_MOST);
}

/** As the service takes it in a filter. */
const unitName = /^[A-Za-z0-9:_.\\@-]{1,247}\.[a-z]{1,8}$/;

async function page(
  journal: Journal,
  { from, direction, lines, only }: { from: LogPlace; direction: 'older' | 'newer'; lines: number; only?: LogPattern },
  signal: AbortSignal,
): Promise<LogPage> {
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), limits.enough);
  const found: LogEntry[] = [];
  const ended = (isEnd: boolean): LogPage => ({ lines: direction === 'older' ? found.reverse() : found, isEnd });
  try {
    // One more tells whether this is the end.
    const request = { from, direction, patterns: only ? [only] : [], most: lines + 1 };
    let length = 0;
    for await (const lot of matches(journal, request, AbortSignal.any([signal, clock.signal]))) {
      for (const record of lot.found) {
        if (found.length === lines || length > PAGE_MOST) return ended(false);
        const entry = record.entry();
        found.push(entry);
        length += entry.text.length;
      }
    }
    return ended(true);
  } catch (error) {
    if (signal.aborted || !clock.signal.aborted) throw error;
    if (found.length > 0) return ended(false);
    throw fail('timed-out', { what: 'The journal', seconds: limits.enough / 1000 }, error);
  } finally {
    clearTimeout(timer);
  }
}

async function search(
  journal: Journal,
  request: Request,
  { signal, progress }: Call<LogSearchNews>,
): Promise<{ found?: LogEntry }> {
  const tell = shares(await spanFrom(journal, request, signal), progress);
  for await (const { found, reached } of matches(journal, request, signal)) {
    const [first] = found;
    if (first) return { found: first.entry() };
    tell(reached, 0);
  }
  return {};
}

async function count(
  journal: Journal,
  patterns: LogPattern[],
  { signal, progress }: Call<LogSearchNews>,
): Promise<{ found: number }> {
  const request: Request = { from: 'oldest', direction: 'newer', patterns };
  const tell = shares(await spanFrom(journal, request, signal), progress);
  let total = 0;
  for await (const { found, reached } of matches(journal, request, signal)) {
    total += found.length;
    tell(reached, total);
  }
  return { found: total };
}

interface Way {
  begin: number | undefined;
  end: number | undefined;
}

/** When what is looked through begins and ends: unknown where there is nothing, or it is not told in time. */
async function spanFrom(journal: Journal, { from, direction }: Request, signal: AbortSignal): Promise<Way> {
  const edge = async (place: 'oldest' | 'newest') => {
    try {
      return (await edgeOf(journal, place, signal))?.at;
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined;
    }
  };
  const begin = from === 'oldest' || from === 'newest' ? edge(from) : momentOf(from);
  const [first, last] = await Promise.all([begin, edge(direction === 'older' ? 'oldest' : 'newest')]);
  return { begin: first, end: last };
}

/** Tells how far a search is, now and then. */
function shares({ begin, end }: Way, progress: (news: LogSearchNews) => void) {
  let told = performance.now();
  return (reached: number, found: number): void => {
    if (performance.now() - told < NEWS) return;
    told = performance.now();
    const whole = begin === undefined || end === undefined ? 0 : end - begin;
    const share = whole === 0 ? undefined : Math.min(1, Math.max(0, (reached - (begin ?? 0)) / whole));
    progress({ ...(share === undefined ? {} : { share }), found });
  };
}

/** journalctl(1) at work: records as they come, and what its refusals mean. What is asked of it lies in journal-arguments.ts. */
import { Failure, fail } from '../../errors.ts';
import { chunks, type RunOptions } from '../../run.ts';
import { type Line, LineSplitter } from './journal-lines.ts';
import { type JournalRecord, parseOversized, parseRecord } from './journal-record.ts';

/**
 * Lines of its JSON, as many at a time as came together. Leaving the loop ends journalctl; with `limit: Infinity` it
 * may go on for ever.
 */
export async function* jsonLines(args: readonly string[], options: RunOptions): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter();
  try {
    for await (const chunk of chunks('journalctl', args, options)) {
      const lines = splitter.add(chunk);
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    if (!isNoMatch(error)) throw said(error);
  }
}

/** As grep(1), journalctl -g ends with 1 where it found nothing; what is wrong it says. */
function isNoMatch(error: unknown): boolean {
  if (!(error instanceof Failure) || error.problem.code !== 'program-failed') return false;
  const { exitCode, said } = error.problem.details;
  return exitCode === 1 && said === '';
}

/** One that cannot be understood at all is left out: a broken record must not hide the others. */
export function recordOf(line: Line): JournalRecord | undefined {
  try {
    return 'text' in line ? parseRecord(line.text) : parseOversized(line.head, line.tail);
  } catch {
    return undefined;
  }
}

/** journalctl's failures, said of the journal. */
export function said(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  const { code, details } = error.problem;
  if (code === 'timed-out') return fail('timed-out', { what: 'The journal', seconds: details.seconds }, error);
  if (code === 'unavailable')
    return fail('unavailable', { what: 'The journal', why: `journalctl: ${details.why}.` }, error);
  if (code !== 'program-failed') return error;
  if (/seek to cursor/i.test(details.said))
    return fail('log-gone', { name: 'journal', why: 'it holds no such place' }, error);
  return fail('unavailable', { what: 'The journal', why: `journalctl said: ${details.said}` }, error);
}

/** journalctl is not there at all: to try again would be of no use. */
export function isMissing(error: Failure): boolean {
  return error.cause instanceof Failure && error.cause.problem.code === 'unavailable';
}

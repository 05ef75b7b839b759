/**
 * Ping by the machine's own ping(8): one echo request a second, each line told as it comes. What the lines mean is in
 * parse.ts.
 *
 * Of the `ping` package this uses what makes the arguments. Its own runner starts a process by itself and answers at
 * the end only; its parser gives neither the number sent nor that received, nothing at all for a ping that was
 * stopped, and breaks on a first line that it does not expect.
 */
import builder from 'ping/lib/builder/linux.js';
import type { Call, PingLine, PingSummary } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { lines } from '../../run.ts';
import { harmless } from '../../values/harmless.ts';
import { parseHost } from '../../values/host.ts';
import type { Ping } from '../machine.ts';
import { parsePingLine, pingFailure } from './parse.ts';
import { Tally } from './tally.ts';

/** Seconds for the last answer to come in. */
const patience = 2;
/** Milliseconds for the name to be looked up; the C library's resolver alone may take 10 s a server. */
const lookUp = 30_000;

export function realPing(): Ping {
  return {
    run: async ({ host, count }, call) => {
      const parsed = parseHost(host, { zone: true });
      if (!parsed.ok) throw fail('bad-value', { field: 'host', why: parsed.why, right: parsed.right });
      return ping(parsed.value, count, call);
    },
  };
}

/** -O tells of a lost request when the next is sent. Exported for the test of the arguments. */
export function pingArguments(host: string, count?: number): string[] {
  return builder.getCommandArguments(host, {
    numeric: true,
    timeout: patience,
    min_reply: count ?? false,
    extra: ['-O', '--'],
  });
}

async function ping(
  host: string,
  count: number | undefined,
  { signal, progress }: Call<PingLine>,
): Promise<PingSummary> {
  const tally = new Tally();
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(), lookUp);
  try {
    await follow(host, count, tally, AbortSignal.any([signal, slow.signal]), (line) => {
      clearTimeout(timer);
      progress(line);
    });
  } catch (error) {
    const { address } = tally;
    // Stopped by the asker: that is how a ping without a count ends.
    if (signal.aborted && address !== undefined) return tally.summary(address);
    if (slow.signal.aborted) throw fail('timed-out', { what: `The look-up of ${host}`, seconds: lookUp / 1000 }, error);
    throw told(host, error);
  } finally {
    clearTimeout(timer);
  }
  if (tally.address === undefined) throw fail('not-understood', { what: 'ping', got: 'an end without a beginning' });
  return tally.summary(tally.address);
}

async function follow(
  host: string,
  count: number | undefined,
  tally: Tally,
  signal: AbortSignal,
  progress: (line: PingLine) => void,
): Promise<void> {
  const limit = count === undefined ? Infinity : lookUp + (count + patience) * 2000;
  // 1: no answer came, which the summary says.
  const running = lines('ping', pingArguments(host, count), { limit, signal, expect: [0, 1] });
  let next = await running.next();
  for (; !next.done; next = await running.next()) {
    const said = parsePingLine(next.value);
    const shown = said && tally.count(said);
    if (shown && shown.kind !== 'counts' && shown.kind !== 'times') progress(shown);
  }
  for (const seq of tally.silent()) progress({ kind: 'lost', seq });
  const complaint = next.value.stderr.trim().split('\n').at(-1);
  if (complaint) progress({ kind: 'error', text: harmless(complaint.replace(/^ping: /, ''), { most: 200 }) });
}

function told(host: string, error: unknown): unknown {
  if (!(error instanceof Failure) || error.problem.code !== 'program-failed') return error;
  return pingFailure(host, error.problem.details.said) ?? error;
}

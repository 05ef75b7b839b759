/** Whether the machine is again as it was: compared, not assumed. Knows no adapter. */
import { setTimeout as wait } from 'node:timers/promises';
import { problemOf, sentence } from '../errors.ts';
import { within } from '../within.ts';
import type { Effective } from './parts.ts';

/** What differs, a sentence each; empty: nothing. */
function differencesOf(was: Effective, is: Effective): string[] {
  const what = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return what.filter((one) => was[one] !== is[one]).map((one) => said(one, was[one], is[one]));
}

function said(what: string, was: string | undefined, is: string | undefined): string {
  const What = what.charAt(0).toUpperCase() + what.slice(1);
  if (is === undefined) return `${What}: none; it was ${was}.`;
  return was === undefined ? `${What}: ${is}; there was none.` : `${What}: ${is}; it was ${was}.`;
}

const PAUSE = 300;

/**
 * Reads until the machine is as it was, for `limit` seconds at most. Gives what differs then.
 * @param effective what is in effect now; while it fails it is asked again
 */
export async function verified(
  was: Effective,
  effective: (signal: AbortSignal) => Promise<Effective>,
  limit: number,
): Promise<string[]> {
  const end = performance.now() + limit * 1000;
  let differs = ['What is in effect could not be read.'];
  for (;;) {
    const left = end - performance.now();
    if (left <= 0) return differs;
    try {
      differs = differencesOf(was, await within(left, 'What is in effect', effective));
      if (differs.length === 0) return differs;
    } catch (error) {
      // What was seen to differ says more than that the last reading was cut off.
      if (performance.now() < end)
        differs = [`What is in effect could not be read: ${sentence(problemOf(error, messageOf(error)))}`];
    }
    await wait(Math.min(PAUSE, Math.max(0, end - performance.now())));
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

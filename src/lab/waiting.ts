/** Waiting in the lab: so that every call ends at once when its signal is aborted. */
import { setTimeout as timer } from 'node:timers/promises';
import { fail } from '../errors.ts';
import type { Source } from './schema.ts';

const longest = 2 ** 31 - 1;

/**
 * Waits; Infinity means until aborted.
 * @throws Failure 'aborted'
 */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    if (milliseconds > 0 || signal.aborted) await timer(Math.min(milliseconds, longest), undefined, { signal });
  } catch (cause) {
    throw fail('aborted', {}, cause);
  }
}

/**
 * The reading's value, after its delay.
 * @param what names it in the failure
 * @throws Failure 'unavailable' where the machine file says so, 'aborted'
 */
export async function deliver<T>(source: Source<T>, what: string, signal: AbortSignal): Promise<T> {
  await pause(source.delay * 1000, signal);
  if ('unavailable' in source) throw fail('unavailable', { what, why: source.unavailable });
  return source.value;
}

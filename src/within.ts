/** Work with a time limit that holds even where the work does not listen to its signal. */
import { fail } from './errors.ts';

/**
 * The work's result; or Failure 'timed-out' after `limit` ms, or 'aborted' as soon as `signal` is. In both cases the
 * signal given to the work is aborted.
 */
export async function within<T>(
  limit: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (signal?.aborted) throw fail('aborted', {});
  const inner = new AbortController();
  let end: (error: unknown) => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    end = reject;
  });
  const onAbort = () => end(fail('aborted', {}));
  const timer = setTimeout(() => end(fail('timed-out', { what, seconds: limit / 1000 })), limit);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(inner.signal), ended]);
  } catch (error) {
    inner.abort();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * A clock to put beside other signals: aborted after `ms`, and no reason for the process to stay. AbortSignal.timeout
 * cannot stand there: Node 20 holds what AbortSignal.any was given weakly, and a collected clock never strikes.
 */
export function after(ms: number): AbortSignal {
  const clock = new AbortController();
  setTimeout(() => clock.abort(), ms).unref();
  return clock.signal;
}

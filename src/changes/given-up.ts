/** Waiting for work that is not the waiter's: to give up ends the waiting, never the work. */
import { fail } from '../errors.ts';

/** The work's result; Failure 'aborted' as soon as the asker gives up, while the work goes on. */
export function untilGivenUp<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(fail('aborted', {}));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort));
  });
}

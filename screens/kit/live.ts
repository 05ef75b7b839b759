/** Values that change while they are shown. */
import type { Nothing, Watch } from '../../src/appliance.ts';

/** Tells values until the signal is aborted; rejects where it cannot go on. */
export type Live<T> = (tell: (value: T) => void, signal: AbortSignal) => Promise<unknown>;

/** A subscription of the contract as a live value. */
export function live<P>(watch: Watch<Nothing, P>): Live<P> {
  return (tell, signal) => watch({}, { signal, progress: tell });
}

/** How anything is asked of the appliance, and how a value read from it comes. Types only. */
import type { Problem } from '../errors.ts';
import type { Who } from './audit.ts';

/** Handed to an operation: how to give it up, and where its progress goes. */
export interface Call<P = never> {
  /** Aborted when the asker no longer wants the answer. The operation then ends soon, whatever it waits for. */
  signal: AbortSignal;
  progress(news: P): void;
  /** Pends while the asker is too slow for what it was told. Absent where it never is. */
  ready?(): Promise<void>;
  /** Who asks, for people: "operator on ttyS0". The service says it of each connection; nothing that a client sends can. */
  by?: string;
  /** The connection that asks, as the service names it: the same person may have several. */
  connection?: string;
  /** Who asks, in full, as soon as that is found out. Never rejects. */
  who?: Promise<Who>;
}

/**
 * One thing that can be asked. Rejects with a `Failure` (errors.ts) and nothing else.
 * `A`: arguments, one object. `R`: result. `P`: what is told while it runs.
 */
export type Operation<A, R, P = never> = (args: A, call?: Partial<Call<P>>) => Promise<R>;

/** A subscription: tells the present state at once, then each change, until the signal is aborted. */
export type Watch<A, P> = Operation<A, void, P>;

/** No arguments. */
export type Nothing = Record<string, never>;

/** A value read from the machine: known, still being read, or not to be had and why. */
export type Reading<T> = { state: 'known'; value: T } | { state: 'reading' } | { state: 'unknown'; problem: Problem };

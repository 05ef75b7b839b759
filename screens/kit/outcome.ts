/** What came of something that was asked of the appliance. */
import { type Problem, problemOf } from '../../src/errors.ts';
import { sentence } from './told.ts';

export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export const givenUp: Outcome<never> = { ok: false, problem: { code: 'aborted', details: {} } };

/** The outcome of a promise. Never rejects. */
export function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
  return work.then(
    (value) => ({ ok: true, value }),
    (error) => ({ ok: false, problem: problemOf(error) }),
  );
}

/** What went wrong, why and what to do, in one line. */
export const problemSaid: (problem: Problem) => string = sentence;

/** A value read from the machine as a labelled line, whatever came of the reading. */
import type { Reading } from '../../src/appliance.ts';
import { type Problem, sentence } from '../../src/errors.ts';
import type { Fact } from './facts.ts';
import type { Role } from './theme.ts';

export type Shown = string | { value: string; role: Role };

export function fact<T>(label: string, reading: Reading<T>, show: (value: T) => Shown): Fact {
  if (reading.state === 'reading') return { label, value: 'reading...', role: 'dim' };
  if (reading.state === 'unknown') return { label, value: sentence(reading.problem), role: 'warn' };
  const shown = show(reading.value);
  return typeof shown === 'string' ? { label, value: shown } : { label, ...shown };
}

/** What is wrong, as a line of its own. */
export function problemFact(label: string, problem: Problem): Fact {
  return { label, value: sentence(problem), role: 'bad' };
}

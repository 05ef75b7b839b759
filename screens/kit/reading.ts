/** A value read from the machine as a labelled line, whatever came of the reading. */
import type { Reading } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { t } from '../texts/texts.ts';
import type { Fact } from './facts.ts';
import type { Role } from './theme.ts';
import { sentence } from './told.ts';

export type Shown = string | { value: string; role: Role };

/** Stands for a value until it is known. */
export const stillReading = () => t`reading...`;

export function fact<T>(label: string, reading: Reading<T>, show: (value: T) => Shown): Fact {
  if (reading.state === 'reading') return { label, value: stillReading(), role: 'dim' };
  if (reading.state === 'unknown') return { label, value: sentence(reading.problem), role: 'warn' };
  const shown = show(reading.value);
  return typeof shown === 'string' ? { label, value: shown } : { label, ...shown };
}

/** What is wrong, as a line of its own. */
export function problemFact(label: string, problem: Problem): Fact {
  return { label, value: sentence(problem), role: 'bad' };
}

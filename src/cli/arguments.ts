/** How arguments of the command line are read where they are no plain texts. What values mean, the service decides. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}

export function numberOrNone(text: string): number | 'none' {
  return text === 'none' ? 'none' : wholeNumber(text);
}

/** An option that may be repeated. Blanks and commas part values too. */
export function collect(text: string, before: unknown): string[] {
  const values = text.split(/[\s,]+/).filter(Boolean);
  return Array.isArray(before) ? [...before, ...values] : values;
}

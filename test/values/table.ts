/** How the tables of this folder are read: a value and what it becomes, or a value and the whole sentence shown. */
import { expect, test } from 'vitest';
import type { Parsed } from '../../src/values/result.ts';

/** Typed, and what it becomes. */
export type Good = readonly [text: string, value: unknown];
/** Typed, why it is refused, and what would be right. */
export type Bad = readonly [text: string, why: string, right: string];

export function table(
  what: string,
  parse: (text: string) => Parsed<unknown>,
  good: readonly Good[],
  bad: readonly Bad[],
) {
  test.each(good.map((row) => [short(row[0]), ...row] as const))(`${what} %s is taken`, (_, text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });
  test.each(bad.map((row) => [short(row[0]), ...row] as const))(`${what} %s is refused`, (_, text, why, right) => {
    expect(parse(text)).toEqual({ ok: false, why, right });
    // What a refusal shows must itself be right, where it is one example.
    if (!/[ ,]/.test(right)) expect(parse(right).ok).toBe(true);
  });
}

function short(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

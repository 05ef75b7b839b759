/** The way from a program's answer to a checked value, for every adapter. Knows no program. */
import type { z } from 'zod';
import { fail } from '../errors.ts';
import { harmless } from '../values/harmless.ts';

/** @throws Failure 'not-understood', with how the answer began */
export function notUnderstood(what: string, got: string, cause?: unknown): never {
  throw fail('not-understood', { what, got: harmless(got.slice(0, 200), { most: 60 }) }, cause);
}

/**
 * JSON in the expected shape; fields that the schema does not name are dropped.
 * @param what whose answer it is: "ip addr"
 * @throws Failure 'not-understood'
 */
export function understood<T>(what: string, schema: z.ZodType<T>, json: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    notUnderstood(what, json, cause);
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : notUnderstood(what, json, parsed.error);
}

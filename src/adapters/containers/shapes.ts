/** What several answers of the engine have in common: schemas, numbers and times that are checked. Pure. */
import * as z from 'zod';
import { masked } from '../../values/masked.ts';

/** 64 hexadecimal digits, with or without "sha256:" before them. */
export const identifier = z
  .string()
  .regex(/^(sha256:)?[0-9a-f]{64}$/)
  .transform((id) => id.replace('sha256:', ''));

/** Go writes null for an empty list. */
export const list = <T extends z.ZodType>(of: T) => z.nullish(z.array(of)).transform((all) => all ?? []);
export const record = <T extends z.ZodType>(of: T) =>
  z.nullish(z.record(z.string(), of)).transform((all) => Object.entries(all ?? {}));

export const bytes = z.int().min(0);

/** Seconds since 1970, as ISO 8601. */
export const seconds = z
  .int()
  .min(0)
  .max(8.64e12)
  .transform((at) => new Date(at * 1000).toISOString());

/** Of the years that Go and the engine write for "never" is none left. */
export const moment = z.nullish(z.string()).transform((text) => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) || at <= 0 ? undefined : new Date(at).toISOString();
});

/** "NAME=value" as it is in the environment, its value masked where it may be secret. */
export function variables(environment: readonly string[]): { name: string; value: string }[] {
  return environment.map((entry) => {
    const at = entry.indexOf('=');
    const name = at < 0 ? entry : entry.slice(0, at);
    return { name, value: masked(name, at < 0 ? '' : entry.slice(at + 1)) };
  });
}

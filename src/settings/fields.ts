/** How the parse functions of values/ become fields of the schema. A mistake is told as "why; right would be: …". */
import * as z from 'zod';
import type { Parsed } from '../values/result.ts';

interface Context {
  addIssue(issue: { code: 'custom'; message: string; path?: (string | number)[]; input?: unknown }): void;
}

/** Tells a mistake of the field at that path. The value itself is never repeated: it may be a secret. */
export function mistake(context: Context, path: (string | number)[], why: string, right?: string): void {
  context.addIssue({
    code: 'custom',
    message: right ? `${why}; right would be: ${right}` : why,
    path,
    input: undefined,
  });
}

function taken<T>(parsed: Parsed<T>, context: Context): T {
  if (parsed.ok) return parsed.value;
  mistake(context, [], parsed.why, parsed.right);
  return z.NEVER;
}

export function textField<T>(parse: (text: string) => Parsed<T>) {
  return z.string().transform((text, context) => taken(parse(text), context));
}

export function numberField<T extends number>(parse: (text: string) => Parsed<T>) {
  return z.number().transform((number, context) => taken(parse(String(number)), context));
}

export function textsField<T>(parse: (texts: readonly string[]) => Parsed<T[]>) {
  return z.array(z.string()).transform((texts, context) => taken(parse(texts), context));
}

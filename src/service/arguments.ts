/**
 * The shape of every operation's arguments, checked before anything happens. One schema an operation; the compiler
 * says which is missing. What a value means (is there such a unit?) is decided by the operation.
 */
import * as z from 'zod';
import { fail } from '../errors.ts';
import type { ArgumentsOf, OperationName } from '../operations.ts';
import { parseHost } from '../values/host.ts';

const nothing = z.strictObject({});
/** systemd.unit(5): at most 255 characters of a small set; a template's instance may hold escapes. */
const unitName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9:_.\\@-]+\.[a-z]+$/, 'is not the name of a unit');
const unit = z.strictObject({ name: unitName });

const host = z
  .string()
  .max(255)
  .transform((text, context) => {
    const parsed = parseHost(text, { zone: true });
    if (parsed.ok) return String(parsed.value);
    context.addIssue({ code: 'custom', message: parsed.why, params: { right: parsed.right } });
    return z.NEVER;
  });

const schemas: { [N in OperationName]: z.ZodType<ArgumentsOf<N>> } = {
  about: nothing,
  'status.read': nothing,
  'status.watch': nothing,
  'info.read': nothing,
  'info.watch': nothing,
  'ping.run': z.strictObject({ host, count: z.number().int().min(1).max(1000).exactOptional() }),
  'units.list': nothing,
  'units.watch': nothing,
  'units.show': z.strictObject({ name: unitName, lines: z.number().int().min(0).max(1000).exactOptional() }),
  'units.start': unit,
  'units.stop': unit,
  'units.restart': unit,
};

const rights: Record<string, string> = {
  host: 'a name such as example.org, or an IPv4 or IPv6 address',
  count: 'a whole number from 1 to 1000',
  lines: 'a whole number from 0 to 1000',
  name: 'a unit such as docker.service',
};

/** The arguments of that operation, or Failure 'bad-value' with the first thing that is wrong. */
export function parseArguments<N extends OperationName>(name: N, args: unknown): ArgumentsOf<N> {
  const parsed = schemas[name].safeParse(args);
  if (parsed.success) return parsed.data as ArgumentsOf<N>;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = String(unknown ?? issue?.path[0] ?? 'arguments').slice(0, 60);
  if (unknown !== undefined)
    throw fail('bad-value', { field, why: 'there is no such argument', right: 'to leave it out' });
  const right = issue?.code === 'custom' ? String(issue.params?.right) : (rights[field] ?? 'an object');
  throw fail('bad-value', { field, why: issue?.message ?? 'wrong', right });
}

/** What logind says of sessions (org.freedesktop.login1(5)), as busctl(1) prints it with --json=short. Pure. */
import * as z from 'zod';
import { harmless } from '../../values/harmless.ts';
import type { LoginSession } from '../machine.ts';
import { notUnderstood, understood } from '../understood.ts';

const list = z.object({ data: z.tuple([z.array(z.array(z.unknown()))]) });
const all = z.object({ data: z.tuple([z.record(z.string(), z.object({ data: z.unknown() }))]) });
const told = z.object({
  Name: z.string(),
  /** Microseconds since 1970. */
  Timestamp: z.number().nonnegative().max(8e18),
  TTY: z.string().default(''),
  Display: z.string().default(''),
  RemoteHost: z.string().default(''),
  Class: z.string().default('user'),
  State: z.string().default('active'),
});

/** Object paths of the sessions, of ListSessions(). @throws Failure 'not-understood' */
export function parseSessionPaths(text: string): string[] {
  return understood('busctl', list, text).data[0].flatMap((entry) => {
    const path = entry.at(-1);
    return typeof path === 'string' && /^\/org\/freedesktop\/login1\/session\/\w+$/.test(path) ? [path] : [];
  });
}

/**
 * One session, of GetAll(). undefined: it is nobody's who would be cut off, as that of a login screen or of cron.
 * @throws Failure 'not-understood'
 */
export function parseSession(text: string): LoginSession | undefined {
  const properties = Object.entries(understood('busctl', all, text).data[0]);
  const parsed = told.safeParse(Object.fromEntries(properties.map(([name, { data }]) => [name, data])));
  if (!parsed.success) return notUnderstood('busctl', text, parsed.error);
  const { Name: user, Timestamp: began, TTY: terminal, Display, RemoteHost, Class, State } = parsed.data;
  if (!Class.startsWith('user') || State === 'closing') return undefined;
  return {
    user: harmless(user, { most: 32 }),
    from: harmless(RemoteHost || terminal || Display || 'unknown', { most: 64 }),
    since: new Date(began / 1000).toISOString(),
    ...(terminal === '' ? {} : { terminal: harmless(terminal, { most: 32 }) }),
  };
}

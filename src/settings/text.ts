/** The settings as the text of a file, with who saved them when and why, and back. Secrets stand in it in the clear. */
import * as z from 'zod';
import { fail } from '../errors.ts';
import { Secret } from '../values/secret.ts';
import { migrate, settingsVersion } from './migrations.ts';
import { type Settings, settingsSchema } from './schema.ts';

/** One saved state of the settings. */
export interface Saved {
  /** Grows by one with each save. */
  revision: number;
  /** ISO 8601 */
  at: string;
  /** "operator from 10.0.0.9" */
  by: string;
  /** "DNS servers" */
  what: string;
  settings: Settings;
}

const envelope = z.strictObject({
  version: z.int().min(1),
  revision: z.int().min(0),
  at: z.iso.datetime(),
  by: z.string().max(200),
  what: z.string().max(200),
  settings: z.unknown(),
});

/** Why a text holds no settings: for people, without any of its values. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * @throws Unreadable where it holds no right settings.
 * @throws Failure 'settings-newer'.
 */
export function parseSaved(text: string): Saved {
  if (text.trim() === '') throw new Unreadable('it is empty');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Unreadable('it is not whole JSON');
  }
  const outer = checked(envelope, json);
  const { version, settings, ...saved } = outer;
  return { ...saved, settings: checked(settingsSchema, migrate(settings, version)) };
}

/**
 * Settings made by a program, judged as those of a file are.
 * @throws Failure 'bad-value'.
 */
export function checkedSettings(settings: unknown): Settings {
  const result = settingsSchema.safeParse(settings);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.map(String).join('.') ?? '';
  const [why = '', right] = (result.error.issues[0]?.message ?? 'not right').split('; right would be: ');
  throw fail('bad-value', { field: path || 'settings', why, right: right ?? 'see the settings as they are now' });
}

export function writeSaved({ settings, ...saved }: Saved): string {
  return `${JSON.stringify({ version: settingsVersion, ...saved, settings }, withSecrets, 2)}\n`;
}

/** JSON.stringify has called the secret's toJSON by then; the object still has the secret itself. */
function withSecrets(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const own = this[key];
  return own instanceof Secret ? own.reveal() : value;
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Unreadable(firstMistake(result.error));
}

/** "proxy.proxies.0.port: it is 1 to 65535; right would be: 443" */
function firstMistake(error: z.ZodError): string {
  const issue = error.issues[0];
  const path = issue?.path.map(String).join('.');
  return `${path ? `${path}: ` : ''}${issue?.message ?? 'not right'}`;
}

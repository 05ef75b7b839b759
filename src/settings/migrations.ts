/**
 * From older shapes of the settings to the present one, a step for each version. A step gets what the version before
 * wrote and gives what the next one reads; it is never changed once released.
 */
import { fail } from '../errors.ts';

export type Migration = (settings: unknown) => unknown;

/** The first leads from version 1 to version 2. */
const migrations: readonly Migration[] = [];

/** The version that is written. */
export const settingsVersion = migrations.length + 1;

/**
 * Settings of that version as those of the present one.
 * @throws Failure 'settings-newer' where the version is not known yet.
 */
export function migrate(settings: unknown, version: number, steps: readonly Migration[] = migrations): unknown {
  const newest = steps.length + 1;
  if (version > newest) throw fail('settings-newer', { version, newest });
  return steps.slice(version - 1).reduce((older, step) => step(older), settings);
}

/**
 * From older shapes of the settings to the present one and back, a step for each version. A step is never changed once
 * released. One that goes up gets what the version before wrote and gives what the next one reads; its inverse gives
 * what a release can read that knows nothing of it.
 */
import { fail } from '../errors.ts';

export interface Migration {
  /** The first release that writes what this gives: "0.2.0". */
  since: string;
  up(older: unknown): unknown;
  /** What the older one has no place for is left out; settings/taken-back.ts keeps it. */
  down(newer: unknown): unknown;
}

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
  return steps.slice(version - 1).reduce((older, step) => step.up(older), settings);
}

/** Settings of version `from` as those of version `to`, which is no later one. */
export function migrateBack(
  settings: unknown,
  { from, to }: { from: number; to: number },
  steps: readonly Migration[] = migrations,
): unknown {
  return steps.slice(to - 1, from - 1).reduceRight((newer: unknown, step) => step.down(newer), settings);
}

/** The version of settings that a release writes: "0.1.0", also with what Debian puts behind it. */
export function versionOfRelease(release: string, steps: readonly Migration[] = migrations): number {
  return 1 + steps.filter(({ since }) => !isBefore(release, since)).length;
}

function isBefore(one: string, other: string): boolean {
  const parts = (release: string) => (/^\d+(\.\d+)*/.exec(release)?.[0] ?? '0').split('.').map(Number);
  const [a, b] = [parts(one), parts(other)];
  const at = b.findIndex((part, index) => part !== (a[index] ?? 0));
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

/** Earlier versions of the settings and what differs between them, secrets masked. Restoring one is a change. */
import type { Appliance } from '../appliance.ts';
import { differencesBetween } from '../settings/difference.ts';
import type { System } from './system.ts';

export function settingsOf({ store }: System): Appliance['settings'] {
  return {
    versions: () => store.versions(),
    async difference({ from, to }) {
      const [before, after] = [await store.version(from), await store.version(to)];
      return differencesBetween(before.settings, after.settings).map(({ path, before = 'none', after = 'none' }) => ({
        what: path,
        now: before,
        will: after,
        changed: true,
      }));
    },
  };
}

/**
 * The platform suffix and the host names that follow from it. It is fixed on an appliance upgraded from image 1.1.0
 * (gateway guide, "System Configuration"): the upgrade leaves the old image's version in STATE/upgraded-from, one
 * line, which is never removed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Appliance, SuffixState } from '../appliance.ts';
import { fail } from '../errors.ts';
import { hostOf, parseSuffix, type Suffix } from '../values/suffix.ts';
import type { System } from './system.ts';

export function suffixOf(system: System): Appliance['platform'] {
  const read = async (): Promise<SuffixState> => {
    const { suffix } = await system.settings();
    const fixed = await whyFixed(system);
    return {
      suffix: suffix ?? null,
      ...(fixed === undefined ? {} : { fixed }),
      hosts: suffix === undefined ? [] : system.brand.hosts.all.map((label) => hostOf(label, suffix)),
    };
  };
  return {
    read,
    async set({ suffix }, { by = 'nobody known' } = {}) {
      const fixed = await whyFixed(system);
      if (fixed !== undefined) throw fail('not-allowed', { what: 'Changing the platform suffix', why: fixed });
      const parsed = parseSuffix(suffix);
      if (!parsed.ok) throw fail('bad-values', { fields: [{ field: 'suffix', why: parsed.why, right: parsed.right }] });
      const value: Suffix = parsed.value;
      await system.alter({
        by,
        what: 'Platform suffix',
        make: (settings) => ({ ...settings, suffix: value }),
        // Whoever speaks to the platform reads it from the settings.
        apply: async () => undefined,
      });
      return read();
    },
  };
}

/** Why the suffix cannot be changed; undefined where it can. */
export async function whyFixed({ state }: System): Promise<string | undefined> {
  const [first = ''] = (await readFile(join(state, 'upgraded-from'), 'utf8').catch(() => '')).trim().split('\n');
  return /^1\.1\.0(?![0-9])/.test(first) ? 'This appliance was upgraded from image 1.1.0.' : undefined;
}

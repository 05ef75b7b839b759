/** The lab's disk for the first boot: a folder media/GATEHOUSE (or CIDATA) of what stands for its root. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seeds } from '../adapters/machine.ts';
import { seedIn, seedLabels } from '../unattended/seed.ts';

export function labSeeds(root: string): Seeds {
  return {
    async find() {
      for (const label of seedLabels) {
        const folder = join(root, 'media', label);
        const isThere = await stat(folder).catch(() => undefined);
        const seed = isThere && (await seedIn(folder, label));
        if (seed) return seed;
      }
      return undefined;
    },
  };
}

/**
 * The start of a lab machine, which is its opening: a change that nobody has kept is put back before anything of the
 * machine runs, as the early unit of the real one does.
 */
import { uptime } from 'node:os';
import { join } from 'node:path';
import { realDisk } from '../changes/disk.ts';
import { wayBack } from '../changes/way-back.ts';
import { auditTo } from '../service/audit.ts';
import { logTo } from '../service/log.ts';
import { savedPlaces } from '../settings/store.ts';

/**
 * @param state folder of what the service keeps
 * @param places of the machine, where files may be changed
 */
export async function goBackAtBoot(state: string, places: readonly string[]): Promise<void> {
  const log = logTo({ write: () => undefined });
  const parts = {
    folder: join(state, 'change'),
    places: [...places, ...savedPlaces(join(state, 'settings'))],
    disk: realDisk,
    // Never that of the marker: each opening is another start.
    clock: { now: () => new Date(), uptime, boot: () => 'lab' },
    tell: async () => undefined,
    effective: async () => ({}),
    audit: auditTo(join(state, 'audit.jsonl'), log),
    log,
  };
  // A broken marker may hide a good one.
  while ((await wayBack(parts, { atBoot: true })).outcome === 'broken');
}

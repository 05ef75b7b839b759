/**
 * `gatehouse way-back`: the way back of a change on the real machine, with its adapters. Run by
 * gatehouse-way-back.service, also before anything else of the machine runs: it needs the marker and the disk, and
 * loads the rest only where there is something to tell.
 */
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Effect } from '../adapters/files.ts';
import { realDisk } from '../changes/disk.ts';
import { effectiveOf } from '../changes/effective.ts';
import type { Clock, Effective, WayBackParts } from '../changes/parts.ts';
import { placesOf } from '../changes/places.ts';
import { reasonOf, wayBack } from '../changes/way-back.ts';
import { auditTo } from './audit.ts';
import { type Log, ownLog } from './log.ts';

/** @param state what the service keeps: /var/lib/gatehouse */
export function realWayBack(state: string, log: Log): WayBackParts {
  return {
    folder: join(state, 'change'),
    places: placesOf(state),
    disk: realDisk,
    clock: realClock,
    tell: tellReal,
    effective: effectiveReal,
    audit: auditTo(join(state, 'audit.jsonl'), log),
    log,
  };
}

export const realClock: Clock = {
  now: () => new Date(),
  uptime,
  boot: () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
};

async function tellReal(effect: Effect, signal: AbortSignal): Promise<void> {
  switch (effect.kind) {
    case 'networkd':
      return (await import('../adapters/network/network.ts')).tellNetworkd(effect, signal);
    case 'resolved':
      return (await import('../adapters/resolver/resolver.ts')).tellResolved(signal);
    case 'docker-proxy':
      return (await import('../adapters/proxy/proxy.ts')).tellEngine(effect, signal);
  }
}

async function effectiveReal(signal: AbortSignal): Promise<Effective> {
  const [{ effectiveNetwork }, { effectiveResolver }] = await Promise.all([
    import('../adapters/network/network.ts'),
    import('../adapters/resolver/resolver.ts'),
  ]);
  return effectiveOf(...(await Promise.all([effectiveNetwork({}, signal), effectiveResolver(signal)])));
}

/** Gives the exit code: 0 also where there was nothing to do, or nothing that could be understood. */
export async function runWayBack(state = '/var/lib/gatehouse'): Promise<number> {
  process.umask(0o077);
  const log = ownLog();
  try {
    const parts = realWayBack(state, log);
    const atBoot = !(await isUp(log));
    // A broken marker may hide a good one.
    while ((await wayBack(parts, { atBoot })).outcome === 'broken');
    return 0;
  } catch (error) {
    log.error(reasonOf(error));
    return 1;
  }
}

/** Before sysinit.target no daemon runs that could be told; they find the files as they were. */
async function isUp(log: Log): Promise<boolean> {
  try {
    const { runs } = await import('../adapters/daemon.ts');
    return await runs('sysinit.target', AbortSignal.timeout(6_000));
  } catch (error) {
    log.warning(`Whether the machine is still starting could not be found out: ${reasonOf(error)}`);
    return false;
  }
}

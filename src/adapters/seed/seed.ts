/**
 * A disk for the first boot, found by the label of its file system, mounted read-only in a place of our own for as long
 * as it is read. A file system from outside may be anything: only three kinds of it are let near the kernel.
 */
import { mkdtemp, readdir, realpath, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { problemOf } from '../../errors.ts';
import { type RunOptions, run } from '../../run.ts';
import { type Seed, type SeedLabel, seedIn, seedLabels } from '../../unattended/seed.ts';
import type { Seeds } from '../machine.ts';

/** Milliseconds; a CD drive has to spin up. */
const limit = 30_000;

/** As a unit of systemd's: the service itself may neither read disks nor mount them. */
function outside(program: string, args: readonly string[], options: RunOptions = {}) {
  const unit = ['--quiet', '--collect', '--wait', '--pipe', '-p', `RuntimeMaxSec=${limit}ms`, '-p', 'TimeoutStopSec=2'];
  return run('systemd-run', [...unit, '--', program, ...args], { limit: limit + 5_000, ...options });
}

/** By what blkid(8) calls it. Without its journal an ext4 is not written to even when it was not unmounted. */
const kinds: Record<string, { type: string; options: string }> = {
  vfat: { type: 'vfat', options: '' },
  iso9660: { type: 'iso9660', options: '' },
  ext2: { type: 'ext4', options: ',noload' },
  ext3: { type: 'ext4', options: ',noload' },
  ext4: { type: 'ext4', options: ',noload' },
};

/** @param labels folder of links to devices, by label. @param run where mounts are made */
export function realSeeds(labels = '/dev/disk/by-label', places = '/run'): Seeds {
  let isSwept = false;
  return {
    async find(signal) {
      if (!isSwept) await sweep(places);
      isSwept = true;
      for (const label of seedLabels) {
        const device = await deviceAt(join(labels, label));
        const seed = device && (await read(device, label, places, signal));
        if (seed) return seed;
      }
      return undefined;
    },
  };
}

const prefix = 'gatehouse-seed-';

/** What an earlier service, killed while it read, has left mounted. */
async function sweep(places: string): Promise<void> {
  const left = (await readdir(places).catch(() => [])).filter((name) => name.startsWith(prefix));
  for (const place of left.map((name) => join(places, name))) {
    await outside('umount', ['--', place], { expect: [0, 32] }).catch(() => undefined);
    await rmdir(place).catch(() => undefined);
  }
}

async function deviceAt(path: string): Promise<string | undefined> {
  const device = await realpath(path).catch(() => undefined);
  if (device === undefined) return undefined;
  const found = await stat(device).catch(() => undefined);
  return found?.isBlockDevice() ? device : undefined;
}

async function read(device: string, label: SeedLabel, places: string, signal: AbortSignal): Promise<Seed | undefined> {
  const probe = await outside('blkid', ['-p', '-o', 'value', '-s', 'TYPE', '--', device], {
    signal,
    expect: [0, 2],
  });
  const kind = kinds[probe.stdout.trim()];
  if (!kind) return undefined;
  const place = await mkdtemp(join(places, prefix));
  try {
    const options = `ro,nosuid,nodev,noexec${kind.options}`;
    await outside('mount', ['-t', kind.type, '-o', options, '--', device, place], { signal });
    try {
      return await seedIn(place, label);
    } finally {
      // Also when we are told to end.
      await outside('umount', ['--', place]);
    }
  } catch (error) {
    return { from: `the disk ${label}`, problem: problemOf(error) };
  } finally {
    await rmdir(place).catch(() => undefined);
  }
}

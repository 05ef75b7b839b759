/**
 * The disks of test machines: the image as scripts/image makes it, once more with a way in for tests, and what lies over
 * it for one machine. The image itself stays as it is.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { script as besideHost, must } from '../../host/machine/programs.ts';
import { bornAt } from '../../host/machine/root.ts';

const hours = 3_600_000;
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const top = besideHost('../../..');
const cache = process.env.GATEHOUSE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gatehouse');

/** Folders here are named after what is in them, or after whose they are: "run-PID-BORN-…". */
const place = join(cache, 'vm');

let made: Promise<string> | undefined;

/** The image for QEMU, as it is given away, or the one that GATEHOUSE_IMAGE names. Takes minutes the first time. */
export async function image(): Promise<string> {
  if (process.env.GATEHOUSE_IMAGE) return process.env.GATEHOUSE_IMAGE;
  made ??= must([join(top, 'scripts/image')], { limit: 900_000 }).then((said) => said.trim().split('\n').at(-1) ?? '');
  return made;
}

/** The image with a way in for `Machine.run`, which is two files on its disk. */
export async function imageWithWayIn(): Promise<string> {
  const from = await image();
  const { mtimeMs, size } = statSync(from);
  const recipe = [from, mtimeMs, size, statSync(here('inside')).mtimeMs, statSync(here('inside.service')).mtimeMs];
  const folder = join(place, createHash('sha256').update(recipe.join()).digest('hex').slice(0, 12));
  const disk = join(folder, 'disk.raw');
  if (existsSync(disk)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return disk;
  }
  removeOld();
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `disk-${process.pid}.partial`);
  await must(['qemu-img', 'convert', '-O', 'raw', from, partial], { limit: 120_000 });
  await putWayIn(partial, folder);
  renameSync(partial, disk);
  return disk;
}

interface Partition {
  start: number;
  size: number;
}

/** debugfs(8) tells mistakes on stderr alone, after one line with its version. */
async function putWayIn(disk: string, scratch: string): Promise<void> {
  const { partitiontable } = JSON.parse(await must(['sfdisk', '--json', disk])) as {
    partitiontable: { partitions: Partition[] };
  };
  const root = partitiontable.partitions.reduce((largest, one) => (one.size > largest.size ? one : largest));
  const commands = join(scratch, 'debugfs');
  const units = '/etc/systemd/system';
  writeFileSync(
    commands,
    [
      `write ${here('inside')} /usr/lib/test-inside`,
      `write ${here('inside.service')} ${units}/test-inside.service`,
      ...['/usr/lib/test-inside', `${units}/test-inside.service`].flatMap((file) => [
        `sif ${file} uid 0`,
        `sif ${file} gid 0`,
        `sif ${file} mode 0100644`,
      ]),
      `cd ${units}/sysinit.target.wants`,
      'symlink test-inside.service /etc/systemd/system/test-inside.service',
    ].join('\n'),
  );
  const said = await must(['sh', '-c', 'debugfs -w -f "$0" "$1" 2>&1', commands, `${disk}?offset=${root.start * 512}`]);
  const mistakes = said.split('\n').filter((line) => line && !/^(debugfs[: ]|Allocated inode)/.test(line));
  if (mistakes.length > 0) throw new Error(`debugfs: ${mistakes.join('\n')}`);
}

/** A folder for one machine, which says by its name whose it is; those of processes that have gone are removed. */
export function newRun(): string {
  mkdirSync(place, { recursive: true });
  for (const name of readdirSync(place)) {
    const [, pid = '', born] = name.split('-');
    if (name.startsWith('run-') && bornAt(pid) !== born) rmSync(join(place, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(place, `run-${process.pid}-${bornAt(String(process.pid))}-`));
}

/** Images that nobody has used for some hours: the newest is all that is wanted. */
function removeOld(): void {
  if (!existsSync(place)) return;
  for (const name of readdirSync(place)) {
    const folder = join(place, name);
    if (/^[0-9a-f]{12}$/.test(name) && statSync(folder).mtimeMs < Date.now() - 2 * hours)
      rmSync(folder, { recursive: true, force: true });
  }
}

/** What a machine writes goes to that file, and the disk below stays as it is. `size`: "8G", if it is to be larger. */
export async function overlay(disk: string, file: string, size?: string): Promise<void> {
  const format = basename(disk).endsWith('.qcow2') ? 'qcow2' : 'raw';
  await must(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', format, '-b', disk, file, ...(size ? [size] : [])]);
}

/** An empty disk, or one with a file system of that label and those files: path, text. 'vfat' needs mtools, 'iso9660' genisoimage. */
export async function seedDisk(
  file: string,
  kind: 'vfat' | 'iso9660',
  label: string,
  files: Record<string, string>,
): Promise<void> {
  const folder = mkdtempSync(`${file}-`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const paths = Object.keys(files).map((name) => join(folder, name));
  if (kind === 'vfat') {
    await must(['mkfs.vfat', '-C', '-n', label, file, '16384']);
    await must(['mcopy', '-i', file, ...paths, '::']);
  } else await must(['genisoimage', '-quiet', '-J', '-r', '-V', label, '-o', file, ...paths]);
  rmSync(folder, { recursive: true });
}

/**
 * Logs that were put aside, below a folder: found by their names, and removed so that nobody can lead the removal
 * elsewhere. Folders there may belong to others, who may put a symbolic link in the place of anything at any time; so
 * each step is taken from an opened folder (openat(2), by way of /proc/self/fd), and no link is followed.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** logrotate(8), savelog(8), rsyslog: "syslog.1", "syslog.2.gz", "app.log-20261121", "app.log-20261121.xz". */
const rotated = /(?:\.(?:gz|xz|bz2|zst)|\.[0-9]{1,3}|-[0-9]{8}(?:[-_.0-9]*)?)$/;
/** What journald keeps is its own. */
const apart = new Set(['journal']);
const depth = 8;
const most = 20_000;

export interface RotatedLog {
  /** From the folder: "nginx/access.log.2.gz". */
  path: string;
  /** Bytes on the disk. */
  size: number;
  changedAt: number;
  device: number;
  inode: number;
}

/** Oldest first; those that a program still has open are not among them: to remove them would free nothing. */
export async function rotatedLogs(folder: string): Promise<RotatedLog[]> {
  const found: RotatedLog[] = [];
  await walk(folder, '', depth, found);
  if (found.length === 0) return found;
  const held = await heldOpen();
  return found.filter((log) => !held.has(keyOf(log))).sort((a, b) => a.changedAt - b.changedAt);
}

async function walk(folder: string, below: string, left: number, found: RotatedLog[]): Promise<void> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (found.length >= most) return;
    const path = join(below, entry.name);
    if (entry.isDirectory() && left > 0 && !(below === '' && apart.has(entry.name)))
      await walk(folder, path, left - 1, found);
    if (!entry.isFile() || !rotated.test(entry.name)) continue;
    const about = await lstat(join(folder, path)).catch(() => undefined);
    if (!about?.isFile()) continue;
    const { dev: device, ino: inode, mtimeMs: changedAt, blocks } = about;
    found.push({ path, size: blocks * 512, changedAt, device, inode });
  }
}

const keyOf = ({ device, inode }: { device: number; inode: number }) => `${device}:${inode}`;

/** Every file that some process has open (proc(5), fd). */
async function heldOpen(): Promise<Set<string>> {
  const held = new Set<string>();
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const folder = `/proc/${pid}/fd`;
    for (const fd of await readdir(folder).catch(() => [])) {
      const about = await stat(join(folder, fd)).catch(() => undefined);
      if (about?.isFile()) held.add(keyOf({ device: about.dev, inode: about.ino }));
    }
  }
  return held;
}

/** Gives whether it was removed: not where something else stands in its place by now. */
export async function removeRotated(folder: string, log: RotatedLog): Promise<boolean> {
  const steps = log.path.split('/');
  const name = steps.pop() as string;
  let at: FileHandle | undefined;
  try {
    at = await enter(folder);
    for (const step of steps) {
      const next: FileHandle = await enter(`/proc/self/fd/${at.fd}/${step}`);
      await at.close();
      at = next;
    }
    const file = `/proc/self/fd/${at.fd}/${name}`;
    const { dev: device, ino: inode, mtimeMs } = await lstat(file);
    if (keyOf({ device, inode }) !== keyOf(log) || mtimeMs !== log.changedAt) return false;
    await unlink(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR') return false;
    throw error;
  } finally {
    await at?.close();
  }
}

const enter = (path: string) => open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);

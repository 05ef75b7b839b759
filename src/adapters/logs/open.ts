/**
 * Opens a file of the log folder, and never one outside of it, whatever path is given and whatever links are changed
 * meanwhile: who may write in /var/log is not always root.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { fail } from '../../errors.ts';

export interface Opened {
  handle: FileHandle;
  inode: string;
  size: number;
  /** ms since 1970 */
  changed: number;
}

/** Entries of a folder among which a renamed file is looked for. */
const MOST_SIBLINGS = 5000;

/**
 * @param path below the folder: "nginx/access.log"
 * @throws Failure 'log-gone' where there is no such file in the folder, 'log-unreadable' where it is no plain file
 */
export async function openIn(folder: string, path: string): Promise<Opened> {
  const root = await realpath(folder).catch(() => folder);
  const outside = () => fail('log-gone', { name: path, why: 'There is no such file in the log folder' });
  if (!leadsDown(path)) throw outside();
  const real = await realpath(join(root, path)).catch((error) => {
    throw notOpened(path, error);
  });
  if (!real.startsWith(root + sep)) throw outside();
  // Not to wait for the other end of a pipe, nor to do anything to a device by opening it.
  if (!(await lstat(real).catch(() => undefined))?.isFile()) throw noFile(path);
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const handle = await open(real, flags).catch((error) => {
    throw notOpened(path, error);
  });
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw noFile(path);
    // A folder on the way may have become a link since it was looked at.
    const opened = await readlink(`/proc/self/fd/${handle.fd}`);
    if (!opened.startsWith(root + sep)) throw outside();
    return { handle, inode: String(stat.ino), size: Number(stat.size), changed: Number(stat.mtimeMs) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * That file wherever it was renamed to in its own folder.
 * @throws Failure 'log-gone'
 */
export async function openInode(folder: string, path: string, inode: string): Promise<Opened> {
  const names = leadsDown(path) ? await readdir(join(folder, dirname(path))).catch(() => []) : [];
  // Rotated ones begin as it does, and are looked at first.
  const stem = basename(path).split('.')[0] ?? '';
  const likely = (name: string) => (name.startsWith(stem) ? 0 : 1);
  for (const name of names.sort((a, b) => likely(a) - likely(b)).slice(0, MOST_SIBLINGS)) {
    const sibling = join(dirname(path), name);
    const stat = await lstat(join(folder, sibling), { bigint: true }).catch(() => undefined);
    if (!stat?.isFile() || String(stat.ino) !== inode) continue;
    const opened = await openIn(folder, sibling);
    if (opened.inode === inode) return opened;
    await opened.handle.close();
  }
  throw fail('log-gone', { name: path, why: 'What was shown of it was rotated away' });
}

function leadsDown(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..');
}

function noFile(path: string) {
  return fail('log-unreadable', { name: path, why: 'It is no plain file' });
}

function notOpened(name: string, cause: NodeJS.ErrnoException) {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR' || cause.code === 'ELOOP')
    return fail('log-gone', { name, why: 'There is no such file in the log folder' }, cause);
  return fail('log-unreadable', { name, why: `It cannot be opened (${cause.code})` }, cause);
}

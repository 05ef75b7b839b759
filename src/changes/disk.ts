/**
 * The few things a transaction does to the disk, each of them whole or not done, and durable as far as it says.
 * Here so that tests can cut in between any two of them. What is written where is decided elsewhere.
 */
import { constants } from 'node:fs';
import { chmod, link, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../errors.ts';

/** A regular file: what is in it, and whose it is. */
export interface FileState {
  content: Buffer;
  /** Permissions: 0o644. */
  mode: number;
  uid: number;
  gid: number;
}

export interface Disk {
  /**
   * undefined: there is none.
   * @throws Failure 'not-allowed' for what is no regular file, a symbolic link above all
   */
  read(path: string): Promise<FileState | undefined>;
  /** A new file, synced; what had that name is removed before. Its folder is not synced. */
  create(path: string, file: FileState): Promise<void>;
  /** A second name for a file; what had that name is removed before. */
  link(path: string, name: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Was there such a file? */
  remove(path: string): Promise<boolean>;
  /** With the folders above it, each synced into its own. */
  makeFolder(path: string, mode: number): Promise<void>;
  /** The names in it are on the disk when this ends. A folder that is not there has none. */
  syncFolder(path: string): Promise<void>;
  /** Names in the folder; none where there is no such folder. */
  list(path: string): Promise<string[]>;
  /** 'other': a symbolic link, a file, anything else. */
  kind(path: string): Promise<'folder' | 'absent' | 'other'>;
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
const isAbsent = (error: unknown) => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** `undefined` where what the work is about is not there. */
async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function read(path: string): Promise<FileState | undefined> {
  const notRegular = (cause?: unknown) =>
    fail('not-allowed', { what: `Changing ${path}`, why: 'It is a link, or something else than a file.' }, cause);
  // O_NONBLOCK: a named pipe would wait for its other end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await unlessAbsent(open(path, flags)).catch((error: unknown) => {
    throw codeOf(error) === 'ELOOP' || codeOf(error) === 'ENXIO' ? notRegular(error) : error;
  });
  if (!file) return undefined;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw notRegular();
    return { content: await file.readFile(), mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
  } finally {
    await file.close();
  }
}

async function create(path: string, { content, mode, uid, gid }: FileState): Promise<void> {
  await remove(path);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(content);
    const stat = await file.stat();
    if (stat.uid !== uid || stat.gid !== gid) await file.chown(uid, gid);
    // After chown, which takes set-user-ID away; and whatever the umask is.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function remove(path: string): Promise<boolean> {
  return (await unlessAbsent(unlink(path).then(() => true))) ?? false;
}

async function makeFolder(path: string, mode: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    // Daemons that are not root read in them, whatever our umask is.
    await chmod(made, mode);
    await syncFolder(dirname(made));
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await unlessAbsent(open(path, constants.O_RDONLY | constants.O_DIRECTORY));
  if (!folder) return;
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function kind(path: string): Promise<'folder' | 'absent' | 'other'> {
  const stat = await unlessAbsent(lstat(path));
  return !stat ? 'absent' : stat.isDirectory() ? 'folder' : 'other';
}

export const realDisk: Disk = {
  read,
  create,
  async link(path, name) {
    await remove(name);
    await link(path, name);
  },
  rename,
  remove,
  makeFolder,
  syncFolder,
  list: async (path) => (await unlessAbsent(readdir(path))) ?? [],
  kind,
};

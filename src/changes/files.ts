/**
 * A set of whole files: as they were, as they shall be, and back. Nothing is written but in places of a fixed list.
 * Every file is replaced by rename, and what it was is kept beside it under a second name, so that going back needs
 * no room on the disk. Knows no daemon and no settings.
 */
import { createHash } from 'node:crypto';
import { basename, dirname, join, normalize } from 'node:path';
import type { ManagedFile } from '../adapters/files.ts';
import { fail } from '../errors.ts';
import type { Disk, FileState } from './disk.ts';

/** A file of a change. */
export interface ChangedFile {
  path: string;
  /** null: there was none. */
  before: FileState | null;
  /** null: there shall be none. */
  after: FileState | null;
}

/**
 * Where files may be changed: absolute paths. One that ends in "/" or "-" is how such paths begin, without folders
 * further in; any other is one file.
 */
export type Places = readonly string[];

/** Its name while it is new, and under which it is kept while it is changed. Daemons overlook both: dot, and suffix. */
const newName = (path: string) => join(dirname(path), `.${basename(path)}.gatehouse-new`);
const oldName = (path: string) => join(dirname(path), `.${basename(path)}.gatehouse-before`);
const isLeftOver = (name: string) => /^\..+\.gatehouse-(new|before)$/.test(name);

const isPrefix = (place: string) => /[/-]$/.test(place);
const folderOf = (place: string) => (place.endsWith('/') ? place.slice(0, -1) : dirname(place));

/** May a change write it, as far as its name tells? */
export function isInPlace(path: string, places: Places): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!path.startsWith('/') || path !== normalize(path) || path.endsWith('/') || /[\0-\x1f]/.test(path)) return false;
  return places.some((place) => {
    if (!isPrefix(place)) return path === place;
    return path.startsWith(place) && path !== place && !path.slice(place.length).includes('/');
  });
}

/** @throws Failure 'not-allowed' where it is none of the places, or behind a symbolic link */
async function checkPlace(disk: Disk, path: string, places: Places): Promise<void> {
  const what = `Changing ${path}`;
  if (!isInPlace(path, places)) throw fail('not-allowed', { what, why: 'It is none of the files of Gatehouse.' });
  const top = Math.min(...places.filter((place) => path.startsWith(place)).map((place) => folderOf(place).length));
  for (let folder = dirname(path); folder.length >= top && folder !== '/'; folder = dirname(folder))
    if ((await disk.kind(folder)) === 'other')
      throw fail('not-allowed', { what, why: `${folder} is a link, or no folder.` });
}

/**
 * The files as they are and as they shall be; an owner stays.
 * @throws Failure 'not-allowed'
 */
export async function changedFiles(disk: Disk, wanted: readonly ManagedFile[], places: Places): Promise<ChangedFile[]> {
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const files: ChangedFile[] = [];
  for (const { path, content, mode } of wanted) {
    await checkPlace(disk, path, places);
    const before = (await disk.read(path)) ?? null;
    const { uid, gid } = before ?? owner;
    files.push({ path, before, after: content === null ? null : { content: Buffer.from(content), mode, uid, gid } });
  }
  return files;
}

/**
 * Makes the files what they shall be. First all that takes room, then all the renames.
 * @param guard called before each step; what it throws ends the work
 */
export async function putFiles(disk: Disk, files: readonly ChangedFile[], guard: () => void): Promise<void> {
  for (const { path, before, after } of files) {
    guard();
    if (after || before) await disk.makeFolder(dirname(path), 0o755);
    if (before) await disk.link(path, oldName(path));
    if (after) await disk.create(newName(path), after);
  }
  await syncFolders(disk, files);
  for (const { path, after } of files) {
    guard();
    if (after) await disk.rename(newName(path), path);
    else await disk.remove(path);
  }
  await syncFolders(disk, files);
}

/** What could not be put back, and why. */
export interface NotRestored {
  path: string;
  error: unknown;
}

/** Makes the files what they were. Can be cut at any point and done again; one that fails does not stop the others. */
export async function restoreFiles(
  disk: Disk,
  files: readonly Pick<ChangedFile, 'path' | 'before'>[],
  places: Places,
): Promise<NotRestored[]> {
  const failed: NotRestored[] = [];
  for (const file of files)
    await checkPlace(disk, file.path, places)
      .then(() => restore(disk, file))
      .catch((error: unknown) => failed.push({ path: file.path, error }));
  await syncFolders(disk, files).catch((error: unknown) => failed.push({ path: 'folders', error }));
  if (failed.length === 0) await tidy(disk, files);
  return failed;
}

async function restore(disk: Disk, { path, before }: Pick<ChangedFile, 'path' | 'before'>): Promise<void> {
  await disk.remove(newName(path));
  if (!before) {
    await disk.remove(path);
    return;
  }
  if (isSame(await readAny(disk, path), before)) return;
  if (!isSame(await readAny(disk, oldName(path)), before)) {
    await disk.makeFolder(dirname(path), 0o755);
    await disk.create(oldName(path), before);
  }
  await disk.rename(oldName(path), path);
}

/** What is no regular file any more is not what it was; rename replaces a link, and does not follow it. */
const readAny = (disk: Disk, path: string) => disk.read(path).catch(() => undefined);

function isSame(one: FileState | undefined, other: FileState): boolean {
  if (!one || one.mode !== other.mode || one.uid !== other.uid || one.gid !== other.gid) return false;
  return one.content.equals(other.content);
}

/** Removes the second names of the files, which nobody needs after keeping or going back. */
export async function tidy(disk: Disk, files: readonly Pick<ChangedFile, 'path'>[]): Promise<void> {
  for (const { path } of files) for (const name of [newName(path), oldName(path)]) await disk.remove(name);
}

/** Removes what changes that were cut have left in the places. Only while there is no change. */
export async function sweep(disk: Disk, places: Places): Promise<void> {
  for (const folder of new Set(places.map(folderOf)))
    for (const name of (await disk.list(folder)).filter(isLeftOver)) await disk.remove(join(folder, name));
}

/** Replaces one file, whole and durable. */
export async function writeWhole(disk: Disk, path: string, file: FileState): Promise<void> {
  try {
    await disk.create(newName(path), file);
    await disk.rename(newName(path), path);
  } catch (error) {
    await disk.remove(newName(path)).catch(() => undefined);
    throw error;
  }
  await disk.syncFolder(dirname(path));
}

/** Says what a file is in few characters: content, permissions and owner. 'none' where there is none. */
export function digestOf(file: FileState | null | undefined): string {
  if (!file) return 'none';
  const { content, mode, uid, gid } = file;
  return createHash('sha256').update(`${mode} ${uid} ${gid}\n`).update(content).digest('hex');
}

async function syncFolders(disk: Disk, files: readonly { path: string }[]): Promise<void> {
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) await disk.syncFolder(folder);
}

/** Files of the settings on the disk: written whole or not at all, for the owner only. Nothing of what is in them. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const ownerOnly = 0o600;
/** Far more than any settings; a file beyond is none of ours. */
const mostBytes = 4 << 20;
const unfinished = /^\..*\.[0-9a-f]{16}\.new$/;

/** What stands there cannot be a file of settings. */
export class NoSettingsFile extends Error {
  override readonly name = 'NoSettingsFile';
}

/**
 * Text of the file, and what was put right about its owner and mode; undefined where there is no file.
 * @throws NoSettingsFile for folders, links, devices and huge files.
 */
export async function readOwn(path: string): Promise<{ text: string; corrected: string[] } | undefined> {
  let file: FileHandle;
  try {
    // Neither a link to elsewhere nor a pipe that would hold us up.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    if (isCode(error, 'ELOOP', 'ENXIO')) throw new NoSettingsFile('it is no ordinary file');
    throw error;
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new NoSettingsFile('it is no ordinary file');
    if (found.size > mostBytes) throw new NoSettingsFile(`it has ${found.size} bytes`);
    const corrected = await correct(file, found.mode & 0o7777, found.uid);
    return { text: await file.readFile('utf8'), corrected };
  } finally {
    await file.close();
  }
}

async function correct(file: FileHandle, mode: number, uid: number, right = ownerOnly): Promise<string[]> {
  const corrected: string[] = [];
  const own = process.geteuid?.() ?? uid;
  if (uid !== own) {
    await file.chown(own, process.getegid?.() ?? own);
    corrected.push(`its owner was user ${uid}`);
  }
  if (mode !== right) {
    await file.chmod(right);
    corrected.push(`its mode was ${mode.toString(8).padStart(4, '0')}`);
  }
  return corrected;
}

/** Puts the text in the place of what is at `path`. After a power cut there is the old or the new, whole. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await written(path, text, (from) => rename(from, path));
}

/** The same, but where something is at `path` already: false, and it stays. Of several at once one succeeds. */
export async function createFile(path: string, text: string): Promise<boolean> {
  try {
    await written(path, text, (from) => link(from, path));
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function written(path: string, text: string, place: (from: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.new`);
  try {
    const file = await open(temporary, 'wx', ownerOnly);
    try {
      // The umask may have taken from it.
      await file.chmod(ownerOnly);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
}

/** Renames a file that cannot be used to "name.broken-<time>.json"; gives its new path. */
export async function setAside(path: string, at: Date): Promise<string> {
  const time = at.toISOString().replace(/[:.]/g, '-');
  const aside = path.replace(/(\.json)?$/, `.broken-${time}.json`);
  await rename(path, aside);
  await syncFolder(dirname(path));
  return aside;
}

/** Makes the folder, for the owner only, and takes away what an earlier write left there. Gives what was put right. */
export async function prepareFolder(path: string): Promise<string[]> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const corrected = await folder
    .stat()
    .then(({ mode, uid }) => correct(folder, mode & 0o7777, uid, 0o700))
    .finally(() => folder.close());
  for (const name of await readdir(path)) if (unfinished.test(name)) await removeOld(join(path, name));
  return corrected;
}

/** Another process may be writing it this moment. */
async function removeOld(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found && Date.now() - found.mtimeMs > 60_000) await rm(path, { force: true });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

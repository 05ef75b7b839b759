/**
 * The files of the audit: the one that is written, and full ones before it, FILE.1, FILE.2 …, counted upwards. A number
 * is never used twice, so that a place in a file stays right when the file is put aside. Knows nothing of what is in them.
 */
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Bytes from which on a file is full. */
const full = 5_000_000;
/** Full files that are kept. */
const kept = 5;

export interface AuditFile {
  /** The one that is written has the number that it will be put aside under. */
  number: number;
  path: string;
}

/** Newest first; the first is the one that is written, and may not be there yet. */
export async function auditFiles(file: string): Promise<[AuditFile, ...AuditFile[]]> {
  const numbers = (await readdir(dirname(file)).catch(() => []))
    .filter((name) => name.startsWith(`${basename(file)}.`))
    .map((name) => Number(/\.([1-9]\d{0,14})$/.exec(name)?.[1]))
    .filter((number) => Number.isSafeInteger(number))
    .sort((a, b) => b - a);
  const aside = numbers.map((number) => ({ number, path: `${file}.${number}` }));
  return [{ number: (numbers[0] ?? 0) + 1, path: file }, ...aside];
}

/** Puts a full file aside, by one rename, and takes away those that are too old. */
export async function rotate(file: string): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size < full) return;
  const [current, ...aside] = await auditFiles(file);
  await rename(file, `${file}.${current.number}`);
  await syncFolder(dirname(file));
  for (const { path } of aside.slice(kept - 1)) await rm(path, { force: true });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

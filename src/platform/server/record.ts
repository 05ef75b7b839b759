/**
 * Records on the disk that several processes may change at once: the server, and the command line beside it. A record
 * is a folder of numbered versions, each written whole, and the highest holds. A new version is linked in, which
 * succeeds for one of several writers only; the others read again and decide anew. So a record needs no lock, and a
 * process killed at any moment leaves the old version or the new one. Nothing of what is in the records.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { fail } from '../../errors.ts';
import { createFile, isCode, prepareFolder } from '../../settings/files.ts';

export interface Records<T> {
  /** In no order. */
  names(): Promise<string[]>;
  /** @throws Failure 'not-understood' where the file is broken */
  read(name: string): Promise<T | undefined>;
  /** False where there is one already. */
  create(name: string, value: T): Promise<boolean>;
  /**
   * Puts what `next` makes of the present value in its place, and gives it. `next` may be asked several times; where
   * it gives undefined nothing is changed. Undefined also where there is no such record.
   */
  change(name: string, next: (value: T) => T | undefined): Promise<T | undefined>;
  /** Where other files of a record may lie. */
  folderOf(name: string): string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const versionFile = /^([1-9]\d{0,9})\.json$/;
/** Far more than there are writers. */
const mostTries = 100;

export async function recordsIn<T>(folder: string, schema: z.ZodType<T>): Promise<Records<T>> {
  await prepareFolder(folder);
  const folderOf = (name: string) => {
    if (!uuid.test(name)) throw new TypeError('records are named by UUIDs');
    return join(folder, name);
  };
  const latest = (name: string) => readLatest(folderOf(name), schema);
  return {
    folderOf,
    names: async () => (await readdir(folder)).filter((name) => uuid.test(name)),
    read: async (name) => (await latest(name))?.value,
    async create(name, value) {
      await mkdir(folderOf(name), { recursive: true, mode: 0o700 });
      await syncFolder(folder);
      if (await latest(name)) return false;
      return succeeded(folderOf(name), 1, text(value));
    },
    async change(name, next) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const present = await latest(name);
        const value = present && next(present.value);
        if (!present || value === undefined) return undefined;
        if (await succeeded(folderOf(name), present.number + 1, text(value))) return value;
      }
      throw fail('unavailable', { what: `Record ${name}`, why: 'others change it all the time' });
    },
  };
}

const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const versionPath = (folder: string, number: number) => join(folder, `${number}.json`);

async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error) => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
  const numbers = names.flatMap((name) => versionFile.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((a, b) => b - a);
}

async function readLatest<T>(folder: string, schema: z.ZodType<T>): Promise<{ number: number; value: T } | undefined> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const [number] = await numbersIn(folder);
    if (number === undefined) return undefined;
    const path = versionPath(folder, number);
    try {
      return { number, value: schema.parse(JSON.parse(await readFile(path, 'utf8'))) };
    } catch (error) {
      // Replaced and taken away since we looked.
      if (isCode(error, 'ENOENT')) continue;
      if (error instanceof Error && 'code' in error) throw error;
      throw fail('not-understood', { what: path, got: String(error).slice(0, 200) }, error);
    }
  }
  throw fail('unavailable', { what: folder, why: 'it changes all the time' });
}

/**
 * The version before is kept: whoever still builds upon it finds its successor there and is refused. Who is later by
 * more than that finds versions above his own that cannot be built upon his, and has failed too.
 */
async function succeeded(folder: string, number: number, content: string): Promise<boolean> {
  if (!(await createFile(versionPath(folder, number), content))) return false;
  const numbers = await numbersIn(folder);
  if ((numbers[0] ?? number) > number + 1) {
    await rm(versionPath(folder, number), { force: true });
    return false;
  }
  for (const old of numbers) if (old < number - 1) await rm(versionPath(folder, old), { force: true });
  return true;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync().finally(() => folder.close());
}

/** The files of a log folder, the newest first: the end of each. What cannot be searched for secrets stays out. */
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Item, ItemOutput } from '../item.ts';
import { wholeFrom } from '../output.ts';

const EACH = 16 << 20;
const MOST = 96 << 20;
/** Of one that is packed, unpacked. */
const UNPACKED = 8 << 20;
const FILES = 1000;
const DEEP = 4;
/**
 * The journal is an item of its own; btmp holds what was typed as a user's name: now and then a password; the others
 * are records (utmp(5)), told of by `last`.
 */
const others = /^(?:journal|btmp|wtmp|lastlog|faillog|tallylog)(?:$|[./-])/;

export function logFiles(folder: string): Item {
  return {
    name: 'logs',
    title: 'Log files',
    about: `The end of each file in ${folder}, up to 16 MB of one and 96 MB of all, the newest first`,
    seconds: 180,
    most: MOST,
    isSlow: true,
    absent: async () => ((await stat(folder).catch(() => undefined)) ? undefined : `there is no ${folder}`),
    estimate: async () => (await filesIn(folder)).reduce((sum, { size }) => sum + Math.min(size, EACH), 0),
    async collect(out, signal) {
      const files = await filesIn(folder);
      await out.json(
        'list.json',
        files.map(({ path, size, time }) => ({ path, size, changedAt: new Date(time).toISOString() })),
      );
      for (const { path, size } of files) {
        signal.throwIfAborted();
        if (size > 0) await take(out, folder, path, signal);
      }
    },
  };
}

async function take(out: ItemOutput, folder: string, path: string, signal: AbortSignal): Promise<void> {
  const full = join(folder, path);
  if (/\.gz$/.test(path)) return unpacked(out, path.slice(0, -3), full, signal);
  if (/\.(?:xz|bz2|zst|lz4|Z|zip)$/.test(path)) return out.note(`${path} is packed, and was left out`);
  if (await isBinary(full)) return out.note(`${path} is no text, and was left out`);
  if (out.room === 0) return out.cut(`no room was left for ${path} and older ones`);
  await out.file(path, full, EACH);
}

/** The end of it, in memory: how long it becomes is not known before. */
async function unpacked(out: ItemOutput, file: string, path: string, signal: AbortSignal): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  let isWhole = true;
  try {
    for await (const chunk of createReadStream(path, { signal }).pipe(createGunzip())) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      for (; chunks[0] && size - chunks[0].length >= UNPACKED; isWhole = false)
        size -= (chunks.shift() as Buffer).length;
    }
  } catch (error) {
    signal.throwIfAborted();
    out.note(`${path} could not be unpacked to its end (${(error as NodeJS.ErrnoException).code ?? 'broken'})`);
  }
  if (!isWhole) out.cut(`of ${file} only the last ${size} bytes`);
  const end = Buffer.concat(chunks);
  if (size > 0) await out.bytes(file, isWhole ? end : end.subarray(wholeFrom(end.subarray(0, 64 << 10))));
}

async function isBinary(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return false;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(8192), 0, 8192, 0);
    // A text may have NULs where the power was cut.
    const strange = buffer.subarray(0, bytesRead).filter((byte) => byte === 0 || (byte > 13 && byte < 27));
    return strange.length > bytesRead / 2;
  } finally {
    await file.close();
  }
}

interface Found {
  path: string;
  size: number;
  /** ms */
  time: number;
}

/** Ordinary files, newest first. Links are not followed. */
async function filesIn(folder: string): Promise<Found[]> {
  const found: Found[] = [];
  const look = async (place: string, depth: number): Promise<void> => {
    for (const entry of await readdir(place, { withFileTypes: true }).catch(() => [])) {
      const path = join(place, entry.name);
      const inside = relative(folder, path);
      if (others.test(inside) || found.length >= FILES) continue;
      if (entry.isDirectory() && depth < DEEP) await look(path, depth + 1);
      if (!entry.isFile()) continue;
      const known = await stat(path).catch(() => undefined);
      if (known) found.push({ path: inside, size: known.size, time: known.mtimeMs });
    }
  };
  await look(folder, 0);
  return found.sort((a, b) => b.time - a.time);
}

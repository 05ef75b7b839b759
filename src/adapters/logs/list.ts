/** What lies in the log folder and the folders in it. */
import { readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LogFile } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { HEAD, kindOf } from './kind.ts';
import { openIn } from './open.ts';

const DEPTH = 4;
const MOST = 2000;

/** The journal has a reader of its own. */
const leftOut = new Set(['journal', 'private']);

/**
 * By path. Links are followed where they stay in the folder.
 * @throws Failure 'unavailable' where the folder cannot be read
 */
export async function listFiles(folder: string, signal: AbortSignal): Promise<LogFile[]> {
  await realpath(folder).catch((cause) => {
    throw fail('unavailable', { what: 'The log folder', why: `it cannot be read (${cause.code})` }, cause);
  });
  const files: LogFile[] = [];
  const folders = [''];
  for (let below = folders.shift(); below !== undefined && files.length < MOST; below = folders.shift()) {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      signal.throwIfAborted();
      const path = join(below, entry.name);
      if (entry.isDirectory() && path.split('/').length < DEPTH && !leftOut.has(path)) folders.push(path);
      const file = entry.isFile() || entry.isSymbolicLink() ? await look(folder, path) : undefined;
      if (file && files.length < MOST) files.push(file);
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function look(folder: string, path: string): Promise<LogFile | undefined> {
  try {
    const { handle, size, changed } = await openIn(folder, path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
      const changedAt = new Date(changed).toISOString();
      return { path, size, changedAt, ...kindOf(basename(path), buffer.subarray(0, bytesRead)) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Gone meanwhile, a link that leads out, or no plain file: nothing that could be shown.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

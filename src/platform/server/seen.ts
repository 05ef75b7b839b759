/**
 * What each appliance told when it checked in last. In memory while the platform runs, written every few seconds:
 * a crash costs the last of these, never a registration. So a thousand check-ins a minute cost the disk little.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { checkInRequest } from '../protocol.ts';

const seenSchema = z.strictObject({
  at: z.iso.datetime(),
  /** Address that it came from: perhaps a proxy's. */
  from: z.string(),
  ...checkInRequest.shape,
});

export type Seen = z.output<typeof seenSchema>;

/** Undefined where it has not checked in yet, or where a power cut left no whole file. */
export async function readSeen(folder: string): Promise<Seen | undefined> {
  try {
    return seenSchema.parse(JSON.parse(await readFile(join(folder, 'seen.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

export interface SeenBook {
  note(id: string, seen: Seen): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

/** @param failed told of what could not be written; it is tried again with the next check-in */
export function openSeen(folderOf: (id: string) => string, every: number, failed: (error: unknown) => void): SeenBook {
  const unwritten = new Map<string, Seen>();
  let writing = Promise.resolve();
  const flush = () => {
    writing = writing.then(async () => {
      const batch = [...unwritten];
      unwritten.clear();
      for (const [id, seen] of batch) await write(folderOf(id), seen).catch(failed);
    });
    return writing;
  };
  const timer = setInterval(flush, every);
  timer.unref();
  return {
    note: (id, seen) => void unwritten.set(id, seen),
    close: () => {
      clearInterval(timer);
      return flush();
    },
  };
}

/** Whole or not at all for readers; not flushed to the disk each time. */
async function write(folder: string, seen: Seen): Promise<void> {
  const path = join(folder, '.seen.new');
  await writeFile(path, JSON.stringify(seen), { mode: 0o600 });
  await rename(path, join(folder, 'seen.json'));
}

/** The journal's own files, the newest first: with all fields, and also where journalctl cannot read them any more. */
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Item } from '../item.ts';

const MOST = 192 << 20;

/** @param folders in which journald keeps them */
export function journal(folders: readonly string[]): Item {
  return {
    name: 'journal',
    title: 'Journal',
    about: 'Files of the journal as they are, but for secrets, for journalctl --directory; the newest up to 200 MB',
    seconds: 180,
    most: MOST,
    isSlow: true,
    absent: async () => ((await filesIn(folders)).length > 0 ? undefined : 'there is no file of a journal'),
    estimate: async () => (await filesIn(folders)).reduce((sum, { size }) => Math.min(MOST, sum + size), 0),
    async collect(out, signal) {
      for (const { path, name, size } of await filesIn(folders)) {
        signal.throwIfAborted();
        // One that is cut would be none.
        if (size > out.room) out.cut(`no room was left for ${name}`);
        else await out.journal(name, path);
      }
    },
  };
}

interface Found {
  path: string;
  name: string;
  size: number;
  time: number;
}

/** One that is written to first, then by age. */
async function filesIn(folders: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const folder of folders)
    for (const machine of await readdir(folder).catch(() => []))
      for (const file of await readdir(join(folder, machine)).catch(() => [])) {
        const path = join(folder, machine, file);
        const known = /\.journal~?$/.test(file) ? await stat(path).catch(() => undefined) : undefined;
        if (known?.isFile()) found.push({ path, name: relative(folder, path), size: known.size, time: known.mtimeMs });
      }
  const isOpen = ({ name }: Found) => Number(!name.includes('@') && !name.endsWith('~'));
  return found.sort((a, b) => isOpen(b) - isOpen(a) || b.time - a.time);
}

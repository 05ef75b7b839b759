/**
 * The marker of a reset that was decided: while it is there, the next start of the machine carries the reset out. It is
 * whole or not there, and on the disk when writing it ends. What it says is for people only: that it is there counts.
 */
import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { realDisk as disk } from '../changes/disk.ts';

const text = z.string().max(4000);
const schema = z.strictObject({
  version: z.literal(1),
  by: text,
  /** ISO 8601 */
  at: text,
  /** The start of the machine that it was decided in. */
  boot: text,
  /** What has to be said of it afterwards: "the platform could not be told". */
  remarks: z.array(text),
});

export type ResetNote = z.output<typeof schema>;

const unreadable: ResetNote = { version: 1, by: 'somebody', at: '', boot: '', remarks: [] };

export class Marker {
  private readonly file: string;

  /** @param folder apart from all that a reset deletes; gatehouse-reset.service names it too */
  constructor(private readonly folder = '/var/lib/gatehouse-reset') {
    this.file = join(folder, 'marker');
  }

  /** undefined: there is none. */
  async read(): Promise<ResetNote | undefined> {
    const found = await disk.read(this.file);
    if (!found) return undefined;
    try {
      return schema.parse(JSON.parse(found.content.toString()));
    } catch {
      return unreadable;
    }
  }

  async write(note: ResetNote): Promise<void> {
    const { folder, file } = this;
    await disk.makeFolder(folder, 0o700);
    const content = Buffer.from(`${JSON.stringify(note)}\n`);
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    await disk.create(`${file}.new`, { content, mode: 0o600, ...owner });
    await disk.rename(`${file}.new`, file);
    await disk.syncFolder(folder);
  }

  async remove(): Promise<void> {
    const { folder, file } = this;
    await disk.remove(file);
    await disk.syncFolder(folder);
    await disk.remove(`${file}.new`);
    await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await disk.syncFolder(dirname(folder));
  }
}

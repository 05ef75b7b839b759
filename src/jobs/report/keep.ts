/**
 * The folder of complete reports: what is kept in it, where it lies, and making room. A report is three files of one
 * stem: the archive (STEM.tar.zst.age), who made it (….age.sig; absent where the machine has no host key) and what is
 * told of it (STEM.json). The archive gets its name last, so what has no archive is a left-over, as is every .partial.
 * Nothing here makes a report or hands one over.
 */
import { chmod, mkdir, open, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Report } from '../../appliance.ts';
import { fail } from '../../errors.ts';

const ENDING = '.tar.zst.age';
const PARTIAL = '.partial';
const STEM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/;
/** Reports that are kept, the new one among them. */
const COUNT = 5;
/** Bytes of all reports, and the part of the file system that they may have: the smaller holds. */
const BYTES = 2e9;
const SHARE = 0.2;

const report: z.ZodType<Report> = z.object({
  name: z.string(),
  at: z.string(),
  size: z.number(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  by: z.string(),
  items: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      outcome: z.enum(['waiting', 'running', 'done', 'cut', 'failed', 'timed out', 'absent', 'left out']),
      bytes: z.number(),
      why: z.string().exactOptional(),
    }),
  ),
  removed: z.number(),
});

/** Where the files of one report lie. */
export interface ReportFiles {
  archive: string;
  signature: string;
  description: string;
  /** While it is made. */
  partial: string;
}

export interface KeepOptions {
  /** Made where it is missing, for root and its group. */
  folder: string;
  count?: number;
  bytes?: number;
}

export class Keep {
  readonly folder: string;
  private readonly count: number;
  private readonly bytes: number;

  constructor({ folder, count = COUNT, bytes = BYTES }: KeepOptions) {
    this.folder = folder;
    this.count = count;
    this.bytes = bytes;
  }

  /** Complete reports, newest first. One whose archive is not the size it was is not among them. */
  async kept(): Promise<Report[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found = await Promise.all(names.filter((name) => name.endsWith(ENDING)).map((name) => this.read(name)));
    return found.filter((one) => one !== undefined).sort((a, b) => b.at.localeCompare(a.at));
  }

  /** The archive of a kept report. @throws Failure 'unknown-report' for what cannot be one's name */
  pathOf(name: string): string {
    return this.filesOf(name).archive;
  }

  /** @param name of the report, as in `Report` */
  filesOf(name: string): ReportFiles {
    const stem = name.slice(0, -ENDING.length);
    if (!name.endsWith(ENDING) || !STEM.test(stem)) throw fail('unknown-report', { name });
    const at = (ending: string) => join(this.folder, stem + ending);
    return {
      archive: at(ENDING),
      signature: at(`${ENDING}.sig`),
      description: at('.json'),
      partial: at(PARTIAL),
    };
  }

  /** @throws Failure 'unknown-report' */
  async one(name: string): Promise<Report> {
    this.filesOf(name);
    const found = await this.read(name);
    if (!found) throw fail('unknown-report', { name });
    return found;
  }

  /** @throws Failure 'unknown-report' where there is none of that name */
  async remove(name: string): Promise<void> {
    const { archive, signature, description } = this.filesOf(name);
    const isThere = await stat(archive).catch(() => undefined);
    if (!isThere) throw fail('unknown-report', { name });
    for (const path of [archive, signature, description]) await rm(path, { force: true });
    await syncFolder(this.folder);
  }

  /** Makes the folder where it is missing. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o750 });
    await chmod(this.folder, 0o750);
  }

  /** Removes what is no part of a complete report: the work of one that was interrupted. @returns its names */
  async clear(): Promise<string[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const whole = new Set(names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length)));
    const left = names.filter((name) => name.startsWith('gatehouse-report-') && isLeftOver(name, whole));
    for (const name of left) await rm(join(this.folder, name), { force: true });
    return left;
  }

  /**
   * Removes the oldest reports until all are within the bounds; the newest stays, and one that is used just now.
   * @returns the names of those removed
   */
  async makeRoom(isUsed: (name: string) => boolean): Promise<string[]> {
    const [newest, ...older] = await this.kept();
    const most = await this.most();
    const removed: string[] = [];
    let total = older.reduce((sum, { size }) => sum + size, newest?.size ?? 0);
    let count = older.length + 1;
    for (const oldest of older.reverse()) {
      if (count <= this.count && total <= most) break;
      if (isUsed(oldest.name)) continue;
      count -= 1;
      await this.remove(oldest.name);
      total -= oldest.size;
      removed.push(oldest.name);
    }
    return removed;
  }

  /** Bytes that all reports together may have on this disk. */
  async most(): Promise<number> {
    const { blocks, bsize } = await statfs(this.folder);
    return Math.min(this.bytes, Math.floor(blocks * bsize * SHARE));
  }

  private async read(name: string): Promise<Report | undefined> {
    try {
      const { archive, description } = this.filesOf(name);
      const found = report.parse(JSON.parse(await readFile(description, 'utf8')));
      const { size } = await stat(archive);
      return found.name === name && found.size === size ? found : undefined;
    } catch {
      return undefined;
    }
  }
}

/** "gatehouse-report-NAME-20261121T101112Z.tar.zst.age"; what cannot stand in a file's name is left out. */
export function reportName(machine: string, at: Date): string {
  const host = machine.replace(/[^A-Za-z0-9-]/g, '').slice(0, 60) || 'appliance';
  const time = at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
  return `gatehouse-report-${host}-${time}${ENDING}`;
}

/** Makes names in a folder last through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isLeftOver(name: string, whole: ReadonlySet<string>): boolean {
  if (name.endsWith(ENDING)) return false;
  const stem = name.replace(/(\.tar\.zst\.age\.sig|\.json|\.partial)(\.partial)?$/, '');
  return name.endsWith(PARTIAL) || !whole.has(stem);
}

/** What is on a disk of the appliance that is off: read with debugfs(8), nothing is mounted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../host/machine/programs.ts';

export interface Entry {
  path: string;
  /** As st_mode of stat(2). */
  mode: number;
  uid: number;
  gid: number;
  size: number;
}

export const kinds = { mask: 0o170000, folder: 0o040000, file: 0o100000, link: 0o120000 };
export const isKind = (entry: Entry, kind: number) => (entry.mode & kinds.mask) === kind;

interface Partition {
  start: number;
  size: number;
}

export class FileSystem {
  private constructor(private readonly place: string) {}

  /** The largest file system of a raw disk. */
  static async of(disk: string): Promise<FileSystem> {
    const told = JSON.parse(await must(['sfdisk', '--json', disk])) as { partitiontable: { partitions: Partition[] } };
    const [largest] = told.partitiontable.partitions.toSorted((one, two) => two.size - one.size);
    if (!largest) throw new Error(`${disk} has no partition.`);
    return new FileSystem(`${disk}?offset=${largest.start * 512}`);
  }

  /** All that is in it but for `.` and `..`. */
  async entries(): Promise<Entry[]> {
    const found: Entry[] = [];
    for (let folders = ['/']; folders.length > 0; ) {
      const commands = folders.map((folder) => `ls -p "${folder}"`);
      const answers = await this.ask(commands);
      const below = answers.flatMap((text, at) => parse(folders[at] ?? '', text));
      found.push(...below);
      folders = below.filter((entry) => isKind(entry, kinds.folder)).map(({ path }) => path);
    }
    return found;
  }

  /** What is in those files. */
  async texts(paths: readonly string[]): Promise<string[]> {
    return await this.ask(paths.map((path) => `cat "${path}"`));
  }

  async text(path: string): Promise<string> {
    return (await this.texts([path]))[0] ?? '';
  }

  /** Where the link points to. */
  async target(path: string): Promise<string> {
    const [, target] = /Fast link dest: "(.*)"/.exec((await this.ask([`stat "${path}"`]))[0] ?? '') ?? [];
    if (target === undefined) throw new Error(`${path} is no link.`);
    return target;
  }

  /** Answers in order. debugfs repeats each command of a script, which is where one answer ends. */
  private async ask(commands: readonly string[]): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-debugfs-'));
    try {
      const script = join(folder, 'commands');
      writeFileSync(script, commands.map((command) => `${command}\n`).join(''));
      const said = await must(['debugfs', '-f', script, this.place], { limit: 120_000 });
      const starts = commands.map((command) => `debugfs: ${command}\n`);
      let at = 0;
      return starts.map((start, which) => {
        const from = said.indexOf(start, at);
        if (from < 0) throw new Error(`debugfs did not answer to ${commands[which]}`);
        at = from + start.length;
        const next = starts[which + 1];
        const end = next === undefined ? said.length : said.indexOf(next, at);
        return said.slice(at, end);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** "/inode/mode/uid/gid/name/size/" a line; folders have no size. */
function parse(folder: string, text: string): Entry[] {
  return [...text.matchAll(/^\/(\d+)\/(\d+)\/(\d+)\/(\d+)\/([^/]+)\/(\d*)\/$/gm)]
    .filter(([, inode, , , , name]) => inode !== '0' && name !== '.' && name !== '..')
    .map(([, , mode = '', uid, gid, name, size]) => ({
      path: `${folder === '/' ? '' : folder}/${name}`,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
    }));
}

/** Another machine's /proc and control groups as plain files in a folder. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { realFigures } from '../../../src/adapters/figures/figures.ts';
import type { Counted } from '../../../src/adapters/machine.ts';
import { diskstats, meminfo, netDev, stat } from './recorded.ts';

export interface Tree {
  root: string;
  write(files: Record<string, string>): void;
  link(path: string, target: string): void;
  remove(path: string): void;
  /** What is counted of these units, and of all containers, without the clock; by id. */
  counted(...units: string[]): Promise<Map<string, Omit<Counted, 'clock'>>>;
}

export function treeWith(mounts: string, files: Record<string, string> = {}): Tree {
  const root = mkdtempSync(join(tmpdir(), 'gatehouse-figures-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const figures = realFigures(root);
  const tree: Tree = {
    root,
    write(all) {
      for (const [path, text] of Object.entries(all)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
    },
    link(path, target) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(target, join(root, path));
    },
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    async counted(...units) {
      const { counted } = await figures.count(units, new AbortController().signal);
      return new Map(counted.map(({ clock: _clock, ...one }) => [one.id, one]));
    },
  };
  tree.write({
    'proc/stat': stat,
    'proc/meminfo': meminfo,
    'proc/net/dev': netDev,
    'proc/diskstats': diskstats,
    'proc/self/mounts': mounts,
    ...files,
  });
  tree.link('proc/self/ns/net', 'net:[1]');
  return tree;
}

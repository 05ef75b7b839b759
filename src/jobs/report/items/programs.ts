/** Items that are what a few programs print: each a list of file, program and arguments. */
import type { Item, ItemOutput } from '../item.ts';

/** File in the report, program, arguments. */
export type Line = readonly [file: string, program: string, ...args: string[]];

type Described = Pick<Item, 'name' | 'title' | 'about'> & { lines: readonly Line[]; files?: readonly string[] };

/** Bytes that such an item may have. */
const MOST = 8 << 20;

/** @param files paths that are taken as they are; one that is not there is nothing to be told */
export function programsItem({ name, title, about, lines, files = [] }: Described): Item {
  return {
    name,
    title,
    about,
    seconds: 60,
    most: MOST,
    estimate: async () => lines.length * 4096,
    async collect(out) {
      await runAll(out, lines);
      for (const path of files) await out.file(path, path);
    },
  };
}

/** One after the other: what is wrong with one is noted, and the next is run. */
export async function runAll(out: ItemOutput, lines: readonly Line[]): Promise<void> {
  for (const [file, program, ...args] of lines) await out.program(file, program, args);
}

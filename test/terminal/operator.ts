/**
 * What an operator has: the console as it is started, on a simulated machine or against a service, the keys, and eyes
 * that see whether the screen is whole. For the tests that look at screens; the terminal itself is pty.ts.
 */
import { copyFileSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect } from 'vitest';
import { boxes, columnwise, innermost } from './boxes.ts';
import { bundle } from './bundle.ts';
import { keys } from './keys.ts';
import { Pty, type PtyOptions } from './pty.ts';

export { boxes, columnwise, innermost } from './boxes.ts';
export { keys } from './keys.ts';

export interface Built {
  /** The wrapper, which starts the console. */
  program: string;
  /** On a simulated machine of its own. */
  lab(machine: string, options?: PtyOptions): Pty;
  remove(): void;
}

/** Built as dist/gatehouse is, in a folder of its own: nobody rebuilds it under a running test. */
export function buildConsole(): Built {
  const { file, remove } = bundle('src/main.ts');
  const folder = dirname(file);
  const program = join(folder, 'gatehouse');
  copyFileSync(join(import.meta.dirname, '../../scripts/wrapper'), program);
  return {
    program,
    lab(machine, options) {
      const place = mkdtempSync(join(folder, 'lab-'));
      return new Pty(program, [`--lab=${machine}`, `--lab-folder=${place}`], options);
    },
    remove,
  };
}

/** The screen with what differs from run to run written as #, so that it can be compared as a whole. */
export function masked(pty: Pty): string {
  const masks: [RegExp, string][] = [
    [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'YYYY-MM-DD hh:mm:ss'],
    [/\d\d:\d\d:\d\d/g, 'hh:mm:ss'],
    [/GHz, \d+ % */g, 'GHz, ## %'],
    [/\d+\.\d [GM]B available */g, '##.# GB available'],
    [/Memory( +): \d+\.\d MB */g, 'Memory$1: ##.# MB'],
    [/About \d\.\d+ MB/g, 'About 4.## MB'],
    [/Log files, \d+ kB/g, 'Log files, ### kB'],
    [/in \d+\.\d ms, */g, 'in ##.# ms, '],
    [/max (\d+\.\d\/){2}\d+\.\d ms */g, 'max ##.#/##.#/##.# ms'],
  ];
  return masks.reduce(
    // As wide as what was there with the blanks behind it: the frame stays where it is.
    (text, [pattern, mask]) =>
      text.replace(pattern, (found, group) => mask.replace('$1', group).padEnd(found.length).slice(0, found.length)),
    pty.text(),
  );
}

/**
 * Goes back, one key at a time, until only the main menu is there. A text that changes by itself is not taken for an
 * answer, only another box is, and one that stays: while a frame is on its way, fewer boxes are whole than there are,
 * and one key too many would ask whether to leave. `quiet`: milliseconds without a change; more on a slow line.
 */
export async function backToMain(pty: Pty, quiet = 100): Promise<void> {
  const shape = () => JSON.stringify(boxes(columnwise(pty)));
  const other = async (before: string) => {
    for (;;) {
      await pty.waitFor(() => innermost(pty) !== '' && shape() !== before);
      const seen = shape();
      await after(quiet);
      if (shape() === seen) return seen;
    }
  };
  let seen = await other('');
  while (innermost(pty) !== 'Configuration' || !pty.text().includes('Various commands')) {
    pty.send(keys.back);
    seen = await other(seen);
  }
}

/** Is the console in order, whatever it shows? `status`: what the last row begins with. */
function expectWhole(pty: Pty, status = ' gatehouse-lab'): void {
  const lines = pty.screen();
  const seen = pty.text();
  expect(lines[0], seen).toMatch(
    /^ Gatehouse {2}LAB.* (USE: .*|[?h] for help|.* to .*|TECLAS: .*|[?h] ayuda|(ENTER|ESC|SPACE) .*) *$/,
  );
  expect(lines.at(-1)?.startsWith(status), seen).toBe(true);
  expect(boxes(columnwise(pty).slice(1, -1)).length, seen).toBeGreaterThan(0);
  expect(seen).not.toMatch(/[^\n\P{C}]/u);
  expect(pty.cursor.y, seen).toBeLessThan(lines.length);
}

/** Waits until the console is in order: what was looked for can be seen while the rest of a frame is still on its way. */
export async function seeWhole(pty: Pty, status?: string): Promise<void> {
  const isWhole = () => {
    try {
      expectWhole(pty, status);
      return true;
    } catch {
      return false;
    }
  };
  await pty.waitFor(isWhole, 2000).catch(() => expectWhole(pty, status));
}

/**
 * Random keys in the real console on every kind of terminal: after each frame two terminal emulators show what the cells
 * say, text and attributes. One of them knows nothing that the terminal's terminfo entry does not promise. The seed is
 * printed, and GATEHOUSE_SEED and GATEHOUSE_FRAMES repeat or prolong a run (scripts/soak/cells).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { uiOn } from '../../screens/kit/ui.ts';
import { tree } from '../../screens/menu.ts';
import { openMenu } from '../../screens/open-menu.ts';
import { Statuses } from '../../screens/statuses.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import { openLink } from '../../src/cli/link.ts';
import type { Opened } from '../../src/cli/options.ts';
import { chance } from '../setup/chance.ts';
import { Watched } from './emulator/screen.ts';
import { keys } from './keys.ts';

const seed = Number(process.env.GATEHOUSE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const frames = Number(process.env.GATEHOUSE_FRAMES ?? 40);
const terms = ['vt100', 'vt220', 'linux', 'xterm', 'xterm-256color', 'screen', 'tmux-256color'];
const likely = [keys.up, keys.down, keys.down, keys.enter, keys.enter, keys.tab, keys.back, keys.pageDown, 'f', 'G'];
const others = [...Object.values(keys), ...'#\x0c', ...'abcdefghijklmnopqrstuvwxyzN0123456789.:/?-_ äß中'];

let folder = '';
let opened: Opened | undefined;
let watched: Watched | undefined;
afterEach(async () => {
  watched?.close();
  await opened?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The main menu, again whenever it was left. */
async function operate({ frame }: Watched, { link }: Opened, signal: AbortSignal): Promise<void> {
  const ui = uiOn(frame);
  const display = { ui, status: (line: string) => Object.assign(frame, { status: line }), notice: () => undefined };
  const statuses = new Statuses(display as never, link, signal);
  const appliance = link.appliance;
  while (!signal.aborted)
    await openMenu(
      { ui, appliance, brand: defaultBrand, role: 'operator', session: { trusted: true } },
      statuses,
      tree,
      async () => true,
    );
}

test.each(terms)(
  `%s shows the cells of ${frames} frames (seed ${seed})`,
  async (term) => {
    const random = chance(seed);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
    opened = await openLink({ lab: 'hostile', labFolder: folder });
    watched = new Watched(term, 'C.UTF-8');
    await watched.open();
    const ended = new AbortController();
    const done = operate(watched, opened, ended.signal);
    try {
      for (let turns = 0; watched.frames < frames && !watched.wrong; turns++) {
        watched.type(random() < 0.7 ? pick(likely) : pick(others));
        // What the machine answers comes in between, as it likes.
        for (let n = Math.floor(random() * 10); n >= 0; n--) await new Promise((resolve) => setImmediate(resolve));
        expect(turns, 'keys that nothing came of').toBeLessThan(frames * 100);
      }
    } finally {
      ended.abort();
      watched.frame.closeAll();
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 1000))]);
    }
    expect(watched.wrong?.message).toBeUndefined();
  },
  60_000 + frames * 200,
);

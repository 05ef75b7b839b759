/** Takes a picture of the console: starts it on a lab at a moment of its own, plays a scene, and reads the cells. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Pty } from '../../test/terminal/pty.ts';
import type { Masks, Scene } from './scenes.ts';
import { type Cell, svgOf } from './svg.ts';

/** What all pictures show as now. */
const moment = '2026-11-21T10:42:17Z';
/** Milliseconds that a screen may take; other work may be done on the same machine. */
const patience = 20_000;

const looks = {
  rich: { ink: '#d5dbe1', ground: '#14181d' },
  serial: { ink: '#ffb454', ground: '#16100a' },
};

/** @param program dist/main.cjs, or another bundle of src/main.ts */
export async function take(program: string, scene: Scene): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-picture-'));
  const pty = start(program, scene, folder);
  try {
    const see = async (what: string | RegExp) => {
      await pty.waitFor(what, patience);
    };
    await scene.play({ see, type: (keys) => pty.send(keys) });
    const masks = scene.masks ?? [];
    await settled(pty, masks);
    return svgOf({
      ...looks[scene.look],
      title: scene.title,
      description: scene.description,
      rows: cellsOf(pty, masks),
      ...(pty.cursor.visible ? { cursor: { x: pty.cursor.x, y: pty.cursor.y } } : {}),
    });
  } finally {
    await pty.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(program: string, { machine, look, term, plain, isStill }: Scene, folder: string): Pty {
  const clock = join(process.cwd(), 'scripts/pictures/clock.mjs');
  const lab = [`--lab=${machine}`, `--lab-folder=${folder}`, ...(plain ? ['--plain'] : [])];
  return new Pty(process.execPath, ['--import', clock, program, ...lab], {
    term,
    env: {
      PICTURE_TIME: moment,
      ...(isStill ? { PICTURE_STILL: '1' } : {}),
      LANG: look === 'rich' ? 'C.UTF-8' : 'C',
      TZ: 'UTC',
    },
  });
}

/** Waits until a whole second has brought nothing that is seen: what is still being read has come. */
async function settled(pty: Pty, masks: Masks): Promise<void> {
  const seen = () => JSON.stringify([cellsOf(pty, masks), pty.cursor]);
  const end = Date.now() + patience;
  for (let [last, since] = ['', Date.now()]; Date.now() - since < 1000; await pause(50)) {
    const now = seen();
    if (now !== last) [last, since] = [now, Date.now()];
    if (Date.now() > end) throw new Error(`It does not come to rest:\n${pty.text()}`);
  }
}

/** The cells with what differs from run to run written as the masks say. */
function cellsOf(pty: Pty, masks: Masks): Cell[][] {
  const { cols, rows, buffer } = pty.emulator;
  return Array.from({ length: rows }, (_, y) => {
    const row = Array.from({ length: cols }, (_, x) => cellAt(buffer.active, x, y));
    // One character a column, so that places in the text are columns.
    const text = row.map((cell) => (cell.text.length === 1 ? cell.text : ' ')).join('');
    const masked = masks.reduce(
      (line, [pattern, as]) => line.replace(pattern, (found) => as.padEnd(found.length).slice(0, found.length)),
      text,
    );
    return row.map((cell, x) => (masked[x] === text[x] ? cell : { ...cell, text: masked[x] ?? ' ' }));
  });
}

function cellAt(buffer: Pty['emulator']['buffer']['active'], x: number, y: number): Cell {
  const cell = buffer.getLine(buffer.baseY + y)?.getCell(x);
  if (!cell) throw new Error(`no cell at ${x},${y}`);
  return {
    text: cell.getChars(),
    columns: cell.getWidth() as 0 | 1 | 2,
    bold: cell.isBold() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
    foreground: cell.isFgDefault() ? -1 : cell.getFgColor(),
    background: cell.isBgDefault() ? -1 : cell.getBgColor(),
  };
}

/**
 * A small program on the terminal layer alone, for its tests in a pseudo terminal: a list with a selection, the last
 * keys, the size, and ways to end badly. Not the kit.
 */
import { openTerminal } from '../../screens/kit/terminal/open.ts';
import type { Key } from '../../screens/kit/terminal/types.ts';
import { Failure, sentence } from '../../src/errors.ts';

const plain = (0x1ff << 9) | 0x1ff;
const selected = (8 << 18) | plain;
const box = (7 << 9) | 4;

async function main(): Promise<void> {
  const terminal = await openTerminal();
  const keys: Key[] = [];
  let row = 0;
  let text = '';
  let ticks = 0;
  const write = (x: number, y: number, attribute: number, line: string) => {
    const cells = (terminal.screen as unknown as { lines: [number, string][][] }).lines[y] ?? [];
    [...line].forEach((character, at) => {
      const cell = cells[x + at];
      if (cell) [cell[0], cell[1]] = [attribute, character];
    });
  };
  terminal.onPaint(() => {
    const { columns, rows } = terminal;
    write(0, 0, box, `┌${'─'.repeat(columns - 2)}┐`);
    for (let y = 1; y < rows - 1; y++) {
      write(0, y, box, '│');
      const entry = y < 13 ? ` entry ${y} ` : ' '.repeat(12);
      write(1, y, y - 1 === row ? selected : plain, entry.padEnd(columns - 2));
      write(columns - 1, y, box, '│');
    }
    write(0, rows - 1, box, `└${'─'.repeat(columns - 2)}┘`);
    write(2, 13, plain, `size ${columns}x${rows} look ${terminal.look.colours} ${terminal.look.lines}`);
    write(
      2,
      14,
      plain,
      `keys ${keys
        .slice(-6)
        .map((key) => key.name)
        .join(' ')}`.padEnd(70),
    );
    write(2, 15, plain, `text ${JSON.stringify(text)}`.padEnd(70).slice(0, columns - 3));
    write(2, 16, plain, `count ${keys.length} selected ${row + 1} ticks ${ticks}`.padEnd(40));
  });
  terminal.onResize(() => terminal.invalidate());
  const commands: Record<string, () => void> = {
    down: () => (row = Math.min(11, row + 1)),
    up: () => (row = Math.max(0, row - 1)),
    q: () => end(0),
    'ctrl-c': () => end(3),
    'ctrl-l': () => terminal.repaint(),
    L: () => terminal.setLook(terminal.nextLook()),
    K: () => terminal.cursor(5, 15),
    I: () => void setInterval(() => undefined, 1000),
    T: () => {
      throw new Error('SECRET-STACK thrown');
    },
    J: () => void Promise.reject(new Error('SECRET-STACK rejected')),
    F: () =>
      void setInterval(() => {
        ticks++;
        row = ticks % 12;
        terminal.repaint();
      }, 5),
  };
  const end = (code: number) => {
    terminal.close();
    process.exitCode = code;
  };
  terminal.onKey((key) => {
    keys.push(key);
    if (key.text) text += key.text;
    commands[key.name]?.();
    terminal.invalidate();
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Failure ? sentence(error.problem) : String(error)}\n`);
  process.exitCode = 1;
});

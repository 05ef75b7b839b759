/** What the painter sends, seen by terminal emulators: that it shows the cells, and how little it takes. */
import headless from '@xterm/headless';
import blessed from 'blessed';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Painter } from '../../../../screens/kit/terminal/painter.ts';
import { readTerminfo } from '../../../../screens/kit/terminal/terminfo.ts';
import type { Look } from '../../../../screens/kit/terminal/types.ts';
import { Strict, type StrictCell } from '../../../terminal/emulator/strict.ts';

type Cells = [number, string][][];
const plain = (0x1ff << 9) | 0x1ff;
const columns = 24;
const rows = 6;
const { reduce } = (blessed as unknown as { colors: { reduce(colour: number, total: number): number } }).colors;

class Shown {
  readonly emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 10 });
  readonly painter: Painter;
  constructor(
    readonly term: string,
    readonly look: Look,
  ) {
    const terminfo = readTerminfo(term);
    this.painter = new Painter(terminfo, look);
    // As opening the terminal does.
    this.emulator.write(terminfo.string.linesReady ?? '');
  }
  async paint(cells: Cells, cursor: { x: number; y: number } | null = null): Promise<string> {
    const bytes = this.painter.paint(cells, columns, rows, cursor);
    await new Promise<void>((resolve) => this.emulator.write(bytes, resolve));
    return bytes;
  }
  cell(x: number, y: number) {
    const { active } = this.emulator.buffer;
    const cell = active.getLine(active.baseY + y)?.getCell(x);
    if (!cell) throw new Error('no cell');
    const text = cell.getChars() || (cell.getWidth() === 0 ? '' : ' ');
    const inverse = cell.isInverse() !== 0;
    const underline = cell.isUnderline() !== 0;
    const background = cell.isBgDefault() ? -1 : cell.getBgColor();
    if (text === ' ' && !inverse && !underline) return { text, background };
    const foreground = cell.isFgDefault() ? -1 : cell.getFgColor();
    return { text, background, foreground, inverse, underline, bold: cell.isBold() !== 0 };
  }
}

/** A blank has no foreground. */
function asSeen(cell: StrictCell): Partial<StrictCell> {
  return cell.text === ' ' && !cell.underline && !cell.inverse ? { text: ' ', background: cell.background } : cell;
}

const asAscii: Record<string, string> = {
  '─': '-',
  '│': '|',
  '┌': '+',
  '┘': '+',
  '╬': '+',
  '█': '#',
  '…': '~',
  '●': '*',
  é: 'e',
  Ł: 'L',
  Ж: '?',
  '→': '>',
  '⣿': ':',
  日: '?',
  語: '?',
  'e\u0301': 'e',
};
const single = ['─', '│', '┌', '┘', '╬', '…', '●', 'é', 'Ł', 'Ж', '→', '⣿', 'e\u0301'];
const wide = ['日', '語'];
const hostile = ['\x1b', '\u009b', '\x07', '\n', '\x0e', '\u202e', '\u200b', '\u0301', '\ud800', '\x7f'];

/** What a person should see of a cell. Written apart from the painter's own tables. */
function wanted(cells: Cells, x: number, y: number, look: Look, noUnderlineInColour: boolean) {
  const [attr, character] = cells[y]?.[x] ?? [plain, ' '];
  let text = character;
  const before = x > 0 ? (cells[y]?.[x - 1]?.[1] ?? '') : '';
  const after = cells[y]?.[x + 1]?.[1];
  if (hostile.includes(character)) text = ' ';
  else if (character === '') text = look.unicode && wide.includes(before) ? '' : ' ';
  else if (wide.includes(character) && after !== '') text = look.unicode ? ' ' : '?';
  else if (look.lines === 'acs' && '─│┌┘'.includes(character)) text = character;
  else if (look.lines === 'acs' && character === '╬') text = '┼';
  else if (!look.unicode) text = asAscii[character] ?? character;
  let flags = attr >> 18;
  const colour = (index: number) =>
    index === 0x1ff || look.colours === 0 ? -1 : look.colours === 256 ? index : reduce(index, 16);
  let foreground = colour((attr >> 9) & 0x1ff);
  let background = colour(attr & 0x1ff);
  if (look.colours === 8 && foreground > 7) {
    foreground -= 8;
    flags |= 1;
  }
  if (look.colours === 8 && background > 7) background -= 8;
  if (noUnderlineInColour && (foreground >= 0 || background >= 0)) flags &= ~2;
  const inverse = (flags & 8) !== 0;
  const underline = (flags & 2) !== 0;
  if (text === ' ' && !inverse && !underline) return { text, background };
  return { text, background, foreground, inverse, underline, bold: (flags & 1) !== 0 };
}

const anyAttribute = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 8, 9, 11),
    fc.constantFrom(0x1ff, 0, 3, 7, 12, 200),
    fc.constantFrom(0x1ff, 0, 4, 7, 15, 236),
  )
  .map(([flags, fg, bg]) => (flags << 18) | (fg << 9) | bg);
/** Stretches of the same, as screens are made of, and single cells of anything. */
const stretch = fc.tuple(
  fc.oneof({ weight: 2, arbitrary: fc.constant(plain) }, { weight: 3, arbitrary: anyAttribute }),
  fc.oneof(
    fc.array(fc.constantFrom('a', 'b', 'Z', '~', ' '), { minLength: 1, maxLength: 6 }),
    fc
      .tuple(fc.constantFrom(' ', '─', 'x'), fc.integer({ min: 1, max: columns }))
      .map(([c, n]) => Array<string>(n).fill(c)),
    fc.constantFrom(...single, ...hostile, '').map((c) => [c]),
    fc.constantFrom(...wide).map((c) => [c, '']),
    fc.constantFrom(...wide).map((c) => [c]),
  ),
);
const anyRow = fc.array(stretch, { minLength: 1, maxLength: 10 }).map((stretches) => {
  const row = stretches.flatMap(([attr, texts]) => texts.map((text): [number, string] => [attr, text]));
  while (row.length < columns) row.push([plain, ' ']);
  // A wide character and the cell that it covers look alike.
  for (let x = 1; x < columns; x++) if (row[x]?.[1] === '') row[x] = [row[x - 1]?.[0] ?? plain, ''];
  return row.slice(0, columns);
});
/** Each frame changes some rows of the one before. */
const frames = fc.array(fc.dictionary(fc.constantFrom('0', '1', '2', '3', '4', '5'), anyRow, { minKeys: 1 }), {
  minLength: 2,
  maxLength: 6,
});

const looks: [string, Look][] = [
  ['xterm-256color', { colours: 256, unicode: true, lines: 'unicode' }],
  ['screen-256color', { colours: 256, unicode: true, lines: 'unicode' }],
  ['xterm-256color', { colours: 16, unicode: false, lines: 'acs' }],
  ['linux', { colours: 8, unicode: true, lines: 'unicode' }],
  ['screen', { colours: 8, unicode: false, lines: 'acs' }],
  ['vt220', { colours: 0, unicode: false, lines: 'ascii' }],
  ['vt100', { colours: 0, unicode: false, lines: 'acs' }],
];

describe.each(looks)('on %s with %j', (term, look) => {
  test('the terminal shows the cells, whatever was there before', async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (all) => {
        const shown = new Shown(term, look);
        const cells: Cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => [plain, ' ']));
        for (const frame of all) {
          for (const [row, line] of Object.entries(frame)) cells[Number(row)] = line;
          await shown.paint(cells);
          for (let y = 0; y < rows; y++)
            for (let x = 0; x < columns; x++) {
              const expected = wanted(cells, x, y, look, term === 'linux' && look.colours > 0);
              const seen = shown.cell(x, y);
              // The emulator keeps no attributes of its own for a covered cell.
              if (expected.text === '') expect(seen.text, `cell ${x},${y}`).toBe('');
              else expect(seen, `cell ${x},${y}`).toEqual(expected);
            }
          expect(shown.emulator.buffer.active.baseY, 'scrolled').toBe(0);
          expect(shown.painter.paint(cells, columns, rows, null), 'unchanged').toBe('');
        }
        shown.emulator.dispose();
      }),
      { numRuns: 60 },
    );
  });
});

/** All of its cells, a line of text for each row: quicker to compare than each by itself. */
const seen = (emulator: Strict): string[] =>
  Array.from({ length: emulator.rows }, (_, y) =>
    Array.from({ length: emulator.columns }, (__, x) => Object.values(asSeen(emulator.cell(x, y))).join(' ')).join('|'),
  );

/** Rows go up or down within a part of the screen, and others come in, as in a log. */
const moves = fc.array(
  fc.record({
    top: fc.integer({ min: 0, max: 11 }),
    bottom: fc.integer({ min: 0, max: 11 }),
    by: fc.integer({ min: -4, max: 4 }),
    fresh: fc.array(anyRow, { minLength: 4, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
);

describe.each(looks)('on %s with %j', (term, look) => {
  test('rows that moved are shown where they are now, by nothing that its terminfo entry has not', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 12, maxLength: 12 }), moves, (first, all) => {
        const emulator = new Strict(term, columns, 12);
        const terminfo = readTerminfo(term);
        emulator.feed(terminfo.string.linesReady ?? '');
        const painter = new Painter(terminfo, look);
        let cells: Cells = first;
        const paint = () => {
          const bytes = painter.paint(cells, columns, 12, null);
          emulator.feed(bytes);
          expect(emulator.isTidy, 'scroll region and character set').toBe(true);
          const anew = new Strict(term, columns, 12);
          anew.feed((terminfo.string.linesReady ?? '') + new Painter(terminfo, look).paint(cells, columns, 12, null));
          expect(seen(emulator)).toEqual(seen(anew));
        };
        paint();
        for (const { top, bottom, by, fresh } of all) {
          const [from, to] = [Math.min(top, bottom), Math.max(top, bottom) + 1];
          const moved = cells.slice(from, to);
          const count = Math.min(Math.abs(by), moved.length);
          const [kept, come] = [moved.length - count, fresh.slice(0, count)];
          const part = by > 0 ? [...come, ...moved.slice(0, kept)] : [...moved.slice(count), ...come];
          cells = [...cells.slice(0, from), ...part, ...cells.slice(to)];
          paint();
        }
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

test.each(['vt100', 'vt220', 'linux', 'xterm-256color'])('one more line of a log on %s takes little more', (term) => {
  const look: Look = { colours: 0, unicode: false, lines: 'ascii' };
  const log = (first: number): Cells =>
    Array.from({ length: 24 }, (_, y) => {
      const line =
        y === 0 || y > 20 ? '-'.repeat(80) : `| line ${first + y} of ${(first + y) * 7919}`.padEnd(79).concat('|');
      return [...line].map((c): [number, string] => [plain, c]);
    });
  const painter = new Painter(readTerminfo(term), look);
  painter.paint(log(100), 80, 24, null);
  const added = painter.paint(log(101), 80, 24, null);
  expect(added.length).toBeLessThan(30 + 40);
  expect(painter.paint(log(101), 80, 24, null)).toBe('');
  expect(painter.paint(log(98), 80, 24, null).length, 'three lines back').toBeLessThan(30 + 3 * 40);
});

const box = (7 << 9) | 4;
function list(selected: number, typed = ''): Cells {
  const line = (text: string, attr: number): [number, string][] => [
    [box, '│'],
    ...[...text.padEnd(78)].map((c): [number, string] => [attr, c]),
    [box, '│'],
  ];
  const cells = Array.from({ length: 24 }, (_, y) =>
    line(` entry number ${y}, running since yesterday`, y === selected ? box | (8 << 18) : box),
  );
  cells[22] = line(` name: ${typed}`, box);
  return cells;
}

describe('bytes for an 80x24 list in colour', () => {
  const look: Look = { colours: 256, unicode: true, lines: 'unicode' };
  const begun = () => {
    const painter = new Painter(readTerminfo('xterm-256color'), look);
    painter.paint(list(5), 80, 24, null);
    return painter;
  };
  test('an unchanged screen takes none', () => expect(begun().paint(list(5), 80, 24, null)).toBe(''));
  test('moving the selection takes no more than the two rows', () =>
    expect(Buffer.byteLength(begun().paint(list(6), 80, 24, null))).toBeLessThan(150));
  test('a typed character takes at most 10, with the cursor after it', () => {
    const painter = begun();
    painter.paint(list(5, 'a'), 80, 24, { x: 9, y: 22 });
    expect(painter.paint(list(5, 'ab'), 80, 24, { x: 10, y: 22 }).length).toBeLessThanOrEqual(10);
  });
  test('all of it takes less than half of what each cell would', () => {
    const painter = new Painter(readTerminfo('xterm-256color'), look);
    expect(Buffer.byteLength(painter.paint(list(5), 80, 24, null))).toBeLessThan(1450);
  });
});

test('a terminal that erases with its own background gets coloured blanks written', () => {
  const look: Look = { colours: 256, unicode: true, lines: 'unicode' };
  const row = (attr: number): [number, string][] => Array.from({ length: columns }, () => [attr, ' ']);
  const blue = (0x1ff << 9) | 4;
  const bytes = (term: string) => {
    const painter = new Painter(readTerminfo(term), look);
    painter.paint(
      Array.from({ length: rows }, () => row(plain)),
      columns,
      rows,
      null,
    );
    return painter.paint(
      Array.from({ length: rows }, (_, y) => row(y === 2 ? blue : plain)),
      columns,
      rows,
      null,
    );
  };
  expect(bytes('screen-256color')).toBe(`\x1b[2B\x1b[44m${' '.repeat(columns)}`);
  expect(bytes('xterm-256color')).toBe('\x1b[2B\x1b[44m\x1b[K');
});

test('where the last cell would scroll the screen it is left alone', () => {
  const painter = new Painter(readTerminfo('ansi'), { colours: 8, unicode: false, lines: 'ascii' });
  const cells: Cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => [plain, 'x']));
  expect(painter.paint(cells, columns, rows, null).replace(/[^x]/g, '')).toHaveLength(columns * rows - 1);
});

test('after a character that terminals disagree about, the next is placed anew', async () => {
  const shown = new Shown('xterm-256color', { colours: 256, unicode: true, lines: 'unicode' });
  expect(await shown.paint([[...'aЖb'].map((c) => [plain, c])])).toMatch(/aЖ[^b]+b/);
});

test('the cursor can stand on the last column, just written', async () => {
  const shown = new Shown('xterm-256color', { colours: 256, unicode: true, lines: 'unicode' });
  const row = Array.from({ length: columns }, (): [number, string] => [plain, 'x']);
  await shown.paint([[], row], { x: columns - 1, y: 1 });
  const { cursorX: x, cursorY: y } = shown.emulator.buffer.active;
  expect({ x, y }).toEqual({ x: columns - 1, y: 1 });
});

test('the cursor is hidden unless a place is set', () => {
  const painter = new Painter(readTerminfo('vt220'), { colours: 0, unicode: false, lines: 'ascii' });
  expect(painter.paint(list(1), 80, 24, null)).not.toContain('\x1b[?25h');
  expect(painter.paint(list(1), 80, 24, { x: 3, y: 3 })).toBe('\x1b[4;4H\x1b[?25h');
  expect(painter.paint(list(1), 80, 24, null)).toBe('\x1b[?25l');
});

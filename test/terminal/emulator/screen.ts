/**
 * The real console in this process, on a terminal that is not there: what it sends after each frame is shown to terminal
 * emulators, and what they show compared with the cells that the frame was painted from.
 */
import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import headless from '@xterm/headless';
import blessed from 'blessed';
import { Frame } from '../../../screens/kit/frame.ts';
import { glyphOf } from '../../../screens/kit/terminal/glyph.ts';
import { openTerminal } from '../../../screens/kit/terminal/open.ts';
import { readTerminfo } from '../../../screens/kit/terminal/terminfo.ts';
import type { Terminal } from '../../../screens/kit/terminal/types.ts';
import { Strict, type StrictCell } from './strict.ts';

type Cells = readonly (readonly [number, string])[][];
const { reduce } = (blessed as unknown as { colors: { reduce(colour: number, total: number): number } }).colors;

export class Watched {
  terminal!: Terminal;
  frame!: Frame;
  frames = 0;
  bytes = 0;
  /** The first difference, or what the strict terminal refused; nothing is compared after it. */
  wrong: Error | undefined;
  private readonly strict: Strict;
  private readonly xterm: InstanceType<typeof headless.Terminal>;
  private readonly input = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: () => undefined,
    resume: () => undefined,
    pause: () => undefined,
  });
  private isPainting = false;
  /** Used again for each cell, as its interface offers. */
  private readonly scratch;
  private readonly terminfo;

  constructor(
    readonly term: string,
    readonly lang: string,
    readonly columns = 80,
    readonly rows = 24,
  ) {
    this.terminfo = readTerminfo(term);
    this.strict = new Strict(term, columns, rows);
    this.xterm = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.scratch = this.xterm.buffer.active.getNullCell();
  }

  async open(): Promise<void> {
    const write = (text: string, done?: () => void) => {
      this.take(text);
      process.nextTick(() => done?.());
      return true;
    };
    const output = Object.assign(new EventEmitter(), { isTTY: true, columns: this.columns, rows: this.rows, write });
    this.terminal = await openTerminal({
      input: this.input as unknown as ReadStream,
      output: output as unknown as WriteStream,
      env: { TERM: this.term, LANG: this.lang },
      onLost: () => undefined,
    });
    this.frame = new Frame(this.terminal);
    // After the frame's own: what is written next is the paint of these cells.
    this.terminal.onPaint(() => {
      this.isPainting = true;
    });
  }

  type(keys: string): void {
    this.input.emit('data', Buffer.from(keys));
  }

  close(): void {
    this.terminal.close();
    this.xterm.dispose();
  }

  private take(text: string): void {
    if (this.wrong) return;
    this.bytes += Buffer.byteLength(text);
    try {
      this.strict.feed(text);
      // Its parser is synchronous; only the public write is not.
      (this.xterm as unknown as { _core: { writeSync(data: string): void } })._core.writeSync(text);
      if (this.isPainting) this.compare();
      this.isPainting = false;
    } catch (error) {
      this.wrong = error as Error;
    }
  }

  private compare(): void {
    this.frames++;
    if (!this.strict.isTidy) throw new Error('a scroll region or a character set is left behind');
    const { lines } = this.terminal.screen as unknown as { lines: Cells };
    for (let y = 0; y < this.rows; y++)
      for (let x = 0; x < this.columns; x++) {
        const wanted = this.expected(lines, x, y);
        const xterm = this.fromXterm(x, y);
        const wrong = [this.strict.cell(x, y), ...(xterm ? [xterm] : [])].find((cell) => !looksLike(cell, wanted));
        if (wrong)
          throw new Error(
            `cell ${x},${y} ${wrong === xterm ? 'of xterm' : ''} is ${JSON.stringify(wrong)}, wanted ${JSON.stringify(wanted)}`,
          );
      }
  }

  /** What a person should see there: the character brought down to the look, its rendition worked out anew. */
  private expected(lines: Cells, x: number, y: number): StrictCell {
    const { look } = this.terminal;
    const [attr, character] = lines[y]?.[x] ?? [(0x1ff << 9) | 0x1ff, ' '];
    const glyph = glyphOf(character, look, this.terminfo.lineLetters);
    const before = glyphOf(lines[y]?.[x - 1]?.[1] ?? ' ', look, this.terminfo.lineLetters);
    // What a wide character would cover is empty where it is shown as one that is not.
    const isBlank = glyph.text === '' && !before.wide;
    const text = isBlank ? ' ' : glyph.line ? (drawn[glyph.text] ?? glyph.text) : glyph.text;
    const colour = (index: number) =>
      index === 0x1ff || look.colours === 0 ? -1 : look.colours === 256 ? index : reduce(index, 16);
    let [flags, foreground, background] = [attr >> 18, colour((attr >> 9) & 0x1ff), colour(attr & 0x1ff)];
    if (look.colours === 8 && foreground > 7) {
      foreground -= 8;
      flags |= 1;
    }
    if (look.colours === 8 && background > 7) background -= 8;
    const isColoured = foreground >= 0 || background >= 0;
    // no_color_video of the Linux console: no underline, and no dim, in colour.
    if (this.term === 'linux' && isColoured) flags &= ~2;
    return {
      text,
      bold: (flags & 1) > 0,
      underline: (flags & 2) > 0,
      inverse: (flags & 8) > 0,
      foreground,
      background,
    };
  }

  private fromXterm(x: number, y: number): StrictCell | undefined {
    const cell = this.xterm.buffer.active.getLine(y)?.getCell(x, this.scratch);
    if (!cell) throw new Error(`no cell ${x},${y}`);
    // It keeps no attributes of its own for a covered cell.
    if (cell.getWidth() === 0) return undefined;
    return {
      text: cell.getChars() || ' ',
      bold: cell.isBold() !== 0,
      underline: cell.isUnderline() !== 0,
      inverse: cell.isInverse() !== 0,
      foreground: cell.isFgDefault() ? -1 : cell.getFgColor(),
      background: cell.isBgDefault() ? -1 : cell.getBgColor(),
    };
  }
}

const drawn: Record<string, string> = {
  ...{ q: '─', x: '│', l: '┌', k: '┐', m: '└', j: '┘', t: '├', u: '┤', w: '┬', v: '┴', n: '┼' },
};

/** To an eye: a blank has no foreground. */
function looksLike(cell: StrictCell, wanted: StrictCell): boolean {
  if (cell.text !== wanted.text || cell.background !== wanted.background) return false;
  if (cell.underline !== wanted.underline || cell.inverse !== wanted.inverse) return false;
  if (wanted.text === ' ' && !wanted.underline && !wanted.inverse) return true;
  return cell.bold === wanted.bold && cell.foreground === wanted.foreground;
}

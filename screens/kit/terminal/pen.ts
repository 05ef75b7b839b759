/**
 * The terminal's cursor, attribute and character set as they stand, and the fewest bytes to where they are wanted.
 * Gathers what is to be sent; knows nothing of what is wanted.
 */
import { attribute, backgroundOf, bold, change, flagsOf, foregroundOf, own, plain } from './attribute.ts';
import type { Shift, Shown } from './shown.ts';
import type { Terminfo } from './terminfo.ts';

/** Cells over which writing them again may be shorter than any motion. */
const rewritten = 8;

export class Pen {
  /** Undefined: not known. */
  private x: number | undefined;
  private y: number | undefined;
  private attribute: number | undefined;
  private lines = false;
  private out: string[] = [];

  constructor(
    private readonly terminfo: Terminfo,
    private readonly columns: number,
    private readonly rows: number,
  ) {}

  /** As it stands, with nothing gathered yet. */
  copy(): Pen {
    const { x, y, attribute, lines } = this;
    return Object.assign(new Pen(this.terminfo, this.columns, this.rows), { x, y, attribute, lines });
  }

  /** Goes on as the copy does. */
  follow({ x, y, attribute, lines }: Pen, gathered: string): void {
    Object.assign(this, { x, y, attribute, lines });
    this.say(gathered);
  }

  /** What was gathered since the last time. */
  taken(): string {
    const text = this.out.join('');
    this.out = [];
    return text;
  }

  say(sequence: string | undefined): void {
    if (sequence) this.out.push(sequence);
  }

  /** Whatever it was before. */
  clear(fill: number): void {
    const { linesOff = '', plain: off = '', clear } = this.terminfo.string;
    this.out.push(off.includes(linesOff) ? off : linesOff + off);
    this.lines = false;
    this.attribute = plain;
    this.set(fill);
    this.say(clear);
    this.x = 0;
    this.y = 0;
  }

  /** Writes what goes into the cell under the cursor. `sure`: the cursor is one cell further afterwards. */
  write(text: string, sure: boolean): void {
    const isLine = text.charAt(0) === '\x0e';
    // A blank is a blank in either character set, but where that is a rendition.
    if (text !== ' ' || this.terminfo.string.linesOn === '\x1b[11m') this.setLines(isLine);
    this.out.push(isLine ? text.slice(1) : text);
    this.x = sure && this.x !== undefined && this.x + 1 < this.columns ? this.x + 1 : undefined;
  }

  setLines(on: boolean): void {
    if (on === this.lines) return;
    this.lines = on;
    this.say(on ? this.terminfo.string.linesOn : this.terminfo.string.linesOff);
  }

  // -------------------------------------------------------------- attribute

  set(wanted: number): void {
    if (wanted === this.attribute) return;
    // Where lines are a rendition (linesOn is an SGR sequence), a new one may end it.
    if (this.terminfo.string.linesOn?.endsWith('m')) this.setLines(false);
    if (this.terminfo.sgr.any) this.out.push(change(this.attribute, wanted));
    this.attribute = wanted;
  }

  /** A blank shows only its background: the rest may stay, or be what `next`, the text behind it, will want. */
  setForBlank(wanted: number, next?: number): void {
    if (wanted !== blankOf(wanted)) this.set(wanted);
    else if (this.keptFor(wanted) !== this.attribute) {
      const fits = next !== undefined && backgroundOf(next) === backgroundOf(wanted) && (flagsOf(next) & ~bold) === 0;
      this.set(fits ? next : this.keptFor(wanted));
    }
  }

  private keptFor(blank: number): number {
    if (this.attribute === undefined) return blank;
    return attribute(flagsOf(this.attribute) & bold, foregroundOf(this.attribute), backgroundOf(blank));
  }

  private shows(attr: number, text: string): boolean {
    return attr === this.attribute || (text === ' ' && attr === blankOf(attr) && this.keptFor(attr) === this.attribute);
  }

  // -------------------------------------------------------------- motion

  /** `shown`: what lies between may be written again. */
  moveTo(column: number, row: number, shown: Shown): void {
    if (this.x === column && this.y === row) return;
    const ways = [this.terminfo.move(column, row)];
    if (column === 0 && row === 0 && this.terminfo.string.home) ways.push(this.terminfo.string.home);
    if (this.x !== undefined && this.y !== undefined) {
      const across = row === this.y ? '' : this.vertical(row - this.y, row);
      if (across !== undefined) for (const along of this.horizontal(this.x, column)) ways.push(across + along);
      // A new line is a return as well, whatever the line's driver makes of it.
      if (row === this.y + 1) for (const along of this.fromMargin(column)) ways.push(`\r\n${along}`);
      if (row === this.y) this.rewriting(this.x, column, shown, ways);
    } else if (row === this.y && this.terminfo.column) ways.push(this.terminfo.column(column));
    this.out.push(ways.reduce((best, way) => (costOf(way) < costOf(best) ? way : best)));
    this.x = column;
    this.y = row;
  }

  private vertical(by: number, row: number): string | undefined {
    const { up, down, row: toRow } = this.terminfo;
    const step = by < 0 ? up?.(-by) : down?.(by);
    const jump = toRow?.(row);
    return step !== undefined && (jump === undefined || step.length <= jump.length) ? step : jump;
  }

  private horizontal(from: number, to: number): string[] {
    const { right, column } = this.terminfo;
    if (from === to) return [''];
    const ways = this.fromMargin(to).map((way) => `\r${way}`);
    if (column) ways.push(column(to));
    if (to < from && from - to <= 6) ways.push('\b'.repeat(from - to));
    if (to > from && right) ways.push(right(to - from));
    return ways;
  }

  private fromMargin(to: number): string[] {
    if (to === 0) return [''];
    return this.terminfo.right ? [this.terminfo.right(to)] : [];
  }

  /** Over a few cells, if they look as the pen does. */
  private rewriting(from: number, to: number, shown: Shown, ways: string[]): void {
    if (to <= from || to - from > rewritten || this.lines) return;
    let text = '';
    for (let at = (this.y ?? 0) * this.columns + from; text.length < to - from; at++) {
      const one = shown.text[at] as string;
      if (one.length !== 1 || one < ' ' || one > '~' || !this.shows(shown.attribute[at] as number, one)) return;
      text += one;
    }
    ways.push(text);
  }

  // -------------------------------------------------------------- rows

  /** Can rows be moved at all? */
  static canShift({ insertLines, deleteLines, scrolled, string }: Terminfo): boolean {
    return Boolean((insertLines && deleteLines) || (scrolled && string.scrollUp && string.scrollDown));
  }

  shift(shift: Shift, shown: Shown): void {
    // What comes free may take the colours of the pen.
    this.setForBlank(plain);
    const { insertLines, deleteLines } = this.terminfo;
    if (insertLines && deleteLines) this.replaceRows(shift, shown, insertLines, deleteLines);
    else this.scrollRows(shift, shown);
    shown.shift(shift);
  }

  private replaceRows(
    { top, bottom, by }: Shift,
    shown: Shown,
    insert: (rows: number) => string,
    remove: (rows: number) => string,
  ): void {
    const count = Math.abs(by);
    const free = bottom - count + 1;
    // From the first column, where those terminals that move the cursor to it leave it as well.
    this.moveTo(0, by > 0 ? free : top, shown);
    this.out.push(remove(count));
    if (by < 0 && bottom === this.rows - 1) return;
    this.moveTo(0, by > 0 ? top : free, shown);
    this.out.push(insert(count));
  }

  private scrollRows({ top, bottom, by }: Shift, shown: Shown): void {
    const { scrolled, string } = this.terminfo;
    this.say(scrolled?.(top, bottom));
    this.x = undefined;
    this.y = undefined;
    this.moveTo(0, by > 0 ? top : bottom, shown);
    for (let n = Math.abs(by); n > 0; n--) this.say(by > 0 ? string.scrollDown : string.scrollUp);
    this.say(scrolled?.(0, this.rows - 1));
    this.x = undefined;
    this.y = undefined;
  }
}

/** On the line: its driver sends a return before each new line, once more where there is one already. */
function costOf(way: string): number {
  return way.startsWith('\r\n') ? way.length + 1 : way.length;
}

/** The same background, nothing else. */
export function blankOf(attr: number): number {
  return attribute(0, own, backgroundOf(attr));
}

/**
 * Brings the terminal from what it shows to what the cells say, with the fewest bytes. Keeps a copy of what it shows.
 * Sends nothing itself: gives the bytes. Cells are blessed's: [attribute, character] by line.
 */
import { attribute, backgroundOf, bold, change, flagsOf, foregroundOf, own, plain } from './attribute.ts';
import { type Line, Picture } from './picture.ts';
import type { Terminfo } from './terminfo.ts';
import type { Look } from './types.ts';

export interface Spot {
  x: number;
  y: number;
}

export class Painter {
  private columns = 0;
  private rows = 0;
  /** Undefined: not known, to be painted whatever it is. */
  private shownText: string[] = [];
  private shownAttribute: number[] = [];
  private shownCursor: Spot | null | undefined;
  private known = false;

  /** State of the terminal's pen; undefined: not known. */
  private x: number | undefined;
  private y = 0;
  private pen: number | undefined;
  private lines = false;
  private out: string[] = [];

  private wanted: Picture;

  constructor(
    private readonly terminfo: Terminfo,
    look: Look,
  ) {
    this.wanted = new Picture(terminfo, look);
  }

  setLook(look: Look): void {
    this.wanted = new Picture(this.terminfo, look);
    this.forget();
  }

  /** The next frame clears the terminal and paints everything. */
  forget(): void {
    this.known = false;
  }

  /** What must be sent so that the terminal shows these lines, and the cursor there, or none. '' if it does already. */
  paint(lines: ArrayLike<Line>, columns: number, rows: number, cursor: Spot | null): string {
    this.out = [];
    if (columns !== this.columns || rows !== this.rows) {
      this.columns = columns;
      this.rows = rows;
      this.known = false;
    }
    this.wanted.take(lines, columns, rows);
    const before = this.shownCursor;
    if (!this.known) this.clear();
    for (let row = 0; row < rows; row++) this.paintRow(row);
    this.setLines(false);
    this.placeCursor(cursor);
    if (this.out.length === 0) return '';
    // Seen moving about, the cursor looks like an error.
    const { hideCursor, showCursor } = this.terminfo.string;
    if (before && cursor && hideCursor && showCursor && this.out.join('').length > 40)
      return hideCursor + this.out.join('') + showCursor;
    return this.out.join('');
  }

  private clear(): void {
    const { string } = this.terminfo;
    this.out.push(string.hideCursor ?? '', string.linesOff ?? '', string.plain ?? '');
    this.shownCursor = undefined;
    this.lines = false;
    this.pen = plain;
    const fill = this.commonBackground();
    this.setPen(fill, true);
    this.out.push(string.clear ?? '');
    this.x = 0;
    this.y = 0;
    const cells = this.columns * this.rows;
    this.shownText = new Array<string>(cells).fill(' ');
    this.shownAttribute = new Array<number>(cells).fill(fill);
    this.known = true;
  }

  /** Clearing with the background that most blanks have saves painting them, where clearing fills with it. */
  private commonBackground(): number {
    if (!this.terminfo.backColourErase) return plain;
    const counts = new Map<number, number>();
    for (let at = 0; at < this.columns * this.rows; at++)
      if (this.wanted.text[at] === ' ')
        counts.set(this.wanted.attribute[at] as number, (counts.get(this.wanted.attribute[at] as number) ?? 0) + 1);
    const [most] = [...counts].filter(([attr]) => attr === blankOf(attr)).sort((a, b) => b[1] - a[1]);
    return most ? most[0] : plain;
  }

  private differs(at: number): boolean {
    return this.wanted.text[at] !== this.shownText[at] || this.wanted.attribute[at] !== this.shownAttribute[at];
  }

  private paintRow(row: number): void {
    const start = row * this.columns;
    let end = start + this.columns;
    const rest = this.erasableRest(start, end);
    if (rest !== undefined) end = rest;
    for (let at = start; at < end; at++) {
      if (!this.differs(at) || this.wanted.text[at] === '') continue;
      const run = this.erasableRun(at, end);
      if (run > 0) {
        this.eraseRun(at, run);
        at += run - 1;
      } else this.put(at, row);
    }
    if (rest !== undefined) {
      this.moveTo(rest - start, row);
      this.setPen(this.wanted.attribute[rest] as number, true);
      this.out.push(this.terminfo.string.eraseLine ?? '');
      this.show(rest, start + this.columns);
    }
  }

  /** Where a tail of the line begins that erasing to its end paints with fewer bytes than blanks would. */
  private erasableRest(start: number, end: number): number | undefined {
    if (!this.terminfo.string.eraseLine) return undefined;
    const attr = this.wanted.attribute[end - 1] as number;
    if (!this.erasesWith(attr)) return undefined;
    let from = end;
    let differing = 0;
    while (from > start && this.wanted.text[from - 1] === ' ' && this.wanted.attribute[from - 1] === attr) {
      from--;
      if (this.differs(from)) differing++;
    }
    while (from < end && !this.differs(from)) from++;
    return differing > this.terminfo.string.eraseLine.length + 2 ? from : undefined;
  }

  /** How many blanks from here are better erased than written; 0 for none. */
  private erasableRun(at: number, end: number): number {
    const { erase, right } = this.terminfo;
    const attr = this.wanted.attribute[at] as number;
    if (!erase || !right || this.wanted.text[at] !== ' ' || !this.erasesWith(attr)) return 0;
    let to = at;
    while (to < end && this.wanted.text[to] === ' ' && this.wanted.attribute[to] === attr) to++;
    while (to > at && !this.differs(to - 1)) to--;
    const count = to - at;
    return count > erase(count).length + right(count).length ? count : 0;
  }

  /** Erasing leaves blanks in the pen's background, or, in terminals without back_color_erase, in the default one. */
  private erasesWith(attr: number): boolean {
    if (attr !== blankOf(attr)) return false;
    return this.terminfo.backColourErase || backgroundOf(attr) === own;
  }

  private eraseRun(at: number, count: number): void {
    const row = Math.floor(at / this.columns);
    this.moveTo(at - row * this.columns, row);
    this.setPen(this.wanted.attribute[at] as number, true);
    this.out.push(this.terminfo.erase?.(count) ?? '');
    this.show(at, at + count);
  }

  private put(at: number, row: number): void {
    const column = at - row * this.columns;
    this.moveTo(column, row);
    this.setPen(this.wanted.attribute[at] as number, this.wanted.text[at] === ' ');
    this.write(at);
    const covers = column + 1 < this.columns && this.wanted.text[at + 1] === '' ? 2 : 1;
    if (covers === 2) this.show(at + 1, at + 2);
    const sure = covers === 1 && this.wanted.sure[at] === true && column + 1 < this.columns;
    this.x = sure ? column + 1 : undefined;
  }

  private write(at: number): void {
    const text = this.wanted.text[at] as string;
    const line = text.charAt(0) === '\x0e';
    if (text !== ' ' || this.terminfo.string.linesOn === '\x1b[11m') this.setLines(line);
    // A blank is a blank in either character set.
    this.out.push(line ? text.slice(1) : text);
    this.show(at, at + 1);
  }

  private show(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      this.shownText[at] = this.wanted.text[at] as string;
      this.shownAttribute[at] = this.wanted.attribute[at] as number;
    }
  }

  private setLines(on: boolean): void {
    if (on === this.lines) return;
    this.lines = on;
    this.out.push((on ? this.terminfo.string.linesOn : this.terminfo.string.linesOff) ?? '');
  }

  private setPen(wanted: number, forBlank: boolean): void {
    const attr = forBlank && wanted === blankOf(wanted) ? this.penForBlank(wanted) : wanted;
    if (attr === this.pen) return;
    // Where lines are a rendition (linesOn is an SGR sequence), a new one may end it.
    if (this.terminfo.string.linesOn?.endsWith('m')) this.setLines(false);
    if (this.terminfo.sgr.any) this.out.push(change(this.pen, attr));
    this.pen = attr;
  }

  /** A blank shows only its background: the rest of the pen may stay for the text that follows. */
  private penForBlank(attr: number): number {
    if (this.pen === undefined) return attr;
    return attribute(flagsOf(this.pen) & bold, foregroundOf(this.pen), backgroundOf(attr));
  }

  private penShows(at: number): boolean {
    const attr = this.shownAttribute[at] as number;
    return (
      attr === this.pen || (this.shownText[at] === ' ' && attr === blankOf(attr) && this.penForBlank(attr) === this.pen)
    );
  }

  private moveTo(column: number, row: number): void {
    if (this.x === column && this.y === row) return;
    const ways = [this.terminfo.move(column, row)];
    if (row === this.y && this.x !== undefined) {
      const ahead = column - this.x;
      if (ahead < 0 && -ahead <= 4) ways.push('\b'.repeat(-ahead));
      if (ahead > 0 && this.terminfo.right) ways.push(this.terminfo.right(ahead).replace('[1C', '[C'));
      if (ahead > 0 && ahead <= 8) this.rewriting(row, column, ways);
    }
    if (column === 0 && this.x !== undefined) {
      if (row === this.y) ways.push('\r');
      else if (row === this.y + 1) ways.push('\r\n');
    }
    if (row === this.y && this.terminfo.column) ways.push(this.terminfo.column(column));
    this.out.push(ways.reduce((best, way) => (way.length < best.length ? way : best)));
    this.x = column;
    this.y = row;
  }

  /** Over a few cells, writing them again is shorter than any motion, if they look as the pen does. */
  private rewriting(row: number, column: number, ways: string[]): void {
    let text = '';
    for (let at = row * this.columns + (this.x ?? 0); at < row * this.columns + column; at++) {
      const shown = this.shownText[at] as string;
      if (shown.length !== 1 || shown < ' ' || shown > '~' || this.lines) return;
      if (!this.penShows(at)) return;
      text += shown;
    }
    ways.push(text);
  }

  private placeCursor(cursor: Spot | null): void {
    const { hideCursor, showCursor } = this.terminfo.string;
    const inside =
      cursor && cursor.x >= 0 && cursor.y >= 0 && cursor.x < this.columns && cursor.y < this.rows ? cursor : null;
    if (inside) this.moveTo(inside.x, inside.y);
    if (Boolean(inside) !== Boolean(this.shownCursor) || this.shownCursor === undefined) {
      const sequence = inside ? showCursor : hideCursor;
      // Just cleared, it is hidden already.
      if (sequence && (inside || this.shownCursor !== undefined)) this.out.push(sequence);
    }
    this.shownCursor = inside ? { ...inside } : null;
  }
}

/** The same background, nothing else. */
function blankOf(attr: number): number {
  return attribute(0, own, backgroundOf(attr));
}

/**
 * Brings the terminal from what it shows to what the cells say, with the fewest bytes. Keeps a copy of what it shows.
 * Sends nothing itself: gives the bytes. Cells are blessed's: [attribute, character] by line.
 */
import { plain } from './attribute.ts';
import { blankOf, Pen } from './pen.ts';
import { type Line, Picture } from './picture.ts';
import { Row } from './row.ts';
import { shiftTo } from './shift.ts';
import { Shown } from './shown.ts';
import type { Terminfo } from './terminfo.ts';
import type { Look } from './types.ts';

export interface Spot {
  x: number;
  y: number;
}

/** Bytes of a frame over which the cursor is not seen moving about: it would look like an error. */
const unseen = 300;

export class Painter {
  private columns = 0;
  private rows = 0;
  /** Not there: not known, all of it to be painted. */
  private now: { shown: Shown; pen: Pen } | undefined;
  /** Undefined: not known. */
  private shownCursor: Spot | null | undefined;
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
    this.now = undefined;
  }

  /** What must be sent so that the terminal shows these lines, and the cursor there, or none. '' if it does already. */
  paint(lines: ArrayLike<Line>, columns: number, rows: number, cursor: Spot | null): string {
    if (columns !== this.columns || rows !== this.rows) this.forget();
    Object.assign(this, { columns, rows });
    this.wanted.take(lines, columns, rows);
    const inside = cursor && cursor.x >= 0 && cursor.y >= 0 && cursor.x < columns && cursor.y < rows ? cursor : null;
    const bytes = this.now ? this.change(this.now, inside) : this.anew(inside);
    this.shownCursor = inside && { ...inside };
    return bytes;
  }

  private anew(cursor: Spot | null): string {
    const { hideCursor = '', showCursor = '' } = this.terminfo.string;
    const fill = this.commonBackground();
    const shown = Shown.blank(this.columns, this.rows, fill);
    const pen = new Pen(this.terminfo, this.columns, this.rows);
    this.now = { shown, pen };
    pen.clear(fill);
    return hideCursor + this.painted(this.now, cursor) + (cursor ? showCursor : '');
  }

  private change(now: { shown: Shown; pen: Pen }, cursor: Spot | null): string {
    const shift = Pen.canShift(this.terminfo) ? shiftTo(this.wanted, now.shown, this.rows) : undefined;
    const shifted = shift && { shown: now.shown.copy(), pen: now.pen.copy() };
    let bytes = this.painted(now, cursor);
    if (shifted) {
      shifted.pen.shift(shift, shifted.shown);
      const other = this.painted(shifted, cursor);
      if (other.length < bytes.length) {
        bytes = other;
        this.now = shifted;
      }
    }
    const { hideCursor = '', showCursor = '' } = this.terminfo.string;
    if (!this.shownCursor) return bytes + (cursor ? showCursor : '');
    if (!cursor) return hideCursor + bytes;
    return hideCursor && showCursor && bytes.length > unseen ? hideCursor + bytes + showCursor : bytes;
  }

  private painted({ shown, pen }: { shown: Shown; pen: Pen }, cursor: Spot | null): string {
    for (let y = 0; y < this.rows; y++) new Row(this.terminfo, this.wanted, shown, y).paint(pen);
    pen.setLines(false);
    if (cursor) pen.moveTo(cursor.x, cursor.y, shown);
    return pen.taken();
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
}

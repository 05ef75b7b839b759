/** A rectangle of the screen to write text on. The only way from text to cells: all of it is made harmless and clipped here. */
import { harmless } from '../../src/values/harmless.ts';
import { clipped } from '../../src/values/width.ts';
import { type Cell, cells } from './cells.ts';
import type { Role } from './theme.ts';

/** A piece of a line with a look of its own. */
export interface Segment {
  text: string;
  role: Role;
}

/** A line to show: plain text, or pieces. */
export type Line = string | readonly Segment[];

/** blessed's buffer: rows of [attribute, character]. */
export type Buffer = { [x: number]: Cell | undefined; length: number; dirty?: boolean }[];

export interface Place {
  x: number;
  y: number;
}

export interface Page {
  buffer: Buffer;
  attributes: Record<Role, number>;
  /** Where the cursor is to stand after the paint. */
  cursor?: Place | undefined;
}

export class Canvas {
  constructor(
    private readonly page: Page,
    private readonly left: number,
    private readonly top: number,
    readonly width: number,
    readonly height: number,
    /** Rows of the screen that may be written: a part that is scrolled half out of sight is larger. */
    private readonly seen = { from: top, to: top + height },
  ) {}

  /** A part of this one, which may stick out above and below: what lies outside is cut off. */
  part(x: number, y: number, width: number, height: number): Canvas {
    const columns = Math.max(0, Math.min(width, this.width - x));
    const top = this.top + y;
    const seen = { from: Math.max(this.seen.from, top), to: Math.min(this.seen.to, top + height) };
    return new Canvas(this.page, this.left + x, top, columns, Math.max(0, height), seen);
  }

  /** Where it lies on the screen, for what paints the cells itself. */
  get place(): { left: number; top: number; width: number; height: number } {
    return { left: this.left, top: this.top, width: this.width, height: this.height };
  }

  /** Writes a line at x, y, at most `width` columns of it. Gives the columns used. */
  line(x: number, y: number, line: Line, role: Role = 'text', width = this.width - x): number {
    if (typeof line === 'string') return this.text(x, y, line, role, width);
    let used = 0;
    for (const part of line) used += this.text(x + used, y, part.text, part.role, width - used);
    return used;
  }

  /** Lines one below the other, from row y on. */
  lines(y: number, lines: readonly Line[], role: Role = 'text'): void {
    for (const [at, line] of lines.entries()) this.line(0, y + at, line, role);
  }

  text(x: number, y: number, text: string, role: Role = 'text', width = this.width - x): number {
    if (!this.sees(y)) return 0;
    const room = Math.min(width, this.width - x);
    const attribute = this.page.attributes[role];
    let used = 0;
    // Longer than the row can never be seen, and cleaning 90,000 characters a paint would be felt.
    for (const { character, columns } of cells(harmless(text.slice(0, room * 8)))) {
      if (used + columns > room) break;
      this.put(x + used, y, attribute, character);
      if (columns === 2) this.put(x + used + 1, y, attribute, '');
      used += columns;
    }
    return used;
  }

  fill(role: Role, character = ' '): void {
    const attribute = this.page.attributes[role];
    for (let y = 0; y < this.height; y++) for (let x = 0; x < this.width; x++) this.put(x, y, attribute, character);
  }

  /** A frame around the whole canvas, with a title set into its upper line. */
  frame(title: string): void {
    const { width, height } = this;
    if (width < 2 || height < 2) return;
    const bar = '─'.repeat(width - 2);
    this.text(0, 0, `┌${bar}┐`, 'frame');
    for (let y = 1; y < height - 1; y++) {
      this.text(0, y, '│', 'frame');
      this.text(width - 1, y, '│', 'frame');
    }
    this.text(0, height - 1, `└${bar}┘`, 'frame');
    const room = width - 7;
    if (title && room > 0) {
      const used = this.text(3, 0, clipped(harmless(title), room), 'title');
      this.text(2, 0, ' ', 'frame');
      this.text(3 + used, 0, ' ', 'frame');
    }
  }

  /** Sets the terminal's cursor here after the paint. */
  cursor(x: number, y: number): void {
    if (x >= 0 && x < this.width && this.sees(y)) this.page.cursor = { x: this.left + x, y: this.top + y };
  }

  private sees(y: number): boolean {
    return this.top + y >= this.seen.from && this.top + y < this.seen.to;
  }

  private put(x: number, y: number, attribute: number, character: string): void {
    if (x < 0 || x >= this.width || !this.sees(y)) return;
    const row = this.page.buffer[this.top + y];
    const cell = row?.[this.left + x];
    if (!row || !cell || (cell[0] === attribute && cell[1] === character)) return;
    cell[0] = attribute;
    cell[1] = character;
    row.dirty = true;
  }
}

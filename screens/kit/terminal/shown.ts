/** What the terminal shows, cell by cell, as far as it is known. Pure. */
import { plain } from './attribute.ts';
import type { Picture } from './picture.ts';

/** Rows whose content moves down by so many rows, or up where negative; both ends included. */
export interface Shift {
  top: number;
  bottom: number;
  by: number;
}

export class Shown {
  private constructor(
    readonly columns: number,
    readonly text: string[],
    readonly attribute: number[],
  ) {}

  /** All of it cleared. */
  static blank(columns: number, rows: number, attribute: number): Shown {
    const cells = columns * rows;
    return new Shown(columns, new Array<string>(cells).fill(' '), new Array<number>(cells).fill(attribute));
  }

  copy(): Shown {
    return new Shown(this.columns, this.text.slice(), this.attribute.slice());
  }

  /** So many cells from there on, to be put back. */
  cells(from: number, count: number): { text: string[]; attribute: number[] } {
    return { text: this.text.slice(from, from + count), attribute: this.attribute.slice(from, from + count) };
  }

  put(from: number, { text, attribute }: { text: readonly string[]; attribute: readonly number[] }): void {
    for (const [n, one] of text.entries()) {
      this.text[from + n] = one;
      this.attribute[from + n] = attribute[n] as number;
    }
  }

  erase(from: number, to: number, attribute: number): void {
    this.text.fill(' ', from, to);
    this.attribute.fill(attribute, from, to);
  }

  differs(wanted: Picture, at: number): boolean {
    return wanted.text[at] !== this.text[at] || wanted.attribute[at] !== this.attribute[at];
  }

  take(wanted: Picture, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      this.text[at] = wanted.text[at] as string;
      this.attribute[at] = wanted.attribute[at] as number;
    }
  }

  /** The rows that come free are blank. */
  shift({ top, bottom, by }: Shift): void {
    const [from, to] = [top * this.columns, (bottom + 1) * this.columns];
    const cells = Math.abs(by) * this.columns;
    const free = by > 0 ? from : to - cells;
    if (by > 0) {
      this.text.copyWithin(from + cells, from, to - cells);
      this.attribute.copyWithin(from + cells, from, to - cells);
    } else {
      this.text.copyWithin(from, from + cells, to);
      this.attribute.copyWithin(from, from + cells, to);
    }
    this.erase(free, free + cells, plain);
  }
}

/** Where the lines of a log stand on the screen: which is at the top, how many rows each takes, what is seen. No painting. */
import type { LogEntry } from '../../src/appliance.ts';
import { columns as columnsOf, cut } from '../../src/values/width.ts';
import type { Direction } from './log-window.ts';
import type { Role } from './theme.ts';

export interface LogLook {
  /** As it is shown: harmless, one line. */
  text: string;
  role: Role;
}

/** What the layout has to know of the lines that are held. */
export interface Held {
  readonly first: number;
  readonly last: number;
  at(number: number): LogEntry | undefined;
  isLast(direction: Direction, number: number): boolean;
}

/** One row of the screen: a part of a line, in characters. */
export interface LogRow extends LogLook {
  number: number;
  from: number;
  to: number;
}

export class LogLayout {
  /** Number of the line at the top, and which of its rows. */
  top = 0;
  row = 0;
  newestFirst = true;
  wraps = false;
  width = 80;
  height = 20;
  private readonly looks = new WeakMap<LogEntry, LogLook>();

  constructor(
    private readonly held: Held,
    private readonly look: (entry: LogEntry) => LogLook,
  ) {}

  /** What is added to a number for the line below. */
  get step(): 1 | -1 {
    return this.newestFirst ? -1 : 1;
  }

  /** Where the lines below lie in the log. */
  get below(): Direction {
    return this.newestFirst ? 'older' : 'newer';
  }

  get above(): Direction {
    return this.newestFirst ? 'newer' : 'older';
  }

  /** Rows from the top on, as many as there is room for. */
  rows(): LogRow[] {
    const rows: LogRow[] = [];
    let number = this.top;
    let skip = this.row;
    while (rows.length < this.height) {
      const entry = this.held.at(number);
      if (!entry) break;
      const look = this.lookOf(entry);
      rows.push(
        ...this.parts(look.text)
          .slice(skip)
          .map(([from, to]) => ({ ...look, number, from, to })),
      );
      number += this.step;
      skip = 0;
    }
    return rows.slice(0, this.height);
  }

  /** Moves so many rows, downwards where positive, and no further than there are lines. */
  move(rows: number): void {
    for (let n = 0; n < Math.abs(rows); n++) if (!(rows > 0 ? this.down() : this.up())) break;
    this.settle();
  }

  toBegin(): void {
    this.top = this.newestFirst ? this.held.last : this.held.first;
    this.row = 0;
  }

  toEnd(): void {
    this.top = this.newestFirst ? this.held.first : this.held.last;
    this.row = 0;
    this.settle();
  }

  /** Brings the line into sight, where it is not, with some lines above it. */
  reveal(number: number): void {
    if (this.rows().some((row) => row.number === number)) return;
    this.top = number;
    this.row = 0;
    this.move(-Math.floor(this.height / 3));
  }

  /** Lines that are held below what is seen. */
  get heldBelow(): number {
    const bottom = this.rows().at(-1)?.number ?? this.top;
    return Math.max(0, this.newestFirst ? bottom - this.held.first : this.held.last - bottom);
  }

  get heldAbove(): number {
    return Math.max(0, this.newestFirst ? this.held.last - this.top : this.top - this.held.first);
  }

  /** Is the last line of the log in that direction in sight? */
  get seesEnd(): boolean {
    const bottom = this.rows().at(-1);
    if (!bottom) return true;
    return bottom.to === bottom.text.length && this.held.isLast(this.below, bottom.number);
  }

  /** After lines came or went, or the size changed: never beyond the last page, never on a line that is gone. */
  settle(): void {
    this.top = Math.max(this.held.first, Math.min(this.top, this.held.last));
    let number = this.newestFirst ? this.held.first : this.held.last;
    let room = this.height;
    for (let entry = this.held.at(number); entry; entry = this.held.at(number)) {
      const count = this.parts(this.lookOf(entry).text).length;
      if (count >= room) {
        this.holdAt(number, count - room);
        return;
      }
      room -= count;
      number -= this.step;
    }
    // All of it has room.
    this.holdAt(number + this.step, 0);
  }

  private holdAt(number: number, row: number): void {
    const beyond = (this.top - number) * this.step;
    if (beyond > 0 || (beyond === 0 && this.row > row)) {
      this.top = number;
      this.row = row;
    }
  }

  private down(): boolean {
    const entry = this.held.at(this.top);
    if (entry && this.row + 1 < this.parts(this.lookOf(entry).text).length) this.row += 1;
    else if (this.held.at(this.top + this.step)) {
      this.top += this.step;
      this.row = 0;
    } else return false;
    return true;
  }

  private up(): boolean {
    if (this.row > 0) {
      this.row -= 1;
      return true;
    }
    const entry = this.held.at(this.top - this.step);
    if (!entry) return false;
    this.top -= this.step;
    this.row = this.parts(this.lookOf(entry).text).length - 1;
    return true;
  }

  private lookOf(entry: LogEntry): LogLook {
    let look = this.looks.get(entry);
    if (!look) {
      look = this.look(entry);
      this.looks.set(entry, look);
    }
    return look;
  }

  /** Which characters stand in which row. */
  private parts(text: string): [from: number, to: number][] {
    if (!this.wraps || text.length <= this.width / 2) return [[0, text.length]];
    const parts: [number, number][] = [];
    let from = 0;
    while (from < text.length) {
      const part = cut(text.slice(from, from + this.width * 4), this.width);
      const to = from + Math.max(1, part.length);
      parts.push([from, to]);
      from = to;
    }
    return parts.length ? parts : [[0, 0]];
  }
}

/** The first character that stands wholly from that column on, and the blank columns before it (0 or 1). */
export function characterAt(text: string, column: number): { from: number; blank: number } {
  const before = cut(text, column);
  const used = columnsOf(before);
  if (used >= column || before.length === text.length) return { from: before.length, blank: 0 };
  return { from: before.length + String.fromCodePoint(text.codePointAt(before.length) ?? 32).length, blank: 1 };
}

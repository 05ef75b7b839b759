/**
 * The size of terminals whose line does not know it (window size 0x0, as on serial lines): asked of the terminal itself.
 * Sends by what it is given, and hears the answer from input.ts.
 */
import type { Terminfo } from './terminfo.ts';

export interface Size {
  columns: number;
  rows: number;
}

/** What a terminal has when nobody knows. */
export const usual: Size = { columns: 80, rows: 24 };

/** More than any screen; a report beyond it is noise on the line. */
const most = 1000;

/** The size that the line knows, or undefined. */
export function knownSize(output: { columns?: number; rows?: number }): Size | undefined {
  const { columns, rows } = output;
  return columns && rows && columns > 0 && rows > 0 ? { columns, rows } : undefined;
}

export class SizeAsker {
  private answered: ((size: Size) => void) | undefined;

  constructor(private readonly write: (bytes: string) => void) {}

  /** To be called with each position that the terminal reports, counted from 1. */
  readonly onPosition = (column: number, row: number): void => {
    if (column >= 2 && row >= 2 && column <= most && row <= most) this.answered?.({ columns: column, rows: row });
  };

  /** The terminal's answer, or undefined when none came within the limit (milliseconds). */
  ask(terminfo: Pick<Terminfo, 'move'>, limit = 500): Promise<Size | undefined> {
    if (!terminfo.move(0, 0).startsWith('\x1b[')) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const done = (size: Size | undefined) => {
        clearTimeout(timer);
        this.answered = undefined;
        resolve(size);
      };
      const timer = setTimeout(() => done(undefined), limit);
      this.answered = done;
      // Save cursor, whole screen as scroll region, as far right and down as it goes, report, restore cursor.
      this.write('\x1b7\x1b[r\x1b[999;999H\x1b[6n\x1b8');
    });
  }
}

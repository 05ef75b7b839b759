/**
 * The cells as they shall look on this terminal in this look: characters as sent, attributes as shown. Pure but for a
 * look-up table; knows nothing of what the terminal shows now.
 */
import { plain, reduce } from './attribute.ts';
import { type Glyph, glyphOf, space } from './glyph.ts';
import type { Terminfo } from './terminfo.ts';
import type { Look } from './types.ts';

/** blessed's cells: attribute, character. */
export type Line = ArrayLike<{ readonly 0: number; readonly 1: string }>;

/** Most characters remembered: hostile text must not fill the memory. */
const most = 5000;

export class Picture {
  /** By cell, row after row. '' where a wide character covers it; a line letter comes after \x0e. */
  readonly text: string[] = [];
  /** Reduced: equal ones look equal. */
  readonly attribute: number[] = [];
  /** The cursor is surely one cell further after it. */
  readonly sure: boolean[] = [];
  private readonly glyphs = new Map<string, Glyph>();

  constructor(
    private readonly terminfo: Terminfo,
    private readonly look: Look,
  ) {}

  take(lines: ArrayLike<Line>, columns: number, rows: number): void {
    let at = 0;
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? [];
      for (let column = 0; column < columns; column++, at++) {
        const glyph = this.glyph(line, column, columns);
        this.text[at] = glyph.line ? `\x0e${glyph.text}` : glyph.text;
        this.sure[at] = glyph.sure;
        const isBlank = glyph.text === ' ' && !glyph.line;
        this.attribute[at] = reduce(line[column]?.[0] ?? plain, isBlank, this.look, this.terminfo);
      }
    }
    // Writing there would scroll the whole screen.
    if (this.terminfo.wrapsAtOnce && at > 0) {
      this.text[at - 1] = ' ';
      this.attribute[at - 1] = plain;
    }
  }

  /** The glyph of a cell among its neighbours: half a wide character is shown as a blank. */
  private glyph(line: Line, column: number, columns: number): Glyph {
    const glyph = this.lookUp(line[column]?.[1] ?? ' ');
    if (glyph.text === '') return column > 0 && this.lookUp(line[column - 1]?.[1] ?? ' ').wide ? glyph : space;
    if (glyph.wide && (column + 1 >= columns || this.lookUp(line[column + 1]?.[1] ?? ' ').text !== '')) return space;
    return glyph;
  }

  private lookUp(character: string): Glyph {
    let glyph = this.glyphs.get(character);
    if (!glyph) {
      glyph = glyphOf(character, this.look, this.terminfo.lineLetters);
      if (this.glyphs.size >= most) this.glyphs.clear();
      this.glyphs.set(character, glyph);
    }
    return glyph;
  }
}

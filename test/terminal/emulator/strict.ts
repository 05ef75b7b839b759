/**
 * A terminal that knows only what its terminfo entry promises, and throws at anything else: at sequences that it has not,
 * and where real terminals do not agree what would come of it.
 */
import { eastAsianWidth } from 'get-east-asian-width';
import { type Understood, understoodBy } from './database.ts';

export interface StrictCell {
  text: string;
  bold: boolean;
  underline: boolean;
  inverse: boolean;
  /** Palette index; -1 is the terminal's own. */
  foreground: number;
  background: number;
}
type Rendition = Omit<StrictCell, 'text'>;

const off: Rendition = { bold: false, underline: false, inverse: false, foreground: -1, background: -1 };
const blank: StrictCell = { text: ' ', ...off };

export class Strict {
  cursorVisible = true;
  private readonly understood: Understood;
  private cells: StrictCell[][];
  /** Undefined where terminals do not agree. */
  private x: number | undefined = 0;
  private y: number | undefined = 0;
  /** The last column was written: the next character would go to the next row, or not. */
  private isFull = false;
  private region: [top: number, bottom: number];
  private inLines = false;
  private rendition = off;

  constructor(
    readonly term: string,
    readonly columns: number,
    readonly rows: number,
  ) {
    this.understood = understoodBy(term);
    this.cells = Array.from({ length: rows }, () => this.row());
    this.region = [0, rows - 1];
  }

  cell(x: number, y: number): StrictCell {
    return this.cells[y]?.[x] as StrictCell;
  }

  get cursor(): { x: number | undefined; y: number | undefined } {
    return { x: this.x, y: this.y };
  }

  /** No scroll region and no character set is left switched on. */
  get isTidy(): boolean {
    return this.region[0] === 0 && this.region[1] === this.rows - 1 && !this.inLines;
  }

  feed(text: string): void {
    for (let at = 0; at < text.length; ) at += this.take(text, at);
  }

  private take(text: string, at: number): number {
    for (const { name, pattern } of this.understood.sequences) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (!match) continue;
      this.act(name, match.slice(1).map(Number));
      return match[0].length;
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    const [sgr = '', parameters = ''] = /^\x1b\[([\d;]*)m/.exec(text.slice(at, at + 64)) ?? [];
    if (sgr) {
      this.render(parameters);
      return sgr.length;
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const [paste = ''] = /^\x1b\[\?2004[hl]/.exec(text.slice(at, at + 8)) ?? [];
    if (paste && /^(xterm|screen|tmux)/.test(this.term)) return paste.length;
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    // The line's driver makes a return and a line feed of it.
    if (character === '\n') this.act('nel', []);
    else if (character < ' ' || character === '\x7f')
      throw this.refused(`knows no ${JSON.stringify(text.slice(at, at + 12))}`);
    else if (/^\p{M}$/u.test(character)) this.mark(character);
    else this.write(character);
    return character.length;
  }

  private refused(why: string): Error {
    return new Error(`${this.term} ${why}, at ${this.x},${this.y}`);
  }

  // -------------------------------------------------------------- text

  private write(character: string): void {
    const [x, y] = this.place();
    if (this.isFull) throw this.refused('would wrap');
    const code = character.codePointAt(0) as number;
    const width = eastAsianWidth(code);
    if (x + width > this.columns) throw this.refused('has no room for a wide character');
    const text = this.inLines ? (this.understood.lines.get(character) ?? character) : character;
    this.put(x, y, { text, ...this.rendition });
    if (width === 2) this.put(x + 1, y, { text: '', ...this.rendition });
    if (x + width >= this.columns) this.isFull = true;
    else this.x = isSure(code) ? x + width : undefined;
    this.last = [x, y];
  }

  private last: [x: number, y: number] | undefined;

  private mark(character: string): void {
    const cell = this.last && this.cells[this.last[1]]?.[this.last[0]];
    if (!cell) throw this.refused('has nothing for a mark to stand on');
    cell.text += character;
    this.x = undefined;
    this.isFull = false;
  }

  private put(x: number, y: number, cell: StrictCell): void {
    const row = this.cells[y] as StrictCell[];
    // Half of a wide character is none.
    if (row[x]?.text === '' && x > 0) row[x - 1] = { ...(row[x - 1] as StrictCell), text: ' ' };
    if (row[x + 1]?.text === '') row[x + 1] = { ...(row[x + 1] as StrictCell), text: ' ' };
    row[x] = cell;
  }

  private place(): [number, number] {
    if (this.x === undefined || this.y === undefined) throw this.refused('may have its cursor anywhere');
    return [this.x, this.y];
  }

  // -------------------------------------------------------------- renditions

  private render(parameters: string): void {
    for (const parameter of parameters.split(/(?<!(?:^|;)[34]8|(?:^|;)[34]8;5);/)) {
      if (!this.understood.isRendition(parameter)) throw this.refused(`knows no rendition ${parameter}`);
      this.rendition = { ...this.rendition, ...renditionOf(parameter) };
    }
  }

  // -------------------------------------------------------------- sequences

  private act(name: string, [first = 1, second = 1]: number[]): void {
    const action = this.actions[name];
    if (!action) throw new Error(`nobody wrote down what ${name} does`);
    action(first, second);
  }

  private readonly actions: Record<string, (first: number, second: number) => void> = {
    cup: (row, column) => this.goTo(column - 1, row - 1),
    home: () => this.goTo(0, 0),
    hpa: (column) => this.goTo(column - 1, this.y),
    vpa: (row) => this.move(0, row - 1 - (this.place()[1] ?? 0)),
    cr: () => this.goTo(0, this.y),
    nel: () => {
      this.goTo(0, this.y);
      this.feedLine();
    },
    cub1: () => this.move(-1, 0),
    cub: (count) => this.move(-count, 0),
    cuf1: () => this.move(1, 0),
    cuf: (count) => this.move(count, 0),
    cuu1: () => this.move(0, -1),
    cuu: (count) => this.move(0, -count),
    cud: (count) => this.move(0, count),
    clear: () => {
      this.goTo(0, 0);
      this.erase(0, 0, this.columns, this.rows);
    },
    ed: () => {
      const [x, y] = this.place();
      this.erase(x, y, this.columns, 1);
      this.erase(0, y + 1, this.columns, this.rows);
    },
    el: () => {
      const [x, y] = this.place();
      this.erase(x, y, this.columns, 1);
    },
    el1: () => {
      const [x, y] = this.place();
      this.erase(0, y, x + 1, 1);
    },
    ech: (count) => {
      const [x, y] = this.place();
      this.erase(x, y, count, 1);
    },
    il: (count) => this.shift(this.edge(), this.region[1], count),
    il1: () => this.shift(this.edge(), this.region[1], 1),
    dl: (count) => this.shift(this.edge(), this.region[1], -count),
    dl1: () => this.shift(this.edge(), this.region[1], -1),
    csr: (top, bottom) => {
      if (top >= bottom || bottom > this.rows) throw this.refused(`has no rows ${top} to ${bottom} to scroll`);
      this.region = [top - 1, bottom - 1];
      this.x = undefined;
      this.y = undefined;
    },
    ind: () => this.feedLine(),
    ri: () => {
      const [, y] = this.place();
      if (y === this.region[0]) this.shift(y, this.region[1], 1);
      else this.move(0, -1);
    },
    civis: () => {
      this.cursorVisible = false;
    },
    cnorm: () => {
      this.cursorVisible = true;
    },
    smcup: () => undefined,
    rmcup: () => undefined,
    enacs: () => undefined,
    smacs: () => {
      this.inLines = true;
    },
    rmacs: () => {
      this.inLines = false;
    },
    sgr0: () => {
      this.rendition = off;
      this.inLines = false;
    },
  };

  private goTo(x: number, y: number | undefined): void {
    if (x < 0 || x >= this.columns || (y !== undefined && (y < 0 || y >= this.rows)))
      throw this.refused(`has no cell ${x},${y}`);
    this.x = x;
    this.y = y;
    this.isFull = false;
    this.last = undefined;
  }

  private move(right: number, down: number): void {
    if (this.isFull) throw this.refused('stands behind its last column, or in it');
    const [x, y] = this.place();
    this.goTo(x + right, y + down);
  }

  private feedLine(): void {
    const y = this.y;
    if (y === undefined) throw this.refused('may have its cursor anywhere');
    if (y === this.region[1]) this.shift(this.region[0], y, -1);
    else this.y = y + 1;
  }

  /** The row of the cursor, which has to stand at its beginning: others leave it where it was, or move it there. */
  private edge(): number {
    const [x, y] = this.place();
    if (x !== 0) throw this.refused('inserts and deletes rows elsewhere than at their beginning');
    if (y < this.region[0] || y > this.region[1]) throw this.refused('inserts and deletes rows outside of its region');
    return y;
  }

  private row(): StrictCell[] {
    return Array.from({ length: this.columns }, () => ({ ...blank }));
  }

  /** What comes free has the ground of the pen, or not, by terminal. */
  private ground(): StrictCell {
    const { background, inverse, underline } = this.rendition;
    if (inverse || underline) throw this.refused('erases while inverse or underlined');
    if (background >= 0 && !this.understood.backColourErase) throw this.refused('erases on a coloured ground');
    return { ...blank, background };
  }

  private erase(left: number, top: number, width: number, height: number): void {
    const ground = this.ground();
    for (let y = top; y < Math.min(this.rows, top + height); y++)
      for (let x = left; x < Math.min(this.columns, left + width); x++) this.put(x, y, { ...ground });
  }

  /** Rows of that part of the screen go down, or up where negative. */
  private shift(top: number, bottom: number, by: number): void {
    const ground = this.ground();
    const rows = this.cells.slice(top, bottom + 1);
    const fresh = Array.from({ length: Math.min(rows.length, Math.abs(by)) }, () =>
      this.row().map(() => ({ ...ground })),
    );
    const moved =
      by > 0 ? [...fresh, ...rows.slice(0, rows.length - fresh.length)] : [...rows.slice(fresh.length), ...fresh];
    this.cells.splice(top, rows.length, ...moved);
  }
}

/** After these every terminal has its cursor one cell further. */
function isSure(code: number): boolean {
  return (
    code < 0x250 ||
    (code >= 0x2500 && code < 0x25a0) ||
    (code >= 0x2800 && code < 0x2900) ||
    '–—‘’“”†‡•…←↑→↓'.includes(String.fromCodePoint(code))
  );
}

function renditionOf(parameter: string): Partial<Rendition> {
  const code = Number(parameter);
  const [, ground, index] = /^([34])8;5;(\d+)$/.exec(parameter) ?? [];
  if (index) return ground === '3' ? { foreground: Number(index) } : { background: Number(index) };
  if (code === 0) return off;
  if (code === 1) return { bold: true };
  if (code === 4) return { underline: true };
  if (code === 7) return { inverse: true };
  if (code === 39) return { foreground: -1 };
  if (code === 49) return { background: -1 };
  if (code < 40) return { foreground: code - 30 };
  if (code < 50) return { background: code - 40 };
  return code < 100 ? { foreground: code - 82 } : { background: code - 92 };
}

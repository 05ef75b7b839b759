/** Rows and columns: live, sortable, with the selection kept on its row; what the row means is the screen's business. */
import { type Problem, problemOf } from '../../src/errors.ts';
import { harmless } from '../../src/values/harmless.ts';
import { clipped, columns as columnsOf, wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas, Line } from './canvas.ts';
import { back, confirm, type KeyHint, navigate } from './keys.ts';
import type { Live } from './live.ts';
import { type MessageOptions, paragraphs } from './message.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import type { Key } from './terminal/types.ts';
import type { Role } from './theme.ts';
import { sentence } from './told.ts';

export interface Column<R> {
  /** In capitals, as the guide has them: "IMAGE ID". */
  title: string;
  text(row: R): string;
  role?(row: R): Role;
  /** Order of two rows; default: by text. */
  order?(a: R, b: R): number;
  right?: boolean;
  /** The last to be cut: 0. Columns with the highest number go first where there is no room. */
  spare?: number;
  /** Half of it says nothing: left out rather than cut. Only with `spare`. */
  whole?: true;
}

export interface TableOptions<R> {
  title: string;
  columns: readonly Column<R>[];
  rows: readonly R[] | Live<readonly R[]>;
  /** What makes a row the same row when the list is read anew. */
  id(row: R): string;
  empty: string;
  /** Said above the rows. */
  text?: MessageOptions['text'];
  /** Enter on a row; runs with the table still there, below. 'close' closes it afterwards. */
  choose?(row: R): Promise<unknown>;
  /** Default "OK". */
  ok?: string;
  /** Choosing means all of the rows, whichever is selected. */
  ofAll?: true;
  /** Said under the rows of the one selected; one line. */
  detail?(row: R): string;
  /** Space holds the rows as they are. */
  pause?: boolean;
}

export class Table<R> extends Piece<void> {
  private rows: readonly R[] | undefined;
  /** Typed before there were rows to mean by it. */
  private readonly early: Key[] = [];
  private problem: Problem | undefined;
  private at = 0;
  /** The column it is sorted by; undefined: as they came. */
  private sortedBy: number | undefined;
  private backwards = false;
  private paused = false;
  private readonly buttons: Buttons;
  private readonly scroll = new Scroll();

  constructor(private readonly options: TableOptions<R>) {
    super(options.title);
    this.buttons = new Buttons(() => (this.canChoose ? [options.ok ?? t`OK`, t`Back`] : [t`Back`]));
  }

  /** Is there a row to choose, or may there be one? */
  private get canChoose(): boolean {
    return this.options.choose !== undefined && !this.problem && this.rows?.length !== 0;
  }

  protected override opened(): void {
    const { rows } = this.options;
    if (typeof rows !== 'function') this.take(rows);
    else
      rows((news) => this.take(news), this.signal).catch((error) => {
        if (!this.signal.aborted) this.fail(problemOf(error));
      });
  }

  override awaits(): boolean {
    return !this.rows && !this.problem;
  }

  private fail(problem: Problem): void {
    this.problem = problem;
    this.stage.invalidate();
  }

  /** New rows; the selection stays on the row it was on. */
  private take(rows: readonly R[]): void {
    if (this.paused) return;
    const selected = this.selected;
    this.rows = this.sorted(rows);
    this.problem = undefined;
    this.select(selected);
    this.stage.invalidate();
    this.stage.type(this.early.splice(0));
  }

  private select(row: R | undefined): void {
    const { id } = this.options;
    const at = row === undefined ? -1 : (this.rows ?? []).findIndex((other) => id(other) === id(row));
    this.at = at >= 0 ? at : Math.max(0, Math.min(this.at, (this.rows?.length ?? 0) - 1));
  }

  private get selected(): R | undefined {
    return this.rows?.[this.at];
  }

  private sorted(rows: readonly R[]): readonly R[] {
    const column = this.sortedBy === undefined ? undefined : this.options.columns[this.sortedBy];
    if (!column) return rows;
    const order =
      column.order ?? ((a: R, b: R) => column.text(a).localeCompare(column.text(b), 'en', { numeric: true }));
    const sign = this.backwards ? -1 : 1;
    return [...rows].sort((a, b) => sign * order(a, b));
  }

  // -------------------------------------------------------------- keys

  keys(): readonly KeyHint[] {
    if (!this.rows?.length) return [confirm, back];
    return [
      navigate,
      ...(this.options.choose ? [confirm] : []),
      ...(this.options.pause ? [{ key: 'SPACE', does: this.paused ? t`go on` : t`pause` }] : []),
      { key: 's', does: t`sort` },
      { key: 'r', does: t`reverse` },
      back,
      { key: 'PgUp/PgDn', does: t`page` },
      { key: 'Home/End', does: t`go to the first or last` },
    ];
  }

  key(key: Key): void {
    const moved = this.moved(key);
    if (!this.rows && !this.problem && key.name !== 'escape') this.early.push(key);
    else if (moved !== undefined) this.at = Math.max(0, Math.min(moved, (this.rows?.length ?? 1) - 1));
    else if (key.name === 'escape') this.end();
    else if (key.name === 'enter') this.confirm();
    else if (key.name === 'space' && this.options.pause) this.paused = !this.paused;
    else if (key.name === 's') this.sort();
    else if (key.name === 'r') this.reverse();
    else if (key.name === 'tab') this.buttons.key({ name: 'right' });
    else if (key.name === 'backtab') this.buttons.key({ name: 'left' });
    else this.buttons.key(key);
  }

  private moved({ name }: Key): number | undefined {
    if (name === 'up') return this.at - 1;
    if (name === 'down') return this.at + 1;
    if (name === 'pageup') return this.at - this.scroll.page;
    if (name === 'pagedown') return this.at + this.scroll.page;
    if (name === 'home') return 0;
    if (name === 'end') return Number.MAX_SAFE_INTEGER;
    return undefined;
  }

  private confirm(): void {
    if (!this.canChoose || this.buttons.focused === t`Back`) this.end();
    else if (this.selected !== undefined) void this.choose(this.selected);
  }

  private async choose(row: R): Promise<void> {
    if ((await this.options.choose?.(row)) === 'close') this.end();
  }

  private sort(): void {
    const next = this.sortedBy === undefined ? 0 : this.sortedBy + 1;
    this.sortedBy = next < this.options.columns.length ? next : 0;
    this.backwards = false;
    this.resort();
  }

  private reverse(): void {
    this.sortedBy ??= 0;
    this.backwards = !this.backwards;
    this.resort();
  }

  private resort(): void {
    const selected = this.selected;
    this.rows = this.sorted(this.rows ?? []);
    this.select(selected);
  }

  // -------------------------------------------------------------- painting

  /** The columns that fit, each with its width. */
  private layout(room: number): { column: Column<R>; index: number; width: number }[] {
    const all = this.options.columns.map((column, index) => {
      const widest = Math.max(0, ...(this.rows ?? []).map((row) => columnsOf(column.text(row).slice(0, room))));
      // A sign of the order stands behind the title.
      return { column, index, width: Math.min(room, Math.max(widest, column.title.length + 2)) };
    });
    const total = () => all.reduce((sum, { width }) => sum + width + 2, -2);
    const cuttable = [...all].sort((a, b) => (b.column.spare ?? 0) - (a.column.spare ?? 0));
    for (const one of cuttable) {
      const over = total() - room;
      if (over <= 0) break;
      const least = one.column.title.length + 2;
      if (one.width - over >= least && !one.column.whole) one.width -= over;
      else if (one.column.spare) all.splice(all.indexOf(one), 1);
      else one.width = Math.max(least, one.width - over);
    }
    return all;
  }

  /** What stands above the rows, an empty line after it; never more than half of the room. */
  private above(room: Size): Line[] {
    if (!this.options.text?.length) return [];
    return [...paragraphs(this.options.text, room.width), ''].slice(0, Math.floor(room.height / 2));
  }

  size(room: Size): Size {
    const wanted = this.layout(room.width).reduce((sum, { width }) => sum + width + 2, 0);
    const width = Math.min(room.width, Math.max(56, wanted));
    const rows = Math.max(3, this.rows?.length ?? 3) + this.above({ ...room, width }).length;
    return { width, height: Math.min(room.height, rows + 3 + (this.options.detail ? 1 : 0)) };
  }

  paint(canvas: Canvas): void {
    this.buttons.focus = Math.min(this.buttons.focus, this.buttons.labels.length - 1);
    this.buttons.paint(canvas, canvas.height - 1, true, this.scroll.columns);
    if (this.paused) canvas.text(0, canvas.height - 1, t`paused`, 'warn');
    const above = this.above(canvas);
    canvas.lines(0, above);
    const detailRows = this.options.detail ? 1 : 0;
    const spare = canvas.height > 8 ? 1 : 0;
    const rows = canvas.part(0, above.length, canvas.width, canvas.height - above.length - 1 - spare - detailRows);
    const selected = this.selected;
    if (this.problem || !this.rows || selected === undefined) this.paintInstead(rows);
    else {
      this.paintRows(rows, rows.part(0, 1, rows.width, Math.max(1, rows.height - 1)), this.rows);
      if (this.options.detail) canvas.text(0, canvas.height - 2 - spare, this.options.detail(selected), 'dim');
      this.scroll.paint(canvas, canvas.height - 1);
    }
  }

  private paintRows(canvas: Canvas, body: Canvas, rows: readonly R[]): void {
    const columns = this.layout(canvas.width);
    this.paintTitles(canvas, columns);
    this.scroll.fit(rows.length, body.height);
    this.scroll.reveal(this.at);
    rows.slice(this.scroll.top, this.scroll.top + body.height).forEach((row, y) => {
      this.paintRow(body.part(0, y, body.width, 1), row, columns);
    });
  }

  private paintInstead(body: Canvas): void {
    const text = this.problem ? sentence(this.problem) : this.rows ? this.options.empty : t`Reading...`;
    body.lines(0, wrap(text, body.width), this.problem ? 'bad' : 'text');
  }

  private paintTitles(canvas: Canvas, columns: ReturnType<Table<R>['layout']>): void {
    let x = 0;
    for (const { column, index, width } of columns) {
      const sign = index === this.sortedBy ? (this.backwards ? ' v' : ' ^') : '';
      const title = column.title + sign;
      canvas.text(column.right ? x + width - title.length : x, 0, title, 'strong', width);
      x += width + 2;
    }
  }

  private paintRow(canvas: Canvas, row: R, columns: ReturnType<Table<R>['layout']>): void {
    const selected = row === this.selected;
    if (selected) {
      // No more than the first column: the others keep their colours, and a slow line has less to carry.
      canvas.part(0, 0, columns[0]?.width ?? 0, 1).fill('selected');
      canvas.cursor(0, 0);
    }
    let x = 0;
    for (const [at, { column, width }] of columns.entries()) {
      // Longer than this can never be seen.
      const text = clipped(harmless(column.text(row).slice(0, width * 8)), width);
      const role = selected && at === 0 ? 'selected' : (column.role?.(row) ?? 'text');
      canvas.text(column.right ? x + width - columnsOf(text) : x, 0, text, role, width);
      x += width + 2;
    }
  }
}

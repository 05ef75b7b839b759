/** Lines to read: scrolling both ways, search, following what is added. Holds the newest lines only. */
import { problemOf } from '../../src/errors.ts';
import { harmless } from '../../src/values/harmless.ts';
import { columns as columnsOf } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { cells } from './cells.ts';
import { back, type KeyHint } from './keys.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import { type Found, Search } from './search.ts';
import type { Key } from './terminal/types.ts';
import type { Role } from './theme.ts';
import { sentence } from './told.ts';

/** Lines kept; those before are forgotten, and the pager says so. */
const most = 5000;
/** Characters of a line that are kept. */
const longest = 4096;
/** Columns that one press of left or right moves. */
const sideways = 16;

export interface PagerLine {
  text: string;
  role?: Role;
}

export interface PagerOptions {
  title: string;
  lines?: readonly PagerLine[];
  /** Adds lines until it ends or is stopped. */
  feed?(add: (...lines: PagerLine[]) => void, signal: AbortSignal): Promise<void>;
  /** Esc first stops the feed and leaves what is there to read; "stop the ping". Without it Esc leaves. */
  stop?: string;
}

export class Pager extends Piece<void> {
  private readonly lines: PagerLine[] = [];
  private forgotten = 0;
  private sideways = 0;
  /** Columns that were seen last. */
  private width = 80;
  private following = true;
  private running = false;
  private readonly stopFeed = new AbortController();
  private readonly buttons = new Buttons([t`EXIT`]);
  private readonly scroll = new Scroll();
  private readonly search = new Search();

  constructor(private readonly options: PagerOptions) {
    super(options.title);
    this.add(options.lines ?? []);
    this.following = options.feed !== undefined;
  }

  protected override opened(): void {
    const { feed } = this.options;
    if (!feed) return;
    this.running = true;
    const signal = AbortSignal.any([this.signal, this.stopFeed.signal]);
    feed((...lines) => this.add(lines), signal)
      .catch((error) => {
        const problem = problemOf(error);
        if (problem.code !== 'aborted') this.add([{ text: sentence(problem), role: 'bad' }]);
      })
      .finally(() => {
        this.running = false;
        this.stage.invalidate();
      });
  }

  private add(lines: readonly PagerLine[]): void {
    for (const line of lines) this.lines.push({ ...line, text: harmless(line.text, { most: longest }) });
    const over = this.lines.length - most;
    if (over > 0) {
      this.lines.splice(0, over);
      this.forgotten += over;
      this.scroll.top = Math.max(0, this.scroll.top - over);
    }
    this.stage?.invalidate();
  }

  // -------------------------------------------------------------- keys

  /** "?" searches backward, as in every pager. */
  override readonly helpKey = 'h';

  override typing(): boolean {
    return this.search.asking;
  }

  keys(): readonly KeyHint[] {
    if (this.search.asking)
      return [
        { key: 'ENTER', does: t`search` },
        { key: 'ESC', does: t`give up` },
      ];
    const stop = this.running && this.options.stop ? [{ key: 'ESC', does: this.options.stop }] : [{ ...back }];
    return [
      { key: 'arrows', does: t`navigate` },
      ...stop,
      { key: '/', does: t`search` },
      { key: '?', does: t`search backward` },
      { key: 'n/N', does: t`find next or previous` },
      { key: 'g/G', does: t`go to the beginning or end` },
      { key: 'PgUp/PgDn', does: t`page` },
    ];
  }

  key(key: Key): void {
    if (this.search.asking) this.found(this.search.key(key, this.lines, this.scroll.top));
    else if (key.name === 'escape' || key.name === 'enter') this.leave();
    else if (key.name === '/') this.search.ask('forward');
    else if (key.name === '?') this.search.ask('backward');
    else if (key.name === 'n') this.found(this.search.again(this.lines, 1));
    else if (key.name === 'N') this.found(this.search.again(this.lines, -1));
    else if (key.name === 'left') this.sideways = Math.max(0, this.sideways - sideways);
    else if (key.name === 'right') this.sideways += this.sideways < longest ? sideways : 0;
    else this.scrolled(key);
  }

  private leave(): void {
    // A feed that does not end on being stopped holds nobody: the second Esc leaves.
    if (this.running && this.options.stop && !this.stopFeed.signal.aborted) this.stopFeed.abort();
    else this.end();
  }

  private scrolled(key: Key): void {
    const name = key.name === 'g' ? 'home' : key.name === 'G' ? 'end' : key.name;
    this.scroll.key({ name });
    this.following = this.options.feed !== undefined && !this.scroll.below;
  }

  private found(found: Found | undefined): void {
    if (!found) return;
    this.following = false;
    this.scroll.reveal(found.line);
    if (found.column < this.sideways || found.column >= this.sideways + this.width)
      this.sideways = Math.max(0, found.column - 8);
  }

  // -------------------------------------------------------------- painting

  size(room: Size): Size {
    return { width: room.width, height: room.height };
  }

  paint(canvas: Canvas): void {
    this.width = canvas.width;
    const body = canvas.part(0, 0, canvas.width, canvas.height - 2);
    this.scroll.fit(this.lines.length, body.height);
    if (this.following) this.scroll.to(this.lines.length);
    this.lines.slice(this.scroll.top, this.scroll.top + body.height).forEach((line, y) => {
      this.paintLine(body.part(0, y, body.width, 1), line);
    });
    this.paintFoot(canvas.part(0, canvas.height - 2, canvas.width, 1));
    this.buttons.paint(canvas, canvas.height - 1, !this.search.asking);
  }

  private paintLine(canvas: Canvas, { text, role = 'text' }: PagerLine): void {
    canvas.text(0, 0, shifted(text, this.sideways), role);
    let x = -this.sideways;
    let until = 0;
    for (const { from, to } of this.search.matches(text)) {
      // In columns, as it may be wide, and never twice the same: a long line can match thousands of times.
      x += columnsOf(text.slice(until, from));
      until = from;
      if (x >= canvas.width) break;
      const hidden = Math.max(0, -x);
      canvas.text(x + hidden, 0, shifted(text.slice(from, to), hidden), 'match');
    }
  }

  private paintFoot(canvas: Canvas): void {
    if (this.search.asking) this.search.paint(canvas);
    else this.paintPlace(canvas);
  }

  private paintPlace(canvas: Canvas): void {
    canvas.text(0, 0, this.search.said, 'warn');
    const seen = Math.min(this.lines.length, this.scroll.top + this.scroll.page);
    const place = `${this.sideways ? `${t`column ${this.sideways + 1}`}  ` : ''}${this.forgotten + seen}/${this.forgotten + this.lines.length}`;
    canvas.text(canvas.width - place.length, 0, place, 'dim');
  }
}

/** The text from that column on; a wide character cut in two leaves a blank. */
function shifted(text: string, columns: number): string {
  if (columns === 0) return text;
  let used = 0;
  let shown = '';
  for (const cell of cells(text)) {
    if (used >= columns) shown += cell.character;
    else if (used + cell.columns > columns) shown += ' ';
    used += cell.columns;
  }
  return shown;
}

/**
 * A log of any length to read: both orders, search, following, limits. Lines come by pages from a supply. Keys and
 * painting; what is held is log-window.ts's, where it stands log-layout.ts's.
 */
import type { LogEntry, LogPlace } from '../../src/appliance.ts';
import { columns as columnsOf, wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas, Segment } from './canvas.ts';
import { back, type KeyHint } from './keys.ts';
import { LogFollow } from './log-follow.ts';
import { characterAt, LogLayout, type LogLook, type LogRow } from './log-layout.ts';
import { LogSearch } from './log-search.ts';
import { type LogSupply, LogWindow } from './log-window.ts';
import type { Match } from './matching.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';
import { sentence } from './told.ts';

/** Columns that one press of left or right moves, and how far. */
const sideways = 16;
const furthest = 16_000;
/** Lines beyond what is seen that are read ahead. */
const ahead = 150;

export interface OpenLog {
  title: string;
  supply: LogSupply;
  look(entry: LogEntry): LogLook;
  /** What it is limited to: "warnings and worse of docker". */
  limits?: string;
  /** A place that was saved in this log before, and where to save one. */
  saved?: { get(): LogEntry | undefined; set(entry: LogEntry): void };
}

export interface LogViewOptions {
  log: OpenLog;
  newestFirst?: boolean;
  /** Asks what it shall be limited to; undefined: as it is. */
  limit?(): Promise<OpenLog | undefined>;
}

interface Opened {
  log: OpenLog;
  window: LogWindow;
  layout: LogLayout;
}

export class LogView extends Piece<void> {
  private readonly search = new LogSearch(this.signal, () => this.stage.invalidate());
  private open_: Opened;
  private shift = 0;
  private isBare = false;
  /** Said in the foot until the next key. */
  private said: Segment | undefined;
  private readonly following = new LogFollow(this.signal, () => this.stage.invalidate());
  private readonly buttons = new Buttons([t`EXIT`]);

  constructor(private readonly options: LogViewOptions) {
    super(options.log.title);
    this.open_ = this.opening(options.log, options.newestFirst ?? true, false);
  }

  private opening(log: OpenLog, newestFirst: boolean, wraps: boolean): Opened {
    const window = new LogWindow(log.supply, this.signal, () => this.came());
    const layout = new LogLayout(window, log.look);
    return { log, window, layout: Object.assign(layout, { newestFirst, wraps }) };
  }

  override bare(): boolean {
    return this.isBare;
  }

  protected override opened(): void {
    void this.begin();
  }

  override awaits(): boolean {
    const { window } = this.open_;
    return window.isEmpty && window.isReading && !window.problem;
  }

  private async begin(end: 'newest' | 'oldest' = this.open_.layout.newestFirst ? 'newest' : 'oldest'): Promise<void> {
    const { window, layout } = this.open_;
    await window.begin(end);
    if ((end === 'newest') === layout.newestFirst) layout.toBegin();
    else layout.toEnd();
    this.came();
  }

  /** Lines came, or did not. */
  private came(): void {
    this.open_.layout.settle();
    this.stage.invalidate();
  }

  private readAhead(): void {
    const { window, layout } = this.open_;
    if (window.isEmpty || window.problem) return;
    if (layout.heldBelow < ahead) void window.want(layout.below);
    if (layout.heldAbove < ahead) void window.want(layout.above);
  }

  // -------------------------------------------------------------- keys

  /** "?" searches backward, as in every pager. */
  override readonly helpKey = 'h';

  override typing(): boolean {
    return this.search.isAsking;
  }

  keys(): readonly KeyHint[] {
    if (this.search.isAsking)
      return [
        { key: 'ENTER', does: t`search` },
        { key: 'ESC', does: t`give up` },
      ];
    if (this.isBare) return [{ key: 'c', does: t`see the frame again` }, back];
    return [
      { key: 'arrows', does: t`navigate` },
      this.search.isFinding ? { key: 'ESC', does: t`stop the search` } : back,
      { key: '/', does: t`search` },
      { key: '?', does: t`search backward` },
      { key: 'n/N', does: t`find next or previous` },
      { key: 'f', does: this.following.isOn ? t`stop following` : t`follow` },
      ...(this.options.limit ? [{ key: 'l', does: t`limit` }] : []),
      { key: 'o', does: this.open_.layout.newestFirst ? t`see the oldest first` : t`see the newest first` },
      { key: 'w', does: this.open_.layout.wraps ? t`cut long lines` : t`wrap long lines` },
      { key: 'g/G', does: t`go to the beginning or end` },
      { key: 'PgUp/PgDn', does: t`page` },
      { key: "m/'", does: t`save a position, go back to it` },
      { key: 'c', does: t`see the text alone, to copy it` },
    ];
  }

  private readonly commands: Record<string, () => void> = {
    '/': () => this.search.ask(1),
    '?': () => this.search.ask(-1),
    n: () => void this.find(1),
    N: () => void this.find(-1),
    f: () => (this.following.isOn ? this.following.stop() : void this.follow()),
    l: () => void this.limit(),
    o: () => this.turn(),
    w: () => this.wrapped(),
    g: () => this.far('begin'),
    home: () => this.far('begin'),
    G: () => this.far('end'),
    end: () => this.far('end'),
    m: () => this.save(),
    "'": () => void this.restore(),
    c: () => this.strip(),
    r: () => void this.begin(),
    up: () => this.move(-1),
    down: () => this.move(1),
    pageup: () => this.move(-this.open_.layout.height),
    pagedown: () => this.move(this.open_.layout.height),
    space: () => this.move(this.open_.layout.height),
    left: () => this.slide(-sideways),
    right: () => this.slide(sideways),
    escape: () => this.leave(),
    enter: () => this.end(),
  };

  key(key: Key): void {
    if (this.search.isAsking) {
      if (this.search.key(key)) void this.find(1);
      return;
    }
    this.said = undefined;
    const name = key.name in this.commands ? key.name : (key.text ?? '');
    if (Object.hasOwn(this.commands, name)) this.commands[name]?.();
  }

  private leave(): void {
    if (this.search.stop()) return;
    if (this.isBare) this.strip();
    else this.end();
  }

  private move(rows: number): void {
    // Whoever reads further up does not want to be carried away.
    const before = this.open_.layout.top;
    this.open_.layout.move(rows);
    if (this.open_.layout.top !== before) this.following.stop();
  }

  private slide(columns: number): void {
    if (!this.open_.layout.wraps) this.shift = Math.max(0, Math.min(furthest, this.shift + columns));
  }

  private far(where: 'begin' | 'end'): void {
    const { layout } = this.open_;
    this.following.stop();
    const isNewest = (where === 'begin') === layout.newestFirst;
    void this.begin(isNewest ? 'newest' : 'oldest');
  }

  private turn(): void {
    const { layout } = this.open_;
    this.following.stop();
    layout.newestFirst = !layout.newestFirst;
    void this.begin();
  }

  private wrapped(): void {
    const { layout } = this.open_;
    layout.wraps = !layout.wraps;
    layout.row = 0;
    this.shift = 0;
    layout.settle();
  }

  private strip(): void {
    this.isBare = !this.isBare;
  }

  // -------------------------------------------------------------- search

  private async find(again: 1 | -1): Promise<void> {
    if (!this.search.isSet) {
      this.said = { text: t`Search first: / or ?`, role: 'warn' };
      return;
    }
    this.following.stop();
    const { log, layout, window } = this.open_;
    const sense = this.search.senseOf(again);
    const found = await this.search.find(log.supply, this.origin(sense), sense === 1 ? layout.below : layout.above);
    if (!found || this.open_.window !== window) return;
    await this.show(found);
    this.bring(found);
  }

  /** Where a search begins: at the line that was found last, or so that the line at the top is searched, too. */
  private origin(sense: 1 | -1): LogPlace {
    const { window, layout } = this.open_;
    const { found } = this.search;
    const number = found && window.find(found.place);
    const isSeen = number !== undefined && layout.rows().some((row) => row.number === number);
    if (found && isSeen) return found.place;
    const before = window.at(layout.top - (sense === 1 ? layout.step : -layout.step));
    const far = (sense === 1) === layout.newestFirst ? 'newest' : 'oldest';
    return (sense === 1 ? before?.place : window.at(layout.top)?.place) ?? far;
  }

  private async show(entry: LogEntry): Promise<void> {
    const { window, layout } = this.open_;
    const number = window.find(entry.place) ?? (await window.around(entry));
    layout.reveal(number);
    this.came();
  }

  /** Slides sideways to the match. */
  private bring(entry: LogEntry): void {
    const { log, layout } = this.open_;
    if (layout.wraps) return;
    const { text } = log.look(entry);
    const match = this.search.matches([text])[0]?.[0];
    if (!match) return;
    const column = columnsOf(text.slice(0, match[0]));
    // The beginning of the lines is worth most: no further to the right than it takes.
    if (column + columnsOf(text.slice(...match)) <= layout.width) this.shift = 0;
    else if (column < this.shift || column >= this.shift + layout.width) this.shift = Math.max(0, column - 8);
  }

  // -------------------------------------------------------------- follow

  private async follow(): Promise<void> {
    this.search.said = undefined;
    await this.following.begin(async () => {
      await this.begin('newest');
      const { log, window, layout } = this.open_;
      return {
        supply: log.supply,
        newest: () => window.at(window.last)?.place ?? 'newest',
        take: (lines) => {
          window.append(lines);
          if (layout.newestFirst) layout.toBegin();
          else layout.toEnd();
        },
      };
    });
  }

  // -------------------------------------------------------------- position and limits

  private save(): void {
    const { window, layout, log } = this.open_;
    const entry = window.at(layout.top);
    if (!entry || !log.saved) return;
    log.saved.set(entry);
    this.said = { text: t`Position saved: ' goes back to it.`, role: 'good' };
  }

  private async restore(): Promise<void> {
    const entry = this.open_.log.saved?.get();
    if (!entry) {
      this.said = { text: t`No position was saved in this log: m saves one.`, role: 'warn' };
      return;
    }
    this.following.stop();
    const { window, layout } = this.open_;
    layout.top = window.find(entry.place) ?? (await window.around(entry));
    layout.row = 0;
    this.came();
  }

  private async limit(): Promise<void> {
    const log = await this.options.limit?.();
    if (!log) return;
    this.following.stop();
    this.search.leave();
    const { newestFirst, wraps } = this.open_.layout;
    this.open_ = this.opening(log, newestFirst, wraps);
    this.title = log.title;
    this.shift = 0;
    await this.begin();
  }

  // -------------------------------------------------------------- painting

  size(room: Size): Size {
    return { width: room.width, height: room.height };
  }

  paint(canvas: Canvas): void {
    const feet = this.isBare ? 1 : 2;
    const body = canvas.part(0, 0, canvas.width, canvas.height - feet);
    this.paintBody(body);
    this.paintFoot(canvas.part(0, canvas.height - feet, canvas.width, 1));
    if (!this.isBare) this.buttons.paint(canvas, canvas.height - 1, !this.search.isAsking);
    this.readAhead();
  }

  private paintBody(canvas: Canvas): void {
    const { window, layout } = this.open_;
    if (layout.width !== canvas.width || layout.height !== canvas.height) {
      Object.assign(layout, { width: canvas.width, height: canvas.height });
      layout.settle();
    }
    const rows = layout.rows();
    if (rows.length === 0) this.paintInstead(canvas);
    const matches = this.search.matches(rows.map(({ text }) => text));
    const found = this.search.found && window.find(this.search.found.place);
    rows.forEach((row, y) => {
      this.paintRow(canvas.part(0, y, canvas.width, 1), row, matches[y] ?? [], row.number === found);
    });
  }

  private paintInstead(canvas: Canvas): void {
    const { window, log } = this.open_;
    if (window.problem) canvas.lines(0, wrap(sentence(window.problem), canvas.width), 'bad');
    else if (window.isReading) canvas.text(0, 0, t`Reading...`);
    else canvas.text(0, 0, log.limits ? t`No line is there of: ${log.limits}` : t`No lines.`, 'dim');
  }

  private paintRow(canvas: Canvas, row: LogRow, matches: readonly Match[], isFound: boolean): void {
    const { from, blank } = this.open_.layout.wraps ? { from: row.from, blank: 0 } : characterAt(row.text, this.shift);
    canvas.text(blank, 0, row.text.slice(from, row.to), isFound ? 'strong' : row.role);
    for (const [begin, end] of matches) {
      const first = Math.max(begin, from);
      if (end <= from || first >= row.to) continue;
      const x = blank + columnsOf(row.text.slice(from, first));
      if (x >= canvas.width) break;
      canvas.text(x, 0, row.text.slice(first, Math.min(end, row.to)), 'match');
    }
  }

  private paintFoot(canvas: Canvas): void {
    if (this.search.isAsking) this.search.paint(canvas);
    else this.paintPlace(canvas);
  }

  private paintPlace(canvas: Canvas): void {
    const place = this.place();
    canvas.text(Math.max(0, canvas.width - place.length), 0, place, 'dim');
    const { problem, isEmpty } = this.open_.window;
    const failed: Segment | undefined = problem && !isEmpty ? { text: sentence(problem), role: 'bad' } : undefined;
    const limits = this.open_.log.limits;
    const said = this.said ?? failed ?? this.search.said ?? this.following.said;
    const shown = said?.text ? said : limits ? ({ text: t`only: ${limits}`, role: 'warn' } as const) : undefined;
    if (shown) canvas.text(0, 0, shown.text, shown.role, Math.max(0, canvas.width - place.length - 2));
  }

  /** "column 17  43 %": where in the log this is. */
  private place(): string {
    const { window, layout } = this.open_;
    const column = this.shift ? `${t`column ${this.shift + 1}`}  ` : '';
    if (window.isEmpty) return column;
    const top = window.isLast(layout.above, layout.top) && layout.row === 0;
    const words = { older: t`oldest line`, newer: t`newest line` };
    if (layout.seesEnd) return `${column}${top ? t`all of it` : words[layout.below]}`;
    if (top) return `${column}${words[layout.above]}`;
    const share = window.share(layout.top);
    return share === undefined ? column : `${column}${Math.floor(share * 100)} %`;
  }
}

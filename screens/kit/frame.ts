/**
 * The whole screen: title bar, the open pieces, a notice, the status line. Keys go to the topmost piece.
 * Knows nothing of what the pieces show.
 */
import type { Problem } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { type Buffer, Canvas, type Page } from './canvas.ts';
import { Help } from './help.ts';
import { everywhere, useLine } from './keys.ts';
import type { Piece, Size, Stage } from './piece.ts';
import { fitted, type StatusPart } from './status-line.ts';
import type { Key, Terminal } from './terminal/types.ts';
import { attributes } from './theme.ts';
import { explain, sentence } from './told.ts';

/** Below this a sentence says so instead of the pieces. */
const smallest: Size = { width: 40, height: 12 };
/** Columns that the keys of most pieces take, with their distance from what stands left. */
const keysLeast = 48;
/** Milliseconds that what was on the screen before stays for want of something new (SPEC, Look). */
const patience = 100;
/** Keys that open and close. */
const leading = new Set(['enter', 'escape', 'ctrl-c', 'ctrl-d']);

export class Frame implements Stage {
  vendor = '';
  /** Shown beside the vendor and meant to be seen, from short to long: "LAB", "LAB (healthy)". */
  mark: readonly string[] = [];
  /** When a key was pressed last, in milliseconds since 1970. */
  lastKey = Date.now();
  private statusLine: readonly StatusPart[] = [];
  private problem: Problem | undefined;
  private readonly pieces: Piece<unknown>[] = [];
  /** Keys that came when nobody could take them: before the first piece, or after one ended and before the next. */
  private readonly ahead: Key[] = [];
  /** A key may just have opened or closed something: what comes with it waits until that is done. */
  private settling = false;
  /** Something is loaded that will open: keys are for that. */
  private loading = 0;
  private readonly page: Page;
  /** What is awaited, and until when the screen stays as it is for it. */
  private awaited: { piece: Piece<unknown>; late: NodeJS.Timeout; isLate: boolean } | undefined;

  constructor(readonly terminal: Terminal) {
    this.page = { buffer: bufferOf(terminal), attributes: attributes(terminal.look) };
    terminal.onPaint(() => this.paint());
    terminal.onKey((key) => {
      this.lastKey = Date.now();
      this.key(key);
    });
    terminal.onResize(() => this.invalidate());
  }

  /** Painted at once is a page without anything on it, and then one with: twice as much for an eye and for a slow line. */
  invalidate(): void {
    const piece = this.seen;
    if (this.awaited && (this.awaited.piece !== piece || !piece?.awaits())) {
      clearTimeout(this.awaited.late);
      this.awaited = undefined;
    }
    if (!piece?.awaits() || this.awaited?.isLate) this.terminal.invalidate();
    else this.awaited ??= { piece, isLate: false, late: setTimeout(() => this.late(), patience) };
  }

  private late(): void {
    if (this.awaited) this.awaited.isLate = true;
    this.invalidate();
  }

  async show<R>(piece: Piece<R>): Promise<R | undefined> {
    const under = this.pieces.findIndex((other) => other.level > piece.level);
    this.pieces.splice(under < 0 ? this.pieces.length : under, 0, piece as Piece<unknown>);
    piece.open(this);
    this.invalidate();
    setImmediate(() => this.type(this.ahead.splice(0)));
    try {
      return await piece.ended;
    } finally {
      // Not always the topmost: work can end a piece that has another one over it.
      this.pieces.splice(this.pieces.indexOf(piece as Piece<unknown>), 1);
      this.invalidate();
      // After whatever is opened next has opened.
      setImmediate(() => this.type(this.ahead.splice(0)));
    }
  }

  /** Keeps the keys until that is there, for what it opens. */
  async load<T>(work: Promise<T>): Promise<T> {
    this.loading += 1;
    try {
      return await work;
    } finally {
      this.loading -= 1;
      // After what was loaded has opened.
      setImmediate(() => this.type(this.ahead.splice(0)));
    }
  }

  set status(parts: readonly StatusPart[]) {
    this.statusLine = parts;
    this.invalidate();
  }

  /** Said over everything until it is taken back: the service is gone, say. */
  set notice(problem: Problem | undefined) {
    this.problem = problem;
    this.invalidate();
  }

  /** Ends every piece, the topmost first. */
  closeAll(): void {
    for (const piece of [...this.pieces].reverse()) piece.end();
  }

  /** Keys that were typed ahead, for the piece that is topmost now. */
  type(keys: readonly Key[]): void {
    // What waits here was typed later.
    for (const key of [...keys, ...this.ahead.splice(0)]) this.key(key);
  }

  private get top(): Piece<unknown> | undefined {
    return this.pieces.at(-1);
  }

  /** The topmost that is seen: its keys are the ones to tell. */
  private get seen(): Piece<unknown> | undefined {
    return this.pieces.findLast((piece) => !piece.hidden);
  }

  private key(key: Key): void {
    const top = this.top;
    if (!top || top.signal.aborted || this.settling || this.loading > 0 || this.ahead.length > 0) {
      // Nobody types so much ahead; a line that sends noise might.
      if (this.ahead.length < 1000) this.ahead.push(key);
      return;
    }
    if (key.name === 'ctrl-l') this.terminal.repaint();
    else if (key.name === '#' && !top.typing()) this.terminal.setLook(this.terminal.nextLook());
    else if (key.name === top.helpKey && !top.typing() && !(top instanceof Help)) void this.help(top);
    else if (key.name === 'ctrl-c' || key.name === 'ctrl-d') top.key({ name: 'escape' });
    else top.key(key);
    if (leading.has(key.name)) this.settle();
    this.invalidate();
  }

  private settle(): void {
    this.settling = true;
    setImmediate(() => {
      this.settling = false;
      this.type(this.ahead.splice(0));
    });
  }

  private async help(piece: Piece<unknown>): Promise<void> {
    await this.show(new Help([...piece.keys(), ...everywhere(piece.helpKey)], this.terminal.look, piece.level));
  }

  // -------------------------------------------------------------- painting

  private paint(): void {
    // Asked for before what is awaited was opened.
    if (this.awaited && !this.awaited.isLate && this.awaited.piece === this.seen && this.awaited.piece.awaits()) return;
    const { columns: width, rows: height, look } = this.terminal;
    this.page.buffer = bufferOf(this.terminal);
    this.page.attributes = attributes(look);
    this.page.cursor = undefined;
    const whole = new Canvas(this.page, 0, 0, width, height);
    whole.fill('desk');
    if (width < smallest.width || height < smallest.height) this.paintTooSmall(whole);
    else {
      const below = this.paintNotice(whole, height - 1);
      this.paintPieces(whole.part(0, 1, width, below - 1));
      // Last: which keys work can depend on what there was room for.
      this.paintTitleBar(whole.part(0, 0, width, 1));
      whole.part(0, height - 1, width, 1).line(1, 0, fitted(this.statusLine, width - 2));
    }
    const cursor = this.page.cursor as Page['cursor'];
    if (cursor) this.terminal.cursor(cursor.x, cursor.y);
    else this.terminal.cursor();
  }

  private paintTooSmall(canvas: Canvas): void {
    const said = t`This terminal is ${canvas.width}x${canvas.height}. Gatehouse needs ${smallest.width}x${smallest.height}: make it larger.`;
    canvas.lines(0, wrap(said, canvas.width));
  }

  private paintTitleBar(bar: Canvas): void {
    bar.fill('bar');
    const names = this.mark.map((mark) => `${this.vendor}  ${mark}`);
    // The keys matter more than what else there is to say of a lab.
    const name = names.findLast((one) => one.length + keysLeast <= bar.width) ?? names[0] ?? this.vendor;
    const left = bar.text(1, 0, name, 'bar', bar.width - 14);
    const piece = this.seen;
    if (!piece) return;
    const line = useLine(piece.keys(), this.terminal.look, bar.width - left - 5, {
      typing: piece.typing(),
      helpKey: piece.helpKey,
    });
    bar.text(bar.width - line.length - 1, 0, line, 'bar');
  }

  /** Gives the row where the notice begins, or `bottom` where there is none. */
  private paintNotice(whole: Canvas, bottom: number): number {
    if (!this.problem) return bottom;
    const { what, advice } = explain(this.problem);
    const most = Math.max(3, Math.floor(whole.height / 5));
    const all = wrap(sentence(this.problem), whole.width - 2);
    // Where there is no room for all, what to do is worth more than why.
    const lines = (all.length <= most ? all : wrap([what, advice].join(' '), whole.width - 2)).slice(0, most);
    const top = bottom - lines.length;
    whole.part(1, top, whole.width - 2, lines.length).lines(0, lines, 'bad');
    return top;
  }

  /** From the last window up: what lies below a window is not seen. */
  private paintPieces(room: Canvas): void {
    const from = this.pieces.findLastIndex((piece) => piece.kind === 'window');
    let top: number | undefined;
    for (const piece of this.pieces.slice(Math.max(0, from))) {
      if (piece.hidden) continue;
      this.page.cursor = undefined;
      if (piece.bare()) {
        room.fill('text');
        piece.paint(room);
      } else top = paintPiece(room, piece, top);
    }
  }
}

/** blessed's own types leave it out. */
function bufferOf({ screen }: Terminal): Buffer {
  return (screen as unknown as { lines: Buffer }).lines;
}

/**
 * The box in the middle of the room, as large as the piece would like it where there is room. Gives the row of its top.
 * `below`: that of the box that it lies over: two frames in one row could not be told apart.
 */
function paintPiece(room: Canvas, piece: Piece<unknown>, below: number | undefined): number {
  const margin = room.width >= 60 ? 4 : 2;
  const inner = piece.size({ width: room.width - margin - 2, height: room.height - 2 });
  const wanted = Math.max(inner.width, Math.min(piece.title.length + 6, room.width - 4)) + 4;
  // One column short of the room, it would leave the frame below it to be seen beside its own.
  const width = wanted >= room.width - 1 ? room.width : wanted;
  const height = Math.min(room.height, inner.height + 2);
  const left = Math.floor((room.width - width) / 2);
  const middle = Math.floor((room.height - height) / 2);
  const top = middle === below && middle + height < room.height ? middle + 1 : middle;
  const box = room.part(left, top, width, height);
  box.fill('text');
  box.frame(piece.title);
  piece.paint(box.part(2, 1, width - 4, height - 2));
  return top;
}

/** What a thing on the screen is: a titled box that has the keys until it ends with a result. */
import type { Canvas } from './canvas.ts';
import type { KeyHint } from './keys.ts';
import type { Key, Terminal } from './terminal/types.ts';

export interface Size {
  width: number;
  height: number;
}

/** What a piece may ask of the frame that shows it. */
export interface Stage {
  /** Keys that were typed ahead, for the piece that is topmost now. */
  type(keys: readonly Key[]): void;
  readonly terminal: Terminal;
  /** Something changed: paint soon. */
  invalidate(): void;
  /** Opens another piece over this one; ends with its result, or undefined where it was left. */
  show<R>(piece: Piece<R>): Promise<R | undefined>;
}

export abstract class Piece<R> {
  /** A dialog lies over what is below it; a window takes its place. */
  readonly kind: 'window' | 'dialog' = 'window';
  /** What opens afterwards opens below what has a higher one: 1, a question that comes unasked; 2, a lock. */
  readonly level: 0 | 1 | 2 = 0;
  /** There, but not seen yet. */
  readonly hidden: boolean = false;
  /** Ends with the result, or undefined where the operator left it. Never rejects. */
  readonly ended: Promise<R | undefined>;
  protected stage!: Stage;
  private finish!: (result: R | undefined) => void;
  private readonly closing = new AbortController();

  /** A function: where the language may change while it is seen. */
  constructor(private titled: string | (() => string)) {
    this.ended = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  get title(): string {
    return typeof this.titled === 'function' ? this.titled() : this.titled;
  }

  set title(title: string) {
    this.titled = title;
  }

  /** Aborted when the piece ends: whatever it asked for is then given up. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /** Called once, when it is put on the screen. */
  open(stage: Stage): void {
    this.stage = stage;
    this.opened();
  }

  end(result?: R): void {
    if (this.signal.aborted) return;
    this.closing.abort();
    this.finish(result);
  }

  /** Nothing to show yet, but it may come at once: what stands on the screen is left there for a moment. */
  awaits(): boolean {
    return false;
  }

  protected opened(): void {}

  /** The keys that work here, the most useful first. */
  abstract keys(): readonly KeyHint[];

  /** The room that the inside of the box would like, of what there is at most. */
  abstract size(room: Size): Size;

  abstract paint(canvas: Canvas): void;

  abstract key(key: Key): void;

  /** Takes the whole room, without a box around it: for text that is copied off the screen. */
  bare(): boolean {
    return false;
  }

  /** The key that lists all keys, where "?" means something else. */
  readonly helpKey: string = '?';

  /** Does a text field have the focus, so that letters and signs are text? */
  typing(): boolean {
    return false;
  }
}

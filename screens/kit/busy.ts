/** The sign that something is waited for: seen after 100 ms, given up with Esc. Keys typed meanwhile are kept. */

import { t } from '../texts/texts.ts';
import type { Canvas } from './canvas.ts';
import { giveUp, type KeyHint } from './keys.ts';
import { givenUp, type Outcome, outcomeOf } from './outcome.ts';
import { Piece, type Size, type Stage } from './piece.ts';
import type { Key } from './terminal/types.ts';

/** Milliseconds that a wait may last unseen (SPEC, Look). */
const unseen = 100;

const isEscape = ({ name }: Key) => name === 'escape';

class Busy extends Piece<void> {
  override readonly kind = 'dialog';
  /** Typed ahead, for whoever has the keys afterwards. */
  readonly typed: Key[] = [];
  override hidden = true;
  private readonly since = Date.now();

  constructor(private readonly what: string) {
    super(t`Please wait`);
  }

  protected override opened(): void {
    const show = setTimeout(() => {
      this.hidden = false;
      if (this.typed.some(isEscape)) this.abandon();
      else this.stage.invalidate();
    }, unseen);
    const tick = setInterval(() => this.stage.invalidate(), 1000);
    this.signal.addEventListener('abort', () => {
      clearTimeout(show);
      clearInterval(tick);
    });
  }

  keys(): readonly KeyHint[] {
    return [giveUp];
  }

  key(key: Key): void {
    // While nothing is seen of the wait, Esc may be meant for what is seen: kept, and taken for this if it lasts.
    if (this.hidden || !isEscape(key)) this.typed.push(key);
    else this.abandon();
  }

  private abandon(): void {
    // What was typed was meant for what now never comes.
    this.typed.length = 0;
    this.end();
  }

  /** Signs are kept as well: a form may open, in which they are text. */
  override typing(): boolean {
    return true;
  }

  size(room: Size): Size {
    return { width: Math.min(room.width, Math.max(34, this.what.length + 8)), height: 3 };
  }

  paint(canvas: Canvas): void {
    const seconds = Math.floor((Date.now() - this.since) / 1000);
    canvas.text(0, 0, seconds > 0 ? `${this.what}, ${seconds} s` : this.what);
    canvas.text(0, 2, t`ESC gives up`, 'dim');
  }
}

/** Waits for an answer under a busy sign; given up with Esc. Never rejects. */
export async function waitFor<T>(
  stage: Stage,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> {
  const sign = new Busy(what);
  const left = stage.show(sign).then(() => givenUp);
  const outcome = await Promise.race([outcomeOf(work(sign.signal)), left]);
  sign.end();
  // After whatever is opened next has opened.
  setImmediate(() => stage.type(sign.typed));
  return outcome;
}

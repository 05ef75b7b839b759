/**
 * A question that answers itself when its time is over: what happens then is the service's business, here it is only
 * counted down. It goes away when somebody else answers.
 */

import { wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { back, confirm, type KeyHint } from './keys.ts';
import type { Live } from './live.ts';
import { type MessageOptions, paragraphs } from './message.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';

export interface DecisionPage {
  text: MessageOptions['text'];
  /** Seconds left, as of now. */
  left: number;
  /** Nothing can be answered any more: the text says what is done instead. */
  isOver?: boolean;
}

export interface DecisionOptions {
  title: string;
  /** null: it is decided, wherever that was. */
  page: Live<DecisionPage | null>;
  yes: string;
  no: string;
  /** What happens without an answer: "goes back". */
  otherwise: string;
}

export class Decision extends Piece<boolean> {
  override readonly kind = 'dialog';
  override readonly level = 1;
  private page: DecisionPage | undefined;
  private heard = Date.now();
  private readonly buttons: Buttons;

  constructor(private readonly options: DecisionOptions) {
    super(options.title);
    this.buttons = new Buttons([options.yes, options.no]);
    // It comes unasked, perhaps under somebody's fingers: an Enter meant for something else must not answer it.
    this.buttons.focus = -1;
  }

  protected override opened(): void {
    const tick = setInterval(() => this.stage.invalidate(), 1000);
    this.signal.addEventListener('abort', () => clearInterval(tick));
    // Where the service is away, the count goes on and the notice says so.
    this.options.page((news) => this.take(news), this.signal).catch(() => undefined);
  }

  private take(page: DecisionPage | null): void {
    if (page === null) this.end();
    else {
      this.page = page;
      this.heard = Date.now();
      this.stage.invalidate();
    }
  }

  private get left(): number {
    return Math.max(0, Math.round((this.page?.left ?? 0) - (Date.now() - this.heard) / 1000));
  }

  keys(): readonly KeyHint[] {
    if (this.page?.isOver) return [back];
    const answer = this.buttons.focused ? [confirm] : [];
    return [{ key: 'leftright', does: t`choose` }, ...answer, { key: 'ESC', does: t`answer later` }];
  }

  key(key: Key): void {
    if (key.name === 'escape') this.end();
    else if (this.page?.isOver) return;
    else if (key.name === 'enter') this.answer();
    else if (key.name === 'tab') this.buttons.key({ name: 'right' });
    else this.buttons.key(key);
  }

  private answer(): void {
    if (this.buttons.focused) this.end(this.buttons.focus === 0);
  }

  private warning(width: number): string[] {
    if (this.page?.isOver) return [];
    return wrap(t`Without an answer it ${this.options.otherwise} in ${this.left} s.`, width);
  }

  size(room: Size): Size {
    const width = Math.min(room.width, 64);
    const lines = paragraphs(this.page?.text ?? [], width).length;
    return { width, height: Math.min(room.height, lines + this.warning(width).length + 3) };
  }

  paint(canvas: Canvas): void {
    const warning = this.warning(canvas.width);
    const below = canvas.height - 1 - warning.length;
    const lines = paragraphs(this.page?.text ?? [], canvas.width);
    canvas.lines(0, lines.slice(0, below - 1));
    canvas.lines(below, warning, 'warn');
    if (!this.page?.isOver) this.buttons.paint(canvas, canvas.height - 1);
  }
}

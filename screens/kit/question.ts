/** A yes-or-no question, and one that must be answered by typing a word. */

import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { back, confirm, type KeyHint, navigate } from './keys.ts';
import { LineEditor } from './line-editor.ts';
import { type MessageOptions, paragraphs } from './message.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';

export interface ConfirmOptions extends MessageOptions {
  /** What happens on yes: "Restart", "Enable". */
  yes: string;
  /** Default "Cancel". It has the focus: a key pressed by accident changes nothing. */
  no?: string;
  /** Only after this word was typed is yes accepted. */
  typed?: string;
}

export class Confirm extends Piece<boolean> {
  override readonly kind = 'dialog';
  private readonly buttons: Buttons;
  private readonly editor: LineEditor | undefined;
  private hint = '';

  constructor(private readonly options: ConfirmOptions) {
    super(options.title);
    this.buttons = new Buttons([options.yes, options.no ?? t`Cancel`]);
    this.buttons.focus = options.typed ? 0 : 1;
    if (options.typed) this.editor = new LineEditor('', { most: 32 });
  }

  keys(): readonly KeyHint[] {
    return this.editor ? [{ key: 'TAB', does: t`choose` }, confirm, back] : [navigate, confirm, back];
  }

  override typing(): boolean {
    return this.editor !== undefined;
  }

  size(room: Size): Size {
    const width = Math.min(room.width, 60);
    const text = paragraphs(this.options.text, width).length;
    return { width, height: Math.min(room.height, text + (this.editor ? 5 : 2)) };
  }

  paint(canvas: Canvas): void {
    const lines = paragraphs(this.options.text, canvas.width);
    const foot = this.editor ? 5 : 2;
    // The question stands last: where there is no room for all, its end is what must be seen.
    const seen = lines.slice(Math.max(0, lines.length - (canvas.height - foot)));
    canvas.lines(0, seen);
    if (this.editor) this.paintTyped(canvas, seen.length + 1);
    this.buttons.paint(canvas, canvas.height - 1);
  }

  private paintTyped(canvas: Canvas, y: number): void {
    const label = t`Type ${this.options.typed} to go on: `;
    canvas.text(0, y, label);
    this.editor?.paint(canvas.part(label.length, y, canvas.width - label.length, 1), true);
    canvas.text(0, y + 1, this.hint, 'bad');
  }

  key(key: Key): void {
    this.hint = '';
    if (key.name === 'escape') this.end(false);
    else if (key.name === 'enter') this.answer();
    else if (key.name === 'tab') this.buttons.key({ name: 'right' });
    else if (key.name === 'backtab') this.buttons.key({ name: 'left' });
    else if (this.editor) this.editor.key(key);
    else this.buttons.key(key);
  }

  private answer(): void {
    const yes = this.buttons.focus === 0;
    if (yes && this.editor && this.editor.value.trim() !== this.options.typed)
      this.hint = t`That was not "${this.options.typed}".`;
    else this.end(yes);
  }
}

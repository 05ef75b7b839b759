/** The list of keys that work where the operator is, on `?`. */

import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { type KeyHint, keySign } from './keys.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import type { Key, Look } from './terminal/types.ts';

export class Help extends Piece<void> {
  override readonly kind = 'dialog';
  private readonly buttons = new Buttons([t`OK`]);
  private readonly scroll = new Scroll();
  private readonly rows: [string, string][];

  /** `level`: that of the piece that it tells of, which it lies over. */
  constructor(
    hints: readonly KeyHint[],
    look: Look,
    override readonly level: 0 | 1 | 2,
  ) {
    super(t`Keys that work here`);
    this.rows = hints.map(({ key, does }) => [keySign(key, look), does]);
  }

  keys(): readonly KeyHint[] {
    return [{ key: 'ENTER', does: t`close` }, ...this.scroll.hints];
  }

  size(room: Size): Size {
    const width = Math.max(...this.rows.map(([, does]) => does.length + this.column));
    return { width: Math.min(width, room.width), height: Math.min(this.rows.length + 2, room.height) };
  }

  paint(canvas: Canvas): void {
    const body = canvas.part(0, 0, canvas.width, canvas.height - 2);
    this.scroll.fit(this.rows.length, body.height);
    this.rows.slice(this.scroll.top, this.scroll.top + body.height).forEach(([key, does], y) => {
      body.text(0, y, key, 'strong', this.column - 1);
      body.text(this.column, y, does);
    });
    this.scroll.paint(canvas, canvas.height - 1);
    this.buttons.paint(canvas, canvas.height - 1, true, this.scroll.columns);
  }

  key(key: Key): void {
    if (!this.scroll.key(key)) if (['enter', 'escape', 'space', '?', 'h'].includes(key.name)) this.end();
  }

  private get column(): number {
    return Math.max(...this.rows.map(([key]) => key.length)) + 2;
  }
}

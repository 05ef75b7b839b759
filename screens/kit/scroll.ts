/** Which part of a long list is seen, and the keys that move it. */

import { t } from '../texts/texts.ts';
import type { Canvas } from './canvas.ts';
import type { KeyHint } from './keys.ts';
import type { Key } from './terminal/types.ts';

export class Scroll {
  top = 0;
  private count = 0;
  private height = 1;

  /** Told at each paint: how many rows there are, and how many are seen. */
  fit(count: number, height: number): void {
    this.count = count;
    this.height = Math.max(1, height);
    this.to(this.top);
  }

  to(top: number): void {
    this.top = Math.max(0, Math.min(top, this.count - this.height));
  }

  /** Moves so that this row is seen. */
  reveal(row: number): void {
    if (row < this.top) this.top = row;
    else if (row >= this.top + this.height) this.top = row - this.height + 1;
  }

  get page(): number {
    return this.height;
  }

  get above(): boolean {
    return this.top > 0;
  }

  get below(): boolean {
    return this.top + this.height < this.count;
  }

  /** What to tell of its keys: nothing where all is seen. */
  get hints(): readonly KeyHint[] {
    if (!this.above && !this.below) return [];
    return [
      { key: 'updown', does: t`scroll` },
      { key: 'PgUp/PgDn', does: t`page` },
    ];
  }

  /** Scrolls. Was the key for us? */
  key({ name }: Key): boolean {
    if (name === 'up') this.to(this.top - 1);
    else if (name === 'down') this.to(this.top + 1);
    else if (name === 'pageup') this.to(this.top - this.height);
    else if (name === 'pagedown' || name === 'space') this.to(this.top + this.height);
    else if (name === 'home') this.to(0);
    else if (name === 'end') this.to(this.count);
    else return false;
    return true;
  }

  /** Says at the right end of a row, mostly that of the buttons, that there is more than is seen. */
  paint(canvas: Canvas, y: number): void {
    canvas.text(canvas.width - this.sign.length, y, this.sign, 'strong');
  }

  /** Columns at the right end that it takes for that, with the distance to what stands left. */
  get columns(): number {
    return this.sign ? this.sign.length + 1 : 0;
  }

  private get sign(): string {
    if (!this.above && !this.below) return '';
    return `${this.above ? '↑ ' : ''}${t`more`}${this.below ? ' ↓' : ''}`;
  }
}

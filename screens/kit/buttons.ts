/** A row of buttons, `< OK >  < Back >`, and which of them has the focus. */
import type { Canvas } from './canvas.ts';
import type { Key } from './terminal/types.ts';

export class Buttons {
  /** Index; -1: none has it yet, and Enter means nothing. */
  focus = 0;

  /** A function: where the language may change while they are seen. */
  constructor(private readonly given: readonly string[] | (() => readonly string[])) {}

  get labels(): readonly string[] {
    return typeof this.given === 'function' ? this.given() : this.given;
  }

  get focused(): string | undefined {
    return this.labels[this.focus];
  }

  /** Left and right move the focus, a letter goes to the button that begins with it. Was the key for us? */
  key(key: Key): boolean {
    const last = this.labels.length - 1;
    if (key.name === 'left') this.focus = this.focus <= 0 ? last : this.focus - 1;
    else if (key.name === 'right') this.focus = this.focus === last ? 0 : this.focus + 1;
    else return this.letter(key);
    return true;
  }

  private letter({ text }: Key): boolean {
    const at = text ? this.labels.findIndex((l) => l[0]?.toLowerCase() === text.toLowerCase()) : -1;
    if (at >= 0) this.focus = at;
    return at >= 0;
  }

  /** Columns the row needs. */
  get width(): number {
    return this.labels.reduce((sum, label) => sum + label.length + 4, 0) + Math.max(0, this.labels.length - 1) * 2;
  }

  paint(canvas: Canvas, y: number, active = true): void {
    let x = Math.max(0, Math.floor((canvas.width - this.width) / 2));
    this.labels.forEach((label, at) => {
      const focused = active && at === this.focus;
      x += canvas.text(x, y, `< ${label} >`, focused ? 'focus' : 'button') + 2;
    });
  }
}

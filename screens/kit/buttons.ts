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
    return widthOf(this.labels);
  }

  /** In the middle, or as far left of it as what is `taken` at the right wants; as many as that leaves room for. */
  paint(canvas: Canvas, y: number, active = true, taken = 0): void {
    const { from, to } = this.seen(canvas.width - taken);
    const width = this.widthOf(from, to);
    const middle = Math.max(0, Math.floor((canvas.width - width) / 2));
    let x = Math.min(middle, Math.max(0, canvas.width - taken - width));
    if (from > 0) x += canvas.text(x, y, '… ', 'button');
    this.labels.slice(from, to).forEach((label, at) => {
      const focused = active && from + at === this.focus;
      x += canvas.text(x, y, `< ${label} >`, focused ? 'focus' : 'button') + 2;
    });
    if (to < this.labels.length) canvas.text(x - 1, y, '…', 'button');
  }

  /** Those that there is room for, the one with the focus among them. */
  private seen(room: number): { from: number; to: number } {
    let [from, to] = [0, this.labels.length];
    while (to - 1 > Math.max(0, this.focus) && this.widthOf(from, to) > room) to--;
    while (from < this.focus && this.widthOf(from, to) > room) from++;
    return { from, to };
  }

  /** Columns of those, with a mark at each side where there are more. */
  private widthOf(from: number, to: number): number {
    const { labels } = this;
    return widthOf(labels.slice(from, to)) + (from > 0 ? 2 : 0) + (to < labels.length ? 2 : 0);
  }
}

const widthOf = (labels: readonly string[]) =>
  labels.reduce((sum, label) => sum + label.length + 4, 0) + Math.max(0, labels.length - 1) * 2;

/** How much of something is done: a bar and its percent, in one row. */
import type { Canvas } from './canvas.ts';

/** `fraction`: 0 to 1. */
export function paintBar(canvas: Canvas, fraction: number): void {
  const percent = `${Math.round(fraction * 100)}%`.padStart(5);
  const bar = canvas.part(0, 0, canvas.width - percent.length, 1);
  bar.fill('field');
  bar.part(0, 0, Math.round(bar.width * fraction), 1).fill('selected', ' ');
  canvas.text(bar.width, 0, percent);
}

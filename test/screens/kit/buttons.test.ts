/** A row of buttons where there is little room. */
import { expect, test } from 'vitest';
import { Buttons } from '../../../screens/kit/buttons.ts';
import type { Canvas } from '../../../screens/kit/canvas.ts';
import { painted } from './painted.ts';

/** The row in that many columns, of which the last `sign` columns say that there is more. */
function row(focus: number, width: number, sign = ''): string | undefined {
  const buttons = new Buttons(['Set up', 'Skip', 'Español', 'Later']);
  buttons.focus = focus;
  const paint = (canvas: Canvas) => {
    buttons.paint(canvas, 0, true, sign ? sign.length + 1 : 0);
    canvas.text(width - sign.length, 0, sign);
  };
  return painted({ paint }, width, 1)[0];
}

test('all of them in the middle, where there is room', () => {
  expect(row(0, 60)).toBe('        < Set up >  < Skip >  < Español >  < Later >');
});

test('those around the focus, and a mark where there are more', () => {
  expect(row(0, 36)).toBe('< Set up >  < Skip >  < Español > …');
  expect(row(3, 36)).toBe(' … < Skip >  < Español >  < Later >');
});

test('never into what stands at the right', () => {
  const rows = [0, 1, 2, 3].map((focus) => row(focus, 36, 'more ↓'));
  expect(rows).toEqual([
    '       < Set up >  < Skip > … more ↓',
    '       < Set up >  < Skip > … more ↓',
    '    … < Skip >  < Español > … more ↓',
    '     … < Español >  < Later > more ↓',
  ]);
});

/** What a piece paints, without a terminal. */
import { Canvas, type Page } from '../../../screens/kit/canvas.ts';
import type { Piece } from '../../../screens/kit/piece.ts';

/** Its rows on a canvas of that size, without the blanks at their ends. */
export function painted(piece: Pick<Piece<unknown>, 'paint'>, width: number, height: number): string[] {
  const row = () => Array.from({ length: width }, () => [0, ' '] as [number, string]);
  const buffer = Array.from({ length: height }, row);
  const page = { buffer, attributes: new Proxy({}, { get: () => 0 }) } as unknown as Page;
  piece.paint(new Canvas(page, 0, 0, width, height));
  return buffer.map((cells) =>
    cells
      .map(([, character]) => character)
      .join('')
      .trimEnd(),
  );
}

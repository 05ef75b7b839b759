/** The boxes that the console shows: what there is to see, without a judgement on it. */
import type { Pty } from './pty.ts';

/** The rows of the screen with one character a column: a wide one is followed by a blank, marks are left out. */
export function columnwise(pty: Pty): string[] {
  return pty.screen().map((line, y) => {
    if (!/[^\x20-\x7e\u2500-\u257f]/.test(line)) return line;
    return Array.from({ length: pty.emulator.cols }, (_, x) => pty.cell(x, y).text[0] ?? ' ')
      .join('')
      .trimEnd();
  });
}

/** The title of the box that takes the keys; a half painted one has none. */
export const innermost = (pty: Pty): string => boxes(columnwise(pty)).at(-1)?.title ?? '';

/** The boxes on the screen that are complete: four corners, and sides without a gap. */
export function boxes(lines: readonly string[]): { title: string; left: number; top: number; width: number }[] {
  return lines.flatMap((line, top) => {
    const found = /[┌+][─-] ([^┌┐+]*?) [─-]*[┐+]/.exec(line);
    if (!found) return [];
    const [{ length: width }, left] = [found[0], found.index];
    for (let y = top + 1; y < lines.length; y++) {
      const row = (lines[y] ?? '').slice(left, left + width);
      if (/^[└+][─-]+[┘+]$/.test(row)) return [{ title: found[1] ?? '', left, top, width }];
      if (!/^[│|].*[│|]$/.test(row)) return [];
    }
    return [];
  });
}

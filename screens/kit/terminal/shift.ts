/** Finds rows that are wanted as they stand, only higher or lower: a log to which a line came. Pure. */
import type { Picture } from './picture.ts';
import type { Shift, Shown } from './shown.ts';

/** What moves rows costs some twenty bytes: not worth a look for less. */
const fewest = 3;

/** The one that brings most rows to where they are wanted, or undefined. */
export function shiftTo(wanted: Picture, shown: Shown, rows: number): Shift | undefined {
  const { columns } = shown;
  const same = (row: number, other: number): boolean => {
    const [a, b] = [row * columns, other * columns];
    for (let x = 0; x < columns; x++)
      if (wanted.text[a + x] !== shown.text[b + x] || wanted.attribute[a + x] !== shown.attribute[b + x]) return false;
    return true;
  };
  const differing: boolean[] = [];
  for (let row = 0; row < rows; row++) differing[row] = !same(row, row);
  const first = differing.indexOf(true);
  const last = differing.lastIndexOf(true);
  if (first < 0 || last - first < fewest) return undefined;
  let best: Shift | undefined;
  let most = fewest - 1;
  for (let by = first - last; by <= last - first; by++) {
    if (by === 0) continue;
    // Runs of rows that stand `by` rows from where they are wanted.
    let from = -1;
    let gained = 0;
    let end = -1;
    for (let row = Math.max(first, first + by); row <= last + 1; row++) {
      const isIn = row <= last && row - by >= first && row - by <= last && same(row, row - by);
      if (isIn && differing[row]) {
        if (from < 0) from = row;
        gained++;
        end = row;
      }
      if (isIn) continue;
      if (gained > most) {
        most = gained;
        best = by > 0 ? { top: from - by, bottom: end, by } : { top: from, bottom: end - by, by };
      }
      from = -1;
      gained = 0;
    }
  }
  return best;
}

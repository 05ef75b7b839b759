/** Rows of text as a table: each column as wide as its widest text. Made harmless here. */
import { harmless } from '../values/harmless.ts';
import { columns } from '../values/width.ts';

/** Characters of one cell; the end of a longer one is left out. */
const most = 200;

/** Two blanks between columns, none at the end of a line. Cells that are absent are empty. */
export function table(rows: readonly (readonly (string | undefined)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => harmless(cell ?? '', { most })));
  const widths: number[] = [];
  for (const row of cells)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, columns(cell));
  const padded = (cell: string, at: number) => cell + ' '.repeat((widths[at] ?? 0) - columns(cell));
  return cells.map((row) => row.map(padded).join('  ').trimEnd()).join('\n');
}

/** Label and value a line; those without a value are left out. */
export function fields(entries: readonly (readonly [label: string, value: string | number | undefined])[]): string {
  const known = entries.filter(([, value]) => value !== undefined && value !== '');
  return table(known.map(([label, value]) => [label, String(value)]));
}

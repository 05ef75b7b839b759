/**
 * A terminal's cells as an SVG picture that looks the same with any font: text by its width, lines, blocks and dots as
 * paths. Knows nothing of what is shown; reads and writes nothing.
 */
import { coloured } from './colours.ts';
import { isDrawn, paths } from './strokes.ts';

/** One cell of the terminal. `columns` 0: the second half of a wide character. */
export interface Cell {
  text: string;
  columns: 0 | 1 | 2;
  bold: boolean;
  underline: boolean;
  inverse: boolean;
  /** Palette index; -1 is the terminal's own. */
  foreground: number;
  background: number;
}

export interface Picture {
  rows: readonly (readonly Cell[])[];
  /** Where the cursor is seen, counted from 0. */
  cursor?: { x: number; y: number };
  /** What the picture shows, in a few words, and in a sentence, for whoever does not see it. */
  title: string;
  description: string;
  /** The terminal's own colours, "#rrggbb". */
  ink: string;
  ground: string;
}

/** Pixels of a cell: fonts for terminals are mostly 0.6 as wide as high. */
const [width, height, size] = [9, 18, 15];
const margin = 12;
/** From the top of a cell to the line that letters stand on. */
const ascent = 14;

/** Cells one behind the other that look alike. */
interface Run {
  x: number;
  y: number;
  columns: number;
  text: string;
}

/** The whole picture; the same bytes for the same cells. */
export function svgOf(picture: Picture): string {
  const { rows, title, description, ink, ground } = picture;
  const across = Math.max(...rows.map((row) => row.length)) * width;
  const down = rows.length * height;
  const [whole, high] = [across + 2 * margin, down + 2 * margin];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole} ${high}" width="${whole}" height="${high}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<rect width="${whole}" height="${high}" rx="6" fill="${ground}"/>`,
    `<g transform="translate(${margin} ${margin})" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${size}" xml:space="preserve">`,
    ...grounds(picture),
    ...inks(picture),
    ...underlines(picture),
    ...(picture.cursor ? [cursor(picture.cursor, ink)] : []),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** What lies under the text, where it is not the terminal's own: one path a colour. */
function grounds({ rows, ink, ground }: Picture): string[] {
  const found = new Map<string, string>();
  rows.forEach((row, y) => {
    for (const { key: fill, x, columns } of runs(row, (cell) => colours(cell, { ink, ground }).under)) {
      if (fill === ground) continue;
      found.set(
        fill,
        `${found.get(fill) ?? ''}M${x * width} ${y * height}h${columns * width}v${height}h-${columns * width}z`,
      );
    }
  });
  return [...found].map(([fill, d]) => `<path fill="${fill}" d="${d}" shape-rendering="crispEdges"/>`);
}

/** Text and strokes, by colour and weight. */
function inks({ rows, ink, ground }: Picture): string[] {
  const styles = new Map<string, { texts: string[]; drawn: { character: string; x: number; y: number }[] }>();
  // Of a blank only the ground is seen, whatever was there before.
  const lookOf = (cell: Cell) =>
    isBlank(cell)
      ? undefined
      : `fill="${colours(cell, { ink, ground }).over}"${cell.bold ? ' font-weight="bold"' : ''}`;
  const style = (look: string) => {
    const known = styles.get(look) ?? { texts: [], drawn: [] };
    styles.set(look, known);
    return known;
  };
  rows.forEach((row, y) => {
    for (const { key, x, cells } of runs(row, lookOf)) {
      const { texts, drawn } = style(key);
      for (const word of words(cells, x, y)) texts.push(textOf(word));
      cells.forEach(({ text }, at) => {
        if (isDrawn(text)) drawn.push({ character: text, x: (x + at) * width, y: y * height });
      });
    }
  });
  return [...styles].flatMap(([look, { texts, drawn }]) => [
    ...(texts.length > 0 ? [`<g ${look}>`, ...texts, '</g>'] : []),
    ...paths(drawn, { width, height, colour: /fill="(#\w+)"/.exec(look)?.[1] ?? ink }),
  ]);
}

/** Below letters and blanks alike: a field is as wide as its line. */
function underlines({ rows, ink, ground }: Picture): string[] {
  const keyOf = (cell: Cell) => (cell.underline ? colours(cell, { ink, ground }).over : '');
  return rows.flatMap((row, y) =>
    runs(row, keyOf)
      .filter(({ key }) => key)
      .map(
        ({ key, x, columns }) =>
          `<path stroke="${key}" d="M${x * width} ${y * height + height - 1.5}h${columns * width}" shape-rendering="crispEdges"/>`,
      ),
  );
}

/** One behind the other with the same key; those without one belong to whatever is before them. */
function runs(row: readonly Cell[], keyOf: (cell: Cell) => string | undefined) {
  const found: { key: string; x: number; columns: number; cells: Cell[] }[] = [];
  row.forEach((cell, x) => {
    const last = found.at(-1);
    // The second half of a wide character goes with the first.
    const key = cell.columns === 0 ? undefined : keyOf(cell);
    if (last && (key === undefined || last.key === key)) {
      last.columns += 1;
      last.cells.push(cell);
    } else found.push({ key: key ?? '', x, columns: 1, cells: [cell] });
  });
  return found;
}

/** Letters that every font for terminals has in the width of a cell; others stand by themselves. */
const isUsual = (text: string) => /^[\x20-\x7e\u00a1-\u00ff]$/.test(text);

/** What is drawn as text: parted where there are two blanks, and at every character that a font may have wider. */
function words(cells: readonly Cell[], left: number, y: number): Run[] {
  const found: Run[] = [];
  let open: Run | undefined;
  const close = () => {
    const text = open?.text.trimEnd();
    if (open && text) found.push({ ...open, text, columns: text.length });
    open = undefined;
  };
  cells.forEach((cell, at) => {
    const { text, columns } = cell;
    if (columns === 0) return;
    if (isDrawn(text)) close();
    else if (isBlank(cell) && (!open || open.text.endsWith(' '))) close();
    else if (isBlank(cell) || isUsual(text)) {
      open ??= { x: left + at, y, columns: 0, text: '' };
      open.text += text || ' ';
    } else {
      close();
      found.push({ x: left + at, y, columns, text });
    }
  });
  close();
  return found;
}

function textOf({ x, y, columns, text }: Run): string {
  // Fonts differ in width: each run ends where its last cell does.
  return `<text x="${x * width}" y="${y * height + ascent}" textLength="${columns * width}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
}

const cursor = ({ x, y }: { x: number; y: number }, ink: string) =>
  `<rect class="cursor" x="${x * width}" y="${y * height + height - 3}" width="${width}" height="2" fill="${ink}"/>`;

const isBlank = ({ text }: Cell) => text === '' || text === ' ';

function colours({ foreground, background, inverse }: Cell, own: { ink: string; ground: string }) {
  const [over, under] = [coloured(foreground) ?? own.ink, coloured(background) ?? own.ground];
  return inverse ? { over: under, under: over } : { over, under };
}

/** Text as XML takes it: no character that XML 1.0 does not know, and nothing that could be taken for markup. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

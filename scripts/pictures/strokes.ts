/** Characters that are drawn rather than written: lines of boxes, blocks, and Braille patterns, which fonts seldom join. */

interface Drawn {
  character: string;
  /** Pixels, of the cell's upper left corner. */
  x: number;
  y: number;
}
interface Size {
  width: number;
  height: number;
  /** "#rrggbb" */
  colour: string;
}

/** Arms from the middle of the cell. */
const lines: Record<string, string> = {
  '─': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ru',
  '┘': 'lu',
  '├': 'rud',
  '┤': 'lud',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
};
/** Parts of the cell that are filled: from left and top, width and height. */
const blocks: Record<string, readonly [number, number, number, number]> = {
  '█': [0, 0, 1, 1],
  '▀': [0, 0, 1, 0.5],
  '▄': [0, 0.5, 1, 0.5],
  '▌': [0, 0, 0.5, 1],
  '▐': [0.5, 0, 0.5, 1],
};
/** The dots of a Braille pattern by their bit (Unicode 10.0, chapter 21.1): column and row. */
const dots = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
] as const;

const isBraille = (character: string) => /^[\u2800-\u28ff]$/.test(character);

export const isDrawn = (character: string): boolean =>
  character in lines || character in blocks || isBraille(character);

/** One path for each kind that there is. */
export function paths(drawn: readonly Drawn[], { width, height, colour }: Size): string[] {
  const of = (kind: (character: string) => boolean, d: (one: Drawn) => string) =>
    drawn
      .filter(({ character }) => kind(character))
      .map(d)
      .join('');
  const stroke = of(
    (c) => c in lines,
    (one) => arms(one, width, height),
  );
  const filled = of(
    (c) => c in blocks,
    (one) => block(one, width, height),
  );
  const dotted = of(isBraille, (one) => braille(one, width, height));
  return [
    ...(stroke ? [`<path fill="none" stroke="${colour}" d="${stroke}" shape-rendering="crispEdges"/>`] : []),
    ...(filled ? [`<path fill="${colour}" d="${filled}" shape-rendering="crispEdges"/>`] : []),
    ...(dotted
      ? [`<path fill="none" stroke="${colour}" stroke-width="2.6" stroke-linecap="round" d="${dotted}"/>`]
      : []),
  ];
}

/** From edge to edge, so that neighbours join. */
function arms({ character, x, y }: Drawn, width: number, height: number): string {
  const has = lines[character] ?? '';
  const [middle, centre] = [x + width / 2, y + height / 2];
  const [left, right] = [has.includes('l') ? x : middle, has.includes('r') ? x + width : middle];
  const [top, bottom] = [has.includes('u') ? y : centre, has.includes('d') ? y + height : centre];
  const across = left === right ? '' : `M${left} ${centre}H${right}`;
  return `${across}${top === bottom ? '' : `M${middle} ${top}V${bottom}`}`;
}

function block({ character, x, y }: Drawn, width: number, height: number): string {
  const [left, top, wide, high] = blocks[character] ?? [0, 0, 0, 0];
  return `M${x + left * width} ${y + top * height}h${wide * width}v${high * height}h-${wide * width}z`;
}

function braille({ character, x, y }: Drawn, width: number, height: number): string {
  const bits = character.charCodeAt(0) - 0x2800;
  return dots
    .filter((_, bit) => bits & (1 << bit))
    .map(([column, row]) => `M${x + ((2 * column + 1) * width) / 4} ${y + ((2 * row + 1) * height) / 8}h0`)
    .join('');
}

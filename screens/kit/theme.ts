/** What each part of a screen looks like, in each look. Roles and their attributes; no drawing. */
import type { Look } from './terminal/types.ts';

/** What a piece of text is; how that looks is decided here alone. */
export type Role =
  | 'desk'
  | 'bar'
  | 'text'
  | 'dim'
  | 'strong'
  | 'frame'
  | 'title'
  | 'selected'
  | 'button'
  | 'focus'
  | 'field'
  | 'fieldFocus'
  | 'good'
  | 'warn'
  | 'bad'
  | 'match'
  /** A QR code: light on dark, whatever the terminal's own ground is. */
  | 'code'
  | Plotted;

/** The lines of a plot, in its order. */
type Plotted = 'line1' | 'line2' | 'line3' | 'line4' | 'line5';

interface Style {
  fg?: number;
  bg?: number;
  bold?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

const plain: Style = {};

/** Foregrounds of a plot's lines, of every terminal with colours. */
export const plotted = [6, 3, 2, 5, 1] as const;

const lines: Record<Plotted, Style> = {
  line1: { fg: plotted[0] },
  line2: { fg: plotted[1] },
  line3: { fg: plotted[2] },
  line4: { fg: plotted[3] },
  line5: { fg: plotted[4] },
};
const unlined: Record<Plotted, Style> = { line1: plain, line2: plain, line3: plain, line4: plain, line5: plain };

/** Colours 0–7 of every terminal; 8–255 of those that have them. */
const rich: Record<Role, Style> = {
  desk: plain,
  bar: { fg: 255, bg: 24, bold: true },
  text: plain,
  dim: { fg: 245 },
  strong: { bold: true },
  frame: { fg: 67 },
  title: { fg: 117, bold: true },
  selected: { fg: 255, bg: 25, bold: true },
  button: plain,
  focus: { fg: 16, bg: 117 },
  field: { bg: 236 },
  fieldFocus: { fg: 255, bg: 238 },
  good: { fg: 114 },
  warn: { fg: 221, bold: true },
  bad: { fg: 210, bold: true },
  match: { fg: 16, bg: 221 },
  code: { fg: 255, bg: 16 },
  ...lines,
};

const sixteen: Record<Role, Style> = {
  desk: plain,
  bar: { fg: 7, bg: 4, bold: true },
  text: plain,
  dim: { fg: 8 },
  strong: { bold: true },
  frame: { fg: 6 },
  title: { fg: 6, bold: true },
  selected: { fg: 0, bg: 6 },
  button: plain,
  focus: { fg: 0, bg: 6 },
  field: { fg: 7, bg: 4 },
  fieldFocus: { fg: 7, bg: 4, bold: true },
  good: { fg: 2 },
  warn: { fg: 3, bold: true },
  bad: { fg: 1, bold: true },
  match: { fg: 0, bg: 3 },
  code: { fg: 7, bg: 0, bold: true },
  ...lines,
};

const eight: Record<Role, Style> = { ...sixteen, dim: { fg: 6 } };

const mono: Record<Role, Style> = {
  desk: plain,
  bar: { inverse: true },
  text: plain,
  dim: plain,
  strong: { bold: true },
  frame: plain,
  title: { bold: true },
  selected: { inverse: true },
  button: plain,
  focus: { inverse: true },
  field: { underline: true },
  fieldFocus: { underline: true, bold: true },
  good: plain,
  warn: { bold: true },
  bad: { bold: true },
  match: { inverse: true },
  code: plain,
  ...unlined,
};

const styles = { 256: rich, 16: sixteen, 8: eight, 0: mono } as const;

/** The terminal's own colour, in blessed's cells. */
const unset = 0x1ff;

/** A style as blessed packs it into a cell: flags, foreground, background (blessed/lib/widgets/element.js, sattr). */
function pack({ fg = unset, bg = unset, bold, underline, inverse }: Style): number {
  const flags = (bold ? 1 : 0) | (underline ? 2 : 0) | (inverse ? 8 : 0);
  return (flags << 18) | (fg << 9) | bg;
}

/** The cell attribute of each role in that look. */
export function attributes(look: Look): Record<Role, number> {
  const table = styles[look.colours];
  return Object.fromEntries(Object.entries(table).map(([role, style]) => [role, pack(style)])) as Record<Role, number>;
}

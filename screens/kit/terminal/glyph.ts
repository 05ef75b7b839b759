/**
 * What is sent for the character of a cell in a given look. Pure. Nothing leaves here that could move the cursor, set
 * an attribute or imitate the console.
 */

import { columnsOf } from '../../../src/values/width.ts';
import type { Look } from './types.ts';

/** Stands in the cell that the wide character before it covers: ours, and blessed's. */
const tails = ['', '\x03'];

export interface Glyph {
  /** What is sent. '' for the cell that a wide character covers. */
  text: string;
  /** It belongs to the line-drawing character set. */
  line: boolean;
  /** The cursor is surely one cell further after it. */
  sure: boolean;
  /** It takes two cells. */
  wide: boolean;
}

export const space: Glyph = { text: ' ', line: false, sure: true, wide: false };
const covered: Glyph = { ...space, text: '' };

/** VT100's line letters (terminfo(5), "Line Graphics") of the single, and as near as they come of other, lines. */
const lineLetters: Readonly<Record<string, string>> = {
  q: '─━═╌╍┄┅┈┉╴╶╸╺╼╾',
  x: '│┃║╎╏┆┇┊┋╵╷╹╻╽╿',
  l: '┌┍┎┏╔╒╓╭',
  k: '┐┑┒┓╗╕╖╮',
  m: '└┕┖┗╚╘╙╰',
  j: '┘┙┚┛╝╛╜╯',
  t: '├┝┞┟┠┡┢┣╠╞╟',
  u: '┤┥┦┧┨┩┪┫╣╡╢',
  w: '┬┭┮┯┰┱┲┳╦╤╥',
  v: '┴┵┶┷┸┹┺┻╩╧╨',
  n: '┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╬╪╫',
};
const letterOf = new Map(
  Object.entries(lineLetters).flatMap(([letter, all]) => [...all].map((c) => [c, letter] as const)),
);

/** ASCII for characters that are no letter with an accent, ASCII first. */
const asciiOf = new Map(
  Object.entries({
    "'": '‘’‚′´ʼ',
    '"': '“”„″«»',
    '.': '·∙⋅',
    // One full stop would read as the end of what it cuts, and as part of an address.
    '~': '…∼≈',
    '-': '–—‐‑‒−',
    '*': '●•◉★☆✱∗⬤◆◇♦',
    o: '○◯◌°',
    '<': '←◀◂‹⟵',
    '>': '→▶▸›⟶►',
    '^': '↑▲△▴',
    v: '↓▼▽▾',
    '#': '█▓▉▊■▪▮',
    '=': '▀▄▌▐▒▆▅▇≡',
    _: '▁▂▃',
    ':': '░',
    x: '×✕✖✗✘☒',
    '+': '✓✔☑±',
    '[': '☐□',
    '/': '╱⁄÷',
    '\\': '╲',
    '|': '¦▏▎▍┊',
    s: 'ſ',
    u: 'µμ',
    ' ': '\u00a0\u2002\u2003\u2009\u202f\u3000\u2800',
  }).flatMap(([ascii, all]) => [...all].map((c) => [c, ascii] as const)),
);
const letters = new Map(
  Object.entries({
    ß: 's',
    æ: 'a',
    Æ: 'A',
    ø: 'o',
    Ø: 'O',
    œ: 'o',
    Œ: 'O',
    đ: 'd',
    Đ: 'D',
    ł: 'l',
    Ł: 'L',
    ı: 'i',
    þ: 't',
    ð: 'd',
    '€': 'E',
    '£': 'L',
    '§': 'S',
    '¿': '?',
    '¡': '!',
  }),
);

/** Beyond ASCII, of the 256 letters in the ROM of a VGA card. */
const codePage437 = new Set(
  '☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■',
);

/** The glyph of one cell. `terminalLines`: the bytes that draw the line letters there, for look.lines 'acs'. */
export function glyphOf(character: string, look: Look, terminalLines: ReadonlyMap<string, string>): Glyph {
  if (character.length === 1) {
    const code = character.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) return { ...space, text: character };
    if (tails.includes(character)) return covered;
  }
  const first = character.codePointAt(0);
  if (first === undefined) return covered;
  if (look.few && !codePage437.has(String.fromCodePoint(first))) return { ...space, text: ascii(first) };
  if (isLineOrBlock(first) && look.lines !== 'unicode') return line(character, look, terminalLines);
  if (look.unicode || (isLineOrBlock(first) && look.lines === 'unicode')) return unicode(character, first);
  return { ...space, text: ascii(first) };
}

function line(character: string, look: Look, terminalLines: ReadonlyMap<string, string>): Glyph {
  const letter = letterOf.get(character);
  if (!letter) return { ...space, text: asciiOf.get(character) ?? '#' };
  const drawn = look.lines === 'acs' ? terminalLines.get(letter) : undefined;
  if (drawn) return { ...space, text: drawn, line: true };
  return { ...space, text: letter === 'q' ? '-' : letter === 'x' ? '|' : '+' };
}

function unicode(character: string, first: number): Glyph {
  const base = String.fromCodePoint(first);
  if (!isVisible(base)) return space;
  const marks = [...character.slice(base.length)].filter(isMark).slice(0, 3).join('');
  const wide = columnsOf(base) === 2;
  const sure = !wide && !marks && (first < 0x250 || isLineOrBlock(first) || isPattern(first) || isAsLines(first));
  return { text: base + marks, line: false, sure, wide };
}

/**
 * Dashes, quotes, the ellipsis and the four arrows: where a terminal draws them in two cells, as some are set to for East
 * Asia (UAX #11, "ambiguous"), it does so with the lines of every box, too.
 */
function isAsLines(codePoint: number): boolean {
  return (codePoint >= 0x2013 && codePoint < 0x2027) || (codePoint >= 0x2190 && codePoint < 0x2194);
}

/** Braille, which plots are made of. */
function isPattern(codePoint: number): boolean {
  return codePoint >= 0x2800 && codePoint < 0x2900;
}

function ascii(first: number): string {
  const base = String.fromCodePoint(first);
  const known = asciiOf.get(base) ?? letters.get(base);
  if (known) return known;
  if (!isVisible(base)) return ' ';
  if (isPattern(first)) return brailleAsAscii(first);
  const bare = base.normalize('NFKD').charAt(0);
  return bare >= ' ' && bare <= '~' ? bare : '?';
}

/** A plot's dots as a mark at about their height. */
function brailleAsAscii(codePoint: number): string {
  const upper = codePoint & 0b00011011;
  const lower = codePoint & 0b11100100;
  return upper && lower ? ':' : upper ? "'" : '.';
}

/** May it stand in a cell of its own? Not: controls, marks, bidi and other format characters, halves of a character. */
function isVisible(base: string): boolean {
  return columnsOf(base) > 0 && !/[\p{M}\p{C}]/u.test(base);
}

/** May it follow a character in the same cell? */
function isMark(character: string): boolean {
  return /^\p{M}$/u.test(character);
}

/** Box drawing and block elements: every terminal with Unicode draws them in one cell. */
function isLineOrBlock(codePoint: number): boolean {
  return codePoint >= 0x2500 && codePoint < 0x25a0;
}

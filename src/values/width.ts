/**
 * How many columns a terminal gives to a text, and cutting and wrapping by columns. For text that is harmless
 * already (harmless.ts): each code point has a width of its own then, as in wcwidth(3).
 */
import { eastAsianWidth } from 'get-east-asian-width';

const ascii = /^[\x20-\x7e]*$/;
/** Marks over other characters, the invisible, and Hangul vowels and finals, which join the initial before them. */
const noColumn = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/** Columns of one character: 0, 1 or 2. */
export function columnsOf(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return 1;
  if (noColumn.test(character)) return 0;
  return eastAsianWidth(code);
}

/** Columns of a text without line breaks. */
export function columns(text: string): number {
  if (ascii.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += columnsOf(character);
  return sum;
}

/** As much of the text's beginning as fits. A mark goes with the character that it stands over. */
export function cut(text: string, most: number): string {
  if (most <= 0) return '';
  return text.slice(0, fitting(text, 0, most));
}

/** All of the text, or as much of its beginning as leaves room for a mark that there is more. */
export function clipped(text: string, most: number): string {
  return columns(text) <= most ? text : `${cut(text, most - 1)}…`;
}

/** All of the text, or its first words and a mark that there is more, in at most so many columns (at least 2). */
export function shortened(text: string, most: number): string {
  return columns(text) <= most ? text : `${wrapLine(text, Math.max(1, most - 1))[0] ?? ''}…`;
}

/** Where the part that begins at `from` and fits into `most` columns ends; looks no further than it must. */
function fitting(text: string, from: number, most: number): number {
  let used = 0;
  let at = from;
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    used += columnsOf(character);
    if (used > most) return at;
    at += character.length;
  }
  return at;
}

/**
 * Lines of at most so many columns, broken at blanks where there are any, inside a word where it is longer than a
 * line. Line breaks in the text stay. A character wider than the line gets a line of its own.
 */
export function wrap(text: string, most: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, most)));
}

/** At most so many of these lines (at least one); where there would be more, the last ends in a mark. */
export function wrapInto(text: string, most: number, rows: number): string[] {
  const lines = wrap(text, most);
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), shortened(lines.slice(rows - 1).join(' '), most)];
}

function wrapLine(text: string, most: number): string[] {
  const lines: string[] = [];
  let from = 0;
  for (;;) {
    const end = fitting(text, from, most);
    if (end === text.length) return [...lines, text.slice(from)];
    const blank = text[end] === ' ' ? end : text.lastIndexOf(' ', end - 1);
    const breaks = blank > from && text.slice(from, blank).trim() !== '';
    const until = breaks ? blank : Math.max(end, from + firstLength(text, from));
    lines.push(text.slice(from, until).trimEnd());
    from = breaks ? afterBlanks(text, until) : until;
    if (from >= text.length) return lines;
  }
}

function firstLength(text: string, at: number): number {
  return String.fromCodePoint(text.codePointAt(at) ?? 0).length;
}

function afterBlanks(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ') next += 1;
  return next;
}

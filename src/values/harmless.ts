/**
 * Outside text made safe for a terminal: nothing in it can move the cursor, set a colour, turn the direction of
 * writing, hide, or answer for the operator. In time that grows with the length only, whatever the text.
 */
import { columns, columnsOf } from './width.ts';

export interface HarmlessOptions {
  /** Characters kept; then follows "… (N more characters)". Default: all. */
  most?: number;
}

const plain = /^[\x20-\x7e]*$/;

/**
 * What a terminal would act upon (ECMA-48; xterm's ctlseqs):
 * - OSC, DCS, SOS, PM, APC with their text up to BEL or ST; where that end is missing only the introducer, so that
 *   an unfinished one cannot hide what follows;
 * - CSI with its parameters; any other escape sequence;
 * - C0 without tab and newline, DEL, C1.
 * The text inside of the first cannot contain what begins another, which keeps it linear.
 */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])(?:[^\x00-\x08\x0a-\x1f\x7f-\x9f]*(?:\x07|\x9c|\x1b\\))?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]/g;
/** Shift a line or begin a new one: a blank is left in their place. */
const breaks = /\r?\n|[\u0085\u2028\u2029]/g;
/** Direction of writing, zero width, joiners, variation selectors, tags. */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Lone surrogates, private use, and what Unicode does not know: terminals differ in their width. */
const unknown = /[\p{Cs}\p{Co}\p{Cn}]/gu;
/** Marks with nothing to stand over, and from the fifth on the same character. */
const strayMarks = /(^|[\s\ufffd])\p{M}+|(\p{M}{4})\p{M}+/gu;

/** One line: line breaks become blanks, tabs are expanded to every eighth column. */
export function harmless(text: string, options: HarmlessOptions = {}): string {
  if (plain.test(text)) return bounded(text, options.most);
  return bounded(cleanLine(withoutLastBreak(text).replace(breaks, ' ')), options.most);
}

/** As `harmless`, but newlines stay. */
export function harmlessLines(text: string, options: HarmlessOptions = {}): string {
  return bounded(text.replace(breaks, '\n').split('\n').map(cleanLine).join('\n'), options.most);
}

function withoutLastBreak(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function cleanLine(line: string): string {
  if (plain.test(line)) return line;
  // Halves of a character go first: what is removed between two of them would join them.
  const clean = line
    .replace(unknown, '\ufffd')
    .replace(sequences, '')
    .replace(/\r/g, '')
    .replace(invisible, '')
    .replace(strayMarks, '$1$2');
  return expandTabs(clean);
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let column = 0;
  return line.replace(/[^\t]+|\t/g, (part) => {
    const shown = part === '\t' ? ' '.repeat(8 - (column % 8)) : part;
    column += columns(shown);
    return shown;
  });
}

function bounded(text: string, most = Number.POSITIVE_INFINITY): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  let kept = most;
  // A mark is not parted from the character that it stands over.
  while (kept > 0 && columnsOf(characters[kept] ?? 'x') === 0) kept -= 1;
  const rest = characters.length - kept;
  return `${characters.slice(0, kept).join('')}… (${rest} more ${rest === 1 ? 'character' : 'characters'})`;
}

/**
 * What the terminal can do, from the system's terminfo: finding the entry of TERM, and its meaning. Its format is
 * terminfo-entry.ts's. Sends nothing and reads no environment but what it is given.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fail } from '../../../src/errors.ts';
import { type Entry, parseEntry, type StringCapability } from './terminfo-entry.ts';
import { filled } from './terminfo-parameters.ts';

/** The capabilities we use, with padding removed. A string that the terminal lacks is undefined. */
export interface Terminfo {
  readonly name: string;
  readonly colours: number;
  /** Attributes that cannot be had together with colours (no_color_video). */
  readonly noColourVideo: number;
  /** Erasing fills with the current background. */
  readonly backColourErase: boolean;
  /** Writing in the last column moves to the next line at once, and scrolls in the last cell. */
  readonly wrapsAtOnce: boolean;
  /** Bracketed paste. */
  readonly paste: boolean;
  move(x: number, y: number): string;
  up?(rows: number): string;
  down?(rows: number): string;
  right?(cells: number): string;
  column?(x: number): string;
  row?(y: number): string;
  erase?(cells: number): string;
  insertLines?(rows: number): string;
  deleteLines?(rows: number): string;
  /** Rows that scrolling moves, both ends included; the cursor is anywhere afterwards. */
  scrolled?(top: number, bottom: number): string;
  /** The SGR escape sequences it understands: no more than these are sent. */
  readonly sgr: { bold: boolean; underline: boolean; inverse: boolean; colour: boolean; any: boolean };
  readonly string: Partial<Record<StringName, string>>;
  /** Pairs of VT100 line letter and the byte that draws it. */
  readonly lineLetters: ReadonlyMap<string, string>;
}

const stringNames = {
  clear: 'clear_screen',
  home: 'cursor_home',
  eraseLine: 'clr_eol',
  enterScreen: 'enter_ca_mode',
  leaveScreen: 'exit_ca_mode',
  hideCursor: 'cursor_invisible',
  showCursor: 'cursor_normal',
  plain: 'exit_attribute_mode',
  linesOn: 'enter_alt_charset_mode',
  linesOff: 'exit_alt_charset_mode',
  linesReady: 'ena_acs',
  scrollUp: 'scroll_forward',
  scrollDown: 'scroll_reverse',
} as const;
export type StringName = keyof typeof stringNames;

/** What takes a count or a place, and the shorter form for one of it, where there is one. */
const counted = {
  up: ['parm_up_cursor', 'cursor_up'],
  down: ['parm_down_cursor'],
  right: ['parm_right_cursor', 'cursor_right'],
  column: ['column_address'],
  row: ['row_address'],
  erase: ['erase_chars'],
  insertLines: ['parm_insert_line', 'insert_line'],
  deleteLines: ['parm_delete_line', 'delete_line'],
} as const;

const here = import.meta.dirname;

/** ncurses' own order on Debian, then the few entries that blessed ships: beside the bundle, or in its package. */
const directories: readonly string[] = [
  '/etc/terminfo',
  '/lib/terminfo',
  '/usr/share/terminfo',
  path.join(here, 'terminals'),
  path.join(here, '../../../node_modules/blessed/usr'),
];

/** @throws Failure 'terminal-unusable' for a name that is unknown, odd, or of a terminal that cannot move its cursor. */
export function readTerminfo(term: string, searched: readonly string[] = directories): Terminfo {
  if (!/^[A-Za-z0-9][A-Za-z0-9+._-]{0,63}$/.test(term))
    throw fail('terminal-unusable', {
      term: term.replace(/[^ -~]/g, '?').slice(0, 40),
      why: 'TERM does not name a terminal',
    });
  const entry = find(term, searched);
  if (!entry) throw fail('terminal-unusable', { term, why: 'it is not in the terminal database of this machine' });
  return parse(term, entry.data, entry.file);
}

function find(term: string, searched: readonly string[]): { file: string; data: Buffer } | undefined {
  const initial = term.charAt(0);
  for (const folder of searched)
    for (const below of [initial, initial.charCodeAt(0).toString(16), '.']) {
      const file = path.join(folder, below, term);
      try {
        return { file, data: fs.readFileSync(file) };
      } catch {
        // Not there, or not to be read: the next one.
      }
    }
  return undefined;
}

function parse(term: string, data: Buffer, file: string): Terminfo {
  let entry: Entry;
  try {
    entry = parseEntry(data);
  } catch (error) {
    throw fail('terminal-unusable', { term, why: `its entry ${file} cannot be read` }, error);
  }
  const { strings, numbers, booleans } = entry;
  if (!strings.cursor_address || !strings.clear_screen)
    throw fail('terminal-unusable', { term, why: 'it cannot move its cursor' });
  const paste =
    entry.namesPaste || /^(xterm|screen|tmux|rxvt|putty|konsole|gnome|vte|alacritty|foot|kitty|st)\b/.test(term);

  const unpadded = Object.fromEntries(Object.entries(strings).map(([name, text]) => [name, unpad(text)])) as Strings;
  const say: Say = (name, ...parameters) => filled(unpadded[name] ?? '', parameters);
  const is = (name: StringCapability, sequence: string) => unpadded[name] === sequence;
  const string: Partial<Record<StringName, string>> = {};
  for (const [ours, theirs] of Object.entries(stringNames))
    if (strings[theirs]) string[ours as StringName] = say(theirs);
  const bold = is('enter_bold_mode', '\x1b[1m');
  const underline = is('enter_underline_mode', '\x1b[4m');
  const inverse = is('enter_reverse_mode', '\x1b[7m');
  const colour = Boolean(strings.set_a_foreground) && say('set_a_foreground', 1) === '\x1b[31m';
  return {
    name: term,
    colours: Math.max(0, numbers.max_colors ?? 0),
    noColourVideo: Math.max(0, numbers.no_color_video ?? 0),
    backColourErase: Boolean(booleans.back_color_erase),
    wrapsAtOnce: Boolean(booleans.auto_right_margin) && !booleans.eat_newline_glitch,
    paste,
    move: (x, y) => say('cursor_address', y, x),
    ...countedOf(unpadded, say),
    ...(strings.change_scroll_region
      ? { scrolled: (top: number, bottom: number) => say('change_scroll_region', top, bottom) }
      : {}),
    sgr: { bold, underline, inverse, colour, any: bold || underline || inverse || colour },
    string,
    lineLetters: new Map((unpadded.acs_chars?.match(/../gs) ?? []).map((pair) => [pair.charAt(0), pair.charAt(1)])),
  };
}

type Strings = Entry['strings'];
type Say = (name: StringCapability, ...parameters: number[]) => string;

function countedOf(strings: Strings, say: Say) {
  const all: Partial<Record<keyof typeof counted, (count: number) => string>> = {};
  for (const [ours, [many, one]] of Object.entries(counted) as [keyof typeof counted, readonly StringCapability[]][]) {
    if (!many || !strings[many]) continue;
    // Moving up from the first row, screen's cursor_up (ESC M) would scroll.
    const single = one && strings[one]?.startsWith('\x1b[') ? say(one) : undefined;
    all[ours] = (count) => (count === 1 && single) || say(many, count);
  }
  return all;
}

/** Delays were for the terminals of the seventies; every line since then has flow control or a buffer. */
function unpad(sequence: string): string {
  return sequence.replace(/\$<[\d.]+[*/]*>/g, '');
}

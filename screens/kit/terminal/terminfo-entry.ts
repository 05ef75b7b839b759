/**
 * A compiled terminal description as a file has it (term(5): legacy format, and with 32-bit numbers), as far as we use it.
 * Knows no terminal; what the strings mean is in terminfo.ts.
 */

/** Where each capability stands in its list: the order of ncurses' Caps file, which term.h has, and never changes. */
const places = {
  booleans: { auto_right_margin: 1, eat_newline_glitch: 4, back_color_erase: 28 },
  numbers: { max_colors: 13, no_color_video: 15 },
  strings: {
    change_scroll_region: 3,
    clear_screen: 5,
    clr_eol: 6,
    column_address: 8,
    cursor_address: 10,
    cursor_home: 12,
    cursor_invisible: 13,
    cursor_normal: 16,
    cursor_right: 17,
    cursor_up: 19,
    delete_line: 22,
    enter_alt_charset_mode: 25,
    enter_bold_mode: 27,
    enter_ca_mode: 28,
    enter_reverse_mode: 34,
    enter_underline_mode: 36,
    erase_chars: 37,
    exit_alt_charset_mode: 38,
    exit_attribute_mode: 39,
    exit_ca_mode: 40,
    insert_line: 53,
    parm_delete_line: 106,
    parm_down_cursor: 107,
    parm_insert_line: 110,
    parm_right_cursor: 112,
    parm_up_cursor: 114,
    row_address: 127,
    scroll_forward: 129,
    scroll_reverse: 130,
    acs_chars: 146,
    ena_acs: 155,
    set_a_foreground: 359,
  },
} as const;

export type StringCapability = keyof typeof places.strings;

/** What is not in it is not there: the terminal lacks it, or has it cancelled. */
export interface Entry {
  booleans: Partial<Record<keyof typeof places.booleans, boolean>>;
  numbers: Partial<Record<keyof typeof places.numbers, number>>;
  /** Bytes in seven bits, parameters and padding as they stand. */
  strings: Partial<Record<StringCapability, string>>;
  /** It has the extended string BE, as terminals with bracketed paste do. */
  namesPaste: boolean;
}

const header = 12;

/** @throws RangeError for what is no such description, or is cut off */
export function parseEntry(data: Buffer): Entry {
  const [magic, names, booleans, numbers, strings, tableSize] = [0, 2, 4, 6, 8, 10].map((at) =>
    data.readUInt16LE(at),
  ) as [number, number, number, number, number, number];
  if (magic !== 0x11a && magic !== 0x21e) throw new RangeError('magic');
  const width = magic === 0x21e ? 4 : 2;
  const numbersAt = header + names + booleans + ((names + booleans) % 2);
  const stringsAt = numbersAt + numbers * width;
  const tableAt = stringsAt + strings * 2;
  const end = tableAt + tableSize;
  if (end > data.length) throw new RangeError('length');

  const entry: Entry = { booleans: {}, numbers: {}, strings: {}, namesPaste: data.indexOf('\0BE\0', end) >= 0 };
  each(places.booleans, booleans, (name, place) => {
    entry.booleans[name] = data[header + names + place] === 1;
  });
  each(places.numbers, numbers, (name, place) => {
    const at = numbersAt + place * width;
    const value = width === 4 ? data.readInt32LE(at) : data.readInt16LE(at);
    if (value >= 0) entry.numbers[name] = value;
  });
  each(places.strings, strings, (name, place) => {
    const offset = data.readInt16LE(stringsAt + place * 2);
    if (offset < 0) return;
    const begin = tableAt + offset;
    const zero = data.indexOf(0, begin);
    if (zero < 0 || zero >= end) throw new RangeError('unterminated');
    entry.strings[name] = data.toString('ascii', begin, zero);
  });
  return entry;
}

/** Those that the list is long enough for: an entry leaves out what it has none of at the end. */
function each<Name extends string>(
  all: Readonly<Record<Name, number>>,
  length: number,
  take: (name: Name, place: number) => void,
): void {
  for (const [name, place] of Object.entries(all) as [Name, number][]) if (place < length) take(name, place);
}

/** A line of a file as it is handed out: its place, and at most 16 KiB of its text. */
import type { LogEntry, LogPlace } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import type { Bytes } from './bytes.ts';

const KEPT = 16 << 10;
/** Up to here the characters of a long line are counted; beyond, its bytes. */
const COUNTED = 1 << 20;

/** Where a line stands in a file, wherever that is renamed to. `end`: behind its newline, or as far as it was written. */
export interface FilePlace {
  inode: string;
  start: number;
  end: number;
}

export function placeOf({ inode, start, end }: FilePlace): LogPlace {
  return `${inode}-${start}-${end}`;
}

/** @throws Failure 'bad-value' for what is no place of a file */
export function parsePlace(place: LogPlace): FilePlace | 'oldest' | 'newest' {
  if (place === 'oldest' || place === 'newest') return place;
  const [, inode = '', start, end] = /^(\d{1,20})-(\d{1,15})-(\d{1,15})$/.exec(place) ?? [];
  if (start === undefined || Number(end) < Number(start))
    throw fail('bad-value', { field: 'from', why: 'is no place of this log', right: 'oldest, newest or one it gave' });
  return { inode, start: Number(start), end: Number(end) };
}

/** The line from `start` up to `end`, its newline included. Bytes that are no UTF-8 become U+FFFD. */
export async function entryAt(bytes: Bytes, inode: string, start: number, end: number): Promise<LogEntry> {
  const tail = await bytes.slice(Math.max(start, end - 2), end);
  const textEnd = end - lineBreak(tail);
  const place = placeOf({ inode, start, end });
  const open = textEnd === end ? { isOpen: true as const } : {};
  if (textEnd - start <= KEPT) return { place, text: (await bytes.slice(start, textEnd)).toString('utf8'), ...open };
  const head = await bytes.slice(start, start + KEPT);
  const whole = wholeCharacters(head);
  const rest = textEnd - start - whole;
  const more = rest > COUNTED ? rest : characters(await bytes.slice(start + whole, textEnd));
  return { place, text: head.toString('utf8', 0, whole), more, ...open };
}

function lineBreak(tail: Buffer): number {
  if (tail.at(-1) !== 10) return 0;
  return tail.at(-2) === 13 ? 2 : 1;
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** How many of the bytes remain where a character that is cut at their end is left out (RFC 3629). */
function wholeCharacters(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (at > bytes.length - 4 && isContinuation(bytes[at])) at -= 1;
  const first = bytes[at] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return at + length > bytes.length ? at : bytes.length;
}

function characters(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (!isContinuation(byte)) count += 1;
  return count;
}

/**
 * Bytes from the terminal made into keys. Holds back what is unfinished: an escape sequence for a moment, a character
 * until its last byte. Replies of the terminal and mouse reports never become keys. Knows the grammar (ECMA-48), not
 * the names (keys.ts); reads from nothing by itself.
 */
import { StringDecoder } from 'node:string_decoder';
import { harmlessLines } from '../../../src/values/harmless.ts';
import { isTypeable, keyOfByte, keyOfCharacter, keyOfControl, keyOfLinuxFunction, keyOfShift3 } from './keys.ts';
import type { Key } from './types.ts';

export interface InputOptions {
  onKey(key: Key): void;
  /** Where the cursor is, counted from 1, as told on request. */
  onPosition?(column: number, row: number): void;
  /** Milliseconds that an unfinished sequence is waited for. */
  wait?: number;
}

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';
/** Characters of one paste; the rest is dropped. */
const pasteLimit = 64 * 1024;
/** Milliseconds of silence after which a paste counts as ended, though its end mark never came. */
const pasteWait = 2000;
/** The longest that learning from a slow line makes a lone Esc wait, in milliseconds. */
const longestWait = 250;
/** Longest reply we let pass by; one that never ends is given up. */
const replyLimit = 4096;

/** A part of the stream that is complete. `length` 0: unfinished. */
interface Piece {
  length: number;
  key?: Key | undefined;
}
const unfinished: Piece = { length: 0 };

export class Input {
  private held = '';
  private pasting: string | undefined;
  private afterReturn = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly decoder = new StringDecoder('utf8');
  private wait: number;
  private heldSince = 0;

  constructor(private readonly options: InputOptions) {
    this.wait = options.wait ?? 80;
  }

  feed(bytes: Buffer): void {
    clearTimeout(this.timer);
    if (this.held) this.learn();
    this.held += this.decoder.write(bytes);
    this.take();
    this.heldSince = performance.now();
    if (this.pasting !== undefined) this.timer = setTimeout(() => this.endPaste(), pasteWait);
    else if (this.held) this.timer = setTimeout(() => this.giveUp(), this.wait);
  }

  /** A line that pauses within a sequence is slow: from now on wait longer. */
  private learn(): void {
    const pause = performance.now() - this.heldSince;
    this.wait = Math.max(this.wait, Math.min(longestWait, pause * 2 + 20));
  }

  /** Nothing more came: a lone Esc is the key, anything else was torn and is dropped. */
  private giveUp(): void {
    const held = this.held;
    this.held = '';
    if (held === '\x1b' || held === '\x1b\x1b') this.emit({ name: 'escape' });
    else if (held.length === 2) this.emit({ name: `alt-${held.charAt(1).toLowerCase()}` });
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private take(): void {
    while (this.held) {
      if (this.pasting !== undefined) {
        if (!this.takePaste()) return;
        continue;
      }
      const piece = this.next(this.held);
      if (piece.length === 0) return;
      this.held = this.held.slice(piece.length);
      if (piece.key) this.emit(piece.key);
    }
  }

  private emit(key: Key): void {
    this.options.onKey(key);
  }

  private next(held: string): Piece {
    if (held.charAt(0) === '\x1b') {
      this.afterReturn = false;
      return this.escape(held);
    }
    const character = String.fromCodePoint(held.codePointAt(0) as number);
    const length = character.length;
    // CR LF is one Enter; so is each of them alone.
    const secondOfPair = this.afterReturn && character === '\n';
    this.afterReturn = character === '\r';
    if (secondOfPair) return { length };
    const code = character.charCodeAt(0);
    if (code < 0x20 || code === 0x7f) return { length, key: keyOfByte(code) };
    return { length, key: keyOfCharacter(character) };
  }

  private escape(held: string): Piece {
    if (held.length === 1) return unfinished;
    if (held.startsWith(pasteStart)) {
      this.pasting = '';
      return { length: pasteStart.length };
    }
    const kind = held.charAt(1);
    if (kind === '[') return this.control(held);
    if (kind === 'O') return shift3(held);
    if (kind === ']' || kind === 'P' || kind === '_') return reply(held);
    if (kind === '\x1b') return doubled(held);
    return alt(held);
  }

  private control(held: string): Piece {
    if (held.length === 2) return unfinished;
    if (held.charAt(2) === '[')
      return held.length === 3 ? unfinished : { length: 4, key: keyOfLinuxFunction(held.charAt(3)) };
    // The old mouse report: three bytes follow, whatever they are.
    if (held.charAt(2) === 'M') return held.length < 6 ? unfinished : { length: 6 };
    const end = endOfControl(held);
    if (end < 0) return held.length > replyLimit ? { length: held.length } : unfinished;
    const final = held.charAt(end);
    // Cut off by another sequence or a control character: that one begins anew.
    if (!/[@-~]/.test(final)) return { length: end };
    const parameters = held.slice(2, end);
    this.position(parameters, final);
    return { length: end + 1, key: keyOfControl(parameters, final) };
  }

  private position(parameters: string, final: string): void {
    const [, row, column] = (final === 'R' && /^\??(\d{1,5});(\d{1,5})/.exec(parameters)) || [];
    if (row && column) this.options.onPosition?.(Number(column), Number(row));
  }

  /** True when the end was found. */
  private takePaste(): boolean {
    const end = this.held.indexOf(pasteEnd);
    // Its last characters may be the beginning of the end.
    const sure = end >= 0 ? end : this.held.length - startOf(pasteEnd, this.held);
    this.pasting = (this.pasting + this.held.slice(0, sure)).slice(0, pasteLimit);
    this.held = this.held.slice(end >= 0 ? end + pasteEnd.length : sure);
    if (end < 0) return false;
    this.endPaste();
    return true;
  }

  /** At its end mark, or when that never came. */
  private endPaste(): void {
    const text = harmless(this.pasting ?? '');
    this.pasting = undefined;
    if (text) this.emit({ name: 'paste', text });
  }
}

/** How many characters at the end of the text could begin the mark. */
function startOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

/** Index of the byte that ends a control sequence or does not belong to it; -1 if none is there yet. */
function endOfControl(held: string): number {
  for (let at = 2; at < held.length; at++) {
    const code = held.charCodeAt(at);
    if (code < 0x20 || code >= 0x40) return at;
  }
  return -1;
}

function shift3(held: string): Piece {
  const match = /^([0-9;]*)([^0-9;])/.exec(held.slice(2));
  if (!match) return held.length > 16 ? { length: held.length } : unfinished;
  const [whole, parameters = '', final = ''] = match;
  // A control character does not belong to it.
  if (final < ' ' || final > '~') return { length: 1 + whole.length };
  return { length: 2 + whole.length, key: keyOfShift3(parameters, final) };
}

/** OSC, DCS and APC end with BEL, or ST, or are cut off by another escape sequence. */
function reply(held: string): Piece {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  const end = /[\x07\x1b\x18\x1a\x9c]/.exec(held.slice(2));
  if (!end) return held.length > replyLimit ? { length: held.length } : unfinished;
  const at = 2 + end.index;
  if (held.charAt(at) !== '\x1b') return { length: at + 1 };
  if (held.length === at + 1) return unfinished;
  return { length: held.charAt(at + 1) === '\\' ? at + 2 : at };
}

/** ESC ESC [ A is Alt with an arrow in rxvt and PuTTY: the arrow. ESC ESC and then anything else is Esc, and that. */
function doubled(held: string): Piece {
  if (held.length === 2) return unfinished;
  const kind = held.charAt(2);
  return kind === '[' || kind === 'O' ? { length: 1 } : { length: 1, key: { name: 'escape' } };
}

function alt(held: string): Piece {
  const character = String.fromCodePoint(held.codePointAt(1) as number);
  const length = 1 + character.length;
  if (character === '\t') return { length, key: { name: 'backtab' } };
  if (character === '\r' || character === '\n') return { length, key: { name: 'enter' } };
  if (character === '\x7f' || character === '\b') return { length, key: { name: 'alt-backspace' } };
  if (character === ' ') return { length, key: { name: 'alt-space' } };
  if (character < ' ' || !isTypeable(character)) return { length: character < ' ' ? 1 : length };
  return { length, key: { name: `alt-${character.toLowerCase()}` } };
}

/** Line ends as \n; every control, format and broken character dropped, of escape sequences all. */
function harmless(text: string): string {
  const clean = harmlessLines(text.replace(/\r\n?/g, '\n'));
  return [...clean].filter((c) => c === '\n' || isTypeable(c)).join('');
}

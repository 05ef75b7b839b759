/**
 * Names of keys: what one whole sequence from a terminal means. Pure tables; cutting bytes into sequences is input.ts.
 * Sources: ctlseqs (xterm), terminfo entries of linux, rxvt, vt220, putty, and their manuals.
 */
import type { Key } from './types.ts';

/** Letters after CSI or SS3. */
const byLetter: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  E: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'backtab',
};

/** rxvt: shifted arrows as CSI small letter, ctrl as SS3 small letter. */
const byRxvtLetter: Readonly<Record<string, string>> = { a: 'up', b: 'down', c: 'right', d: 'left' };

/** The keypad in application mode, after SS3. */
const byKeypad: Readonly<Record<string, string>> = {
  M: 'enter',
  I: 'tab',
  ' ': 'space',
  X: '=',
  j: '*',
  k: '+',
  l: ',',
  m: '-',
  n: '.',
  o: '/',
  p: '0',
  q: '1',
  r: '2',
  s: '3',
  t: '4',
  u: '5',
  v: '6',
  w: '7',
  x: '8',
  y: '9',
};

/** Numbers before "~". 25 to 34 are F13 to F20, which Linux and rxvt send for shifted F1 to F8: shown as those. */
const byNumber: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
  25: 'f1',
  26: 'f2',
  28: 'f3',
  29: 'f4',
  31: 'f5',
  32: 'f6',
  33: 'f7',
  34: 'f8',
};

const typing = new Set(Object.values(byKeypad).filter((name) => name.length === 1));

function named(name: string): Key {
  if (name === 'space') return { name, text: ' ' };
  return typing.has(name) ? { name, text: name } : { name };
}

/**
 * The key of a control sequence (after ESC [), or undefined for what is no key: replies, mouse reports, unknown ones.
 * `parameters`: what stands between, `final`: its last byte.
 */
export function keyOfControl(parameters: string, final: string): Key | undefined {
  if (!/^[0-9;]*$/.test(parameters)) return undefined;
  const numbers = parameters.split(';').map(Number);
  const [first = 0, modifier = 1] = numbers;
  // rxvt ends keys with ^ for ctrl, and @ for ctrl and shift.
  if (final === '~' || ((final === '^' || final === '@') && numbers.length === 1)) return tilde(first);
  if (final === 'u') return keyOfCode(first, modifier);
  // A reply to a cursor report looks like F3 with modifiers: it was asked for, F3 was not.
  if (final === 'R' && parameters !== '') return undefined;
  const name = byLetter[final] ?? (parameters === '' ? byRxvtLetter[final] : undefined);
  if (!name) return undefined;
  return named(name);
}

function tilde(number: number): Key | undefined {
  const name = byNumber[number];
  return name ? named(name) : undefined;
}

/** "CSI u" of xterm's formatOtherKeys and of kitty: the code point and 1 + the modifiers' bits. */
function keyOfCode(code: number, modifier: number): Key | undefined {
  const bits = modifier - 1;
  if (code === 9) return { name: bits & 1 ? 'backtab' : 'tab' };
  if (code === 27) return { name: 'escape' };
  if (code < 0x20 || code === 0x7f) return keyOfByte(code);
  if (code > 0x7e) return undefined;
  const character = String.fromCharCode(code);
  if (bits & 4) return /[a-z]/i.test(character) ? { name: `ctrl-${character.toLowerCase()}` } : undefined;
  if (bits & 2) return { name: `alt-${character.toLowerCase()}` };
  return keyOfCharacter(character);
}

/** The key of a sequence ESC O x. */
export function keyOfShift3(parameters: string, final: string): Key | undefined {
  const name = byLetter[final] ?? byRxvtLetter[final] ?? byKeypad[final];
  return name && /^[0-9;]*$/.test(parameters) ? named(name) : undefined;
}

/** The Linux console's F1 to F5: ESC [ [ A. */
export function keyOfLinuxFunction(letter: string): Key | undefined {
  const at = 'ABCDE'.indexOf(letter);
  return at < 0 ? undefined : { name: `f${at + 1}` };
}

/** The key of a control character, or undefined for those that are none. */
export function keyOfByte(code: number): Key | undefined {
  if (code === 0x0d || code === 0x0a) return { name: 'enter' };
  if (code === 0x09) return { name: 'tab' };
  if (code === 0x08 || code === 0x7f) return { name: 'backspace' };
  if (code === 0x1b) return { name: 'escape' };
  if (code > 0 && code < 0x1b) return { name: `ctrl-${String.fromCharCode(code + 0x60)}` };
  return undefined;
}

/** The key of a character that can be typed: anything but controls. */
export function keyOfCharacter(character: string): Key | undefined {
  if (character === ' ') return { name: 'space', text: ' ' };
  return isTypeable(character) ? { name: character, text: character } : undefined;
}

/** No controls, no halves of a character, no bidi or other invisible ones, none that Unicode does not know, no stand-in for broken bytes. */
export function isTypeable(character: string): boolean {
  return !/^[\p{C}\p{Zl}\p{Zp}\ufffd]/u.test(character);
}

/**
 * Attributes of a cell: blessed's integer (flags<<18 | foreground<<9 | background, 0x1ff for default), brought down to
 * what a look and a terminal can show, and as SGR sequences. Pure.
 */
import blessed from 'blessed';
import type { Terminfo } from './terminfo.ts';
import type { Look } from './types.ts';

export const bold = 1;
const underline = 2;
const inverse = 8;
/** A colour that is the terminal's own. */
export const own = 0x1ff;

/** No flags, the terminal's own colours. */
export const plain = (own << 9) | own;

export const attribute = (flags: number, foreground: number, background: number): number =>
  (flags << 18) | (foreground << 9) | background;
export const flagsOf = (attr: number): number => (attr >> 18) & 0x1f;
export const foregroundOf = (attr: number): number => (attr >> 9) & 0x1ff;
export const backgroundOf = (attr: number): number => attr & 0x1ff;

/** no_color_video's bits (terminfo(5)) for our flags. */
const noColourBits = [
  [underline, 2],
  [inverse, 4],
  [bold, 32],
] as const;

/** The attribute as it will be shown. Equal results look equal, so that comparing them finds what must be sent. */
export function reduce(
  attr: number,
  blank: boolean,
  look: Look,
  terminfo: Pick<Terminfo, 'sgr' | 'noColourVideo'>,
): number {
  let flags = flagsOf(attr) & (bold | underline | inverse);
  let foreground = fewer(foregroundOf(attr), look.colours);
  let background = fewer(backgroundOf(attr), look.colours);
  if (look.colours === 8) {
    if (foreground !== own && foreground > 7) {
      foreground -= 8;
      flags |= bold;
    }
    if (background !== own) background &= 7;
  }
  if (foreground !== own || background !== own)
    for (const [flag, bit] of noColourBits) if (terminfo.noColourVideo & bit) flags &= ~flag;
  if (!terminfo.sgr.bold) flags &= ~bold;
  if (!terminfo.sgr.underline) flags &= ~underline;
  if (!terminfo.sgr.inverse) flags &= ~inverse;
  if (blank && !(flags & (underline | inverse))) return attribute(0, own, background);
  return attribute(flags, foreground, background);
}

const reduceColour = (blessed as unknown as { colors: { reduce(colour: number, total: number): number } }).colors
  .reduce;

function fewer(colour: number, colours: Look['colours']): number {
  if (colour === own || colours === 0) return own;
  return colours === 256 ? colour : reduceColour(colour & 0xff, 16);
}

/** The shortest SGR sequence that leads from one reduced attribute to another; '' where there is none to send. */
export function change(from: number | undefined, to: number): string {
  if (from === to) return '';
  const whole = `\x1b[${['', ...parameters(to, undefined)].join(';')}m`;
  if (from === undefined || flagsOf(from) & ~flagsOf(to)) return whole;
  const step = `\x1b[${parameters(to, from).join(';')}m`;
  return step.length < whole.length ? step : whole;
}

function parameters(to: number, from: number | undefined): string[] {
  const before = from ?? plain;
  const parts: string[] = [];
  const added = flagsOf(to) & ~flagsOf(before);
  if (added & bold) parts.push('1');
  if (added & underline) parts.push('4');
  if (added & inverse) parts.push('7');
  if (foregroundOf(to) !== foregroundOf(before)) parts.push(colour(foregroundOf(to), 30));
  if (backgroundOf(to) !== backgroundOf(before)) parts.push(colour(backgroundOf(to), 40));
  return parts;
}

function colour(index: number, base: 30 | 40): string {
  if (index === own) return String(base + 9);
  if (index < 8) return String(base + index);
  if (index < 16) return String(base + 60 + index - 8);
  return `${base + 8};5;${index}`;
}

/**
 * What every parse function of this folder gives, and the types that only they can make. Nothing here, and nothing in
 * this folder, reads the machine or imports from outside it: forms and service parse with the very same functions.
 */

/**
 * A value, or why there is none. `why` is a plain phrase in lower case without a full stop, safe on any terminal;
 * `right` is an example that would be accepted, or says what would be.
 */
export type Parsed<T> = { ok: true; value: T } | { ok: false; why: string; right: string };

declare const kind: unique symbol;

/** A `T` that went through the parse function that knows `K`. */
export type Known<T, K extends string> = T & { readonly [kind]: K };

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function wrong(why: string, right: string): { ok: false; why: string; right: string } {
  return { ok: false, why, right };
}

/**
 * The value, where the text is known to be right: written in our own source, or parsed before.
 * @throws TypeError otherwise.
 */
export function sure<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new TypeError(parsed.why);
}

/** The character as it may be named in a reason: itself where that is visible ASCII, its number otherwise. */
export function named(character: string): string {
  if (character === ' ') return 'a blank';
  if (character === '\t') return 'a tab';
  if (/^[!-~]$/.test(character)) return `"${character}"`;
  const number = character.codePointAt(0) ?? 0;
  return `the character U+${number.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The first character of the text that is not of those, and its place counted from 1. */
export function firstOther(text: string, allowed: RegExp): { character: string; place: number } | undefined {
  let place = 0;
  for (const character of text) {
    place += 1;
    if (!allowed.test(character)) return { character, place };
  }
  return undefined;
}

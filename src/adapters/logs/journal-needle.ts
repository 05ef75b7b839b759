/**
 * What journalctl itself can look for, so that only records that may match are read. Its -g is PCRE2 over bytes and ours
 * is JavaScript's, which differ in much; so it is given text that every match must hold, and nothing else: the pattern
 * itself is looked for here, in what is left. Pure.
 */

/** ASCII that has no meaning of its own in a pattern. */
const plain = /^[\w !"#%&',/:;<=>@`~-]$/;
/** Shorter text is in so many records that leaving out the others gains nothing. */
const shortest = 2;

/** Arguments for journalctl, or none. `expression`: as JavaScript has it, and valid; `ignoreCase`: flag "i". */
export function needleArguments(expression: string, ignoreCase: boolean): string[] {
  const needles = topLevel(expression).map((alternative) => longest(alternative));
  if (needles.length === 0 || needles.some((needle) => needle.length < shortest)) return [];
  const pattern = needles.map((needle) => literal(needle, ignoreCase)).join('|');
  return [`--grep=${pattern}`, `--case-sensitive=${ignoreCase ? 'no' : 'yes'}`];
}

/** The text as a PCRE2 pattern. Where case does not matter, ſ is an s and the Kelvin sign a k (Unicode's folding). */
function literal(text: string, ignoreCase: boolean): string {
  return text.replace(/./gs, (character) => {
    if (ignoreCase && /s/i.test(character)) return '(?:s|\\xc5\\xbf)';
    if (ignoreCase && /k/i.test(character)) return '(?:k|\\xe2\\x84\\xaa)';
    return /\w/.test(character) ? character : `\\${character}`;
  });
}

/** For each alternative the runs of characters that every match of it holds. */
function topLevel(expression: string): string[][] {
  const alternatives: string[][] = [];
  let runs: string[] = [];
  let run = '';
  const endRun = () => {
    if (run) runs.push(run);
    run = '';
  };
  for (let at = 0; at < expression.length; ) {
    const piece = pieceAt(expression, at);
    at += piece.length;
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(expression.slice(at))?.[0] ?? '';
    at += quantifier.length;
    const character = characterOf(piece);
    if (piece === '|') {
      endRun();
      alternatives.push(runs);
      runs = [];
    } else if (character === undefined) endRun();
    else if (quantifier === '') run += character;
    else {
      // It may be there never, or often; with + at least once, with whatever came before it.
      if (quantifier.startsWith('+')) run += character;
      endRun();
    }
  }
  endRun();
  return [...alternatives, runs];
}

function longest(runs: readonly string[]): string {
  return runs.reduce((best, run) => (run.length > best.length ? run : best), '');
}

/** One character, escape, class, or group with all that is in it. */
function pieceAt(expression: string, at: number): string {
  const rest = expression.slice(at);
  if (rest[0] === '\\')
    return /^\\(?:[ux]\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|c[a-z]|[pPk][{<][^}>]*[}>]|\d+|.)/is.exec(rest)?.[0] ?? rest;
  if (rest[0] === '[') return /^\[(?:\\.|[^\]\\])*\]/s.exec(rest)?.[0] ?? rest;
  if (rest[0] !== '(') return rest.slice(0, 1);
  let length = 1;
  while (length < rest.length && rest[length] !== ')') length += pieceAt(expression, at + length).length;
  return rest.slice(0, length + 1);
}

/** The one character that the piece stands for; undefined where it may be several, or none. */
function characterOf(piece: string): string | undefined {
  const escaped = /^\\([^\w])$/.exec(piece)?.[1];
  const character = escaped ?? (piece.length === 1 ? piece : undefined);
  if (character === undefined) return undefined;
  if (escaped !== undefined) return /^[\x20-\x7e]$/.test(escaped) ? escaped : undefined;
  return plain.test(character) ? character : undefined;
}

/**
 * Which look a terminal gets: colours, Unicode, and how lines are drawn. Decides from facts handed in; reads and sends
 * nothing itself.
 */
import type { Terminfo } from './terminfo.ts';
import type { Look } from './types.ts';

export interface LookFacts {
  terminfo: Pick<Terminfo, 'name' | 'colours' | 'sgr' | 'lineLetters' | 'string'>;
  env: Readonly<Record<string, string | undefined>>;
}

/** The poorest look, which every terminal can show. */
export const plainest: Look = { colours: 0, unicode: false, lines: 'ascii' };

/** The look to begin with. */
export function chooseLook({ terminfo, env }: LookFacts): Look {
  if (isOldSerial(terminfo.name)) return plainest;
  const colours = coloursOf(terminfo, env);
  if (!isUtf8(env)) return { colours, unicode: false, lines: 'ascii' };
  return { colours, ...unicodeOf(terminfo.name) };
}

/** The machine's own screen, before anybody gives it another font. */
const unicodeOf = (term: string): Omit<Look, 'colours'> => ({
  unicode: true,
  ...(term === 'linux' ? { few: true } : {}),
  lines: 'unicode',
});

/** All looks of a terminal, richest first, the plainest last. The one to begin with is among them. */
export function looksOf(facts: LookFacts): Look[] {
  const most = coloursOf(facts.terminfo, facts.env);
  const colours = ([256, 16, 8, 0] as const).filter((count) => count <= most);
  const looks: Look[] = [];
  if (isUtf8(facts.env) && !isOldSerial(facts.terminfo.name))
    for (const count of colours) looks.push({ colours: count, ...unicodeOf(facts.terminfo.name) });
  if (hasLineLetters(facts.terminfo)) looks.push({ colours: most, unicode: false, lines: 'acs' });
  for (const count of colours) looks.push({ colours: count, unicode: false, lines: 'ascii' });
  return looks;
}

/** The look after this one in the list, and after the last the first. */
export function lookAfter(look: Look, looks: readonly Look[]): Look {
  const at = looks.findIndex((l) => l.colours === look.colours && l.unicode === look.unicode && l.lines === look.lines);
  return looks[(at + 1) % looks.length] ?? plainest;
}

/** May be on a serial line, where each byte counts and where colours and character sets are anybody's guess. */
function isOldSerial(term: string): boolean {
  return /^(vt\d|ansi|dec-vt)/.test(term);
}

/** LC_ALL, LC_CTYPE, LANG: the first that is set and not empty (locale(7)). */
export function isUtf8(env: LookFacts['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'C';
  return /\.utf-?8(@|$)/i.test(locale);
}

function coloursOf(terminfo: LookFacts['terminfo'], env: LookFacts['env']): Look['colours'] {
  if (!terminfo.sgr.colour || isOldSerial(terminfo.name)) return 0;
  const true256 = /^(truecolor|24bit)$/.test(env.COLORTERM ?? '') && /^(xterm|screen|tmux|rxvt)/.test(terminfo.name);
  const count = true256 ? 256 : terminfo.colours;
  return count >= 256 ? 256 : count >= 16 ? 16 : count >= 8 ? 8 : 0;
}

function hasLineLetters(terminfo: LookFacts['terminfo']): boolean {
  return (
    Boolean(terminfo.string.linesOn && terminfo.string.linesOff) &&
    'jklmqx'.split('').every((l) => terminfo.lineLetters.has(l))
  );
}

/**
 * What a terminal understands, by the system's terminfo database as infocmp(1) prints it: patterns of the sequences, by
 * capability. Read apart from what the console reads it with, so that one finds the other's mistakes.
 */
import { execFileSync } from 'node:child_process';

export interface Understood {
  /** Patterns, anchored where they are tried; their groups are the parameters. */
  sequences: { name: string; pattern: RegExp }[];
  /** Parameters of SGR, the longer ones as they are sent: "38;5;117". */
  isRendition(parameter: string): boolean;
  backColourErase: boolean;
  /** Bytes in the alternate character set, and what they draw. */
  lines: ReadonlyMap<string, string>;
}

/** The capabilities that an emulator of them has to act on. */
const acted =
  /^(cup|home|clear|ed|el|el1|ech|cuu|cud|cuf|cub|cuu1|cuf1|cub1|cr|hpa|vpa|il|il1|dl|dl1|csr|ri|ind|civis|cnorm|smcup|rmcup|smacs|rmacs|enacs|sgr0)$/;

/** terminfo(5), "Line Graphics". */
const drawn = { q: '─', x: '│', l: '┌', k: '┐', m: '└', j: '┘', t: '├', u: '┤', w: '┬', v: '┴', n: '┼' };

const known = new Map<string, Understood>();

export function understoodBy(term: string): Understood {
  const understood = known.get(term) ?? read(term);
  known.set(term, understood);
  return understood;
}

function read(term: string): Understood {
  const printed = execFileSync('infocmp', ['-1', term], { encoding: 'latin1' });
  const strings = new Map<string, string>();
  for (const [, name = '', value = ''] of printed.matchAll(/^\t(\w+)=(.*),$/gm)) strings.set(name, unescaped(value));
  // Where moving up is that, it scrolls at the top.
  if (strings.get('cuu1') === strings.get('ri')) strings.delete('cuu1');
  const sequences = [...strings]
    .filter(([name]) => acted.test(name))
    .map(([name, value]) => ({ name, pattern: patternOf(value) }))
    .sort((a, b) => b.pattern.source.length - a.pattern.source.length);
  const colours = Number(/^\tcolors#(\w+),$/m.exec(printed)?.[1] ?? 0);
  const pairs = (strings.get('acsc') ?? '').match(/../gs) ?? [];
  return {
    sequences,
    isRendition: renditions(strings, colours),
    backColourErase: /^\tbce,$/m.test(printed),
    lines: new Map(pairs.map(([letter = '', byte = '']) => [byte, drawn[letter as keyof typeof drawn] ?? letter])),
  };
}

function unescaped(value: string): string {
  return value
    .replace(/\$<[\d.]+[*/]*>/g, '')
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) => {
      if (/^\d{3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
      return { E: '\x1b', r: '\r', n: '\n', t: '\t', b: '\b', s: ' ' }[code] ?? code;
    })
    .replace(/\^(.)/g, (_, letter: string) => String.fromCharCode(letter.charCodeAt(0) & 0x1f));
}

/** Of parameters only plain numbers: nothing that is acted on has others. */
function patternOf(value: string): RegExp {
  const parts = value.replace('%i', '').split(/(%p\d%d)/);
  return new RegExp(
    parts.map((part) => (part.startsWith('%p') ? '(\\d+)' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))).join(''),
    'y',
  );
}

function renditions(strings: ReadonlyMap<string, string>, colours: number): (parameter: string) => boolean {
  const plain = new Set(['', '0']);
  for (const name of ['bold', 'smul', 'rev', 'op'])
    for (const one of (strings.get(name) ?? '').slice(2, -1).split(';')) plain.add(one);
  const [few, bright, many] = [
    colours >= 8,
    /9%p1%/.test(strings.get('setaf') ?? ''),
    /38;5;%p1%/.test(strings.get('setaf') ?? ''),
  ];
  return (parameter) =>
    plain.has(parameter) ||
    (few && /^[34][0-7]$/.test(parameter)) ||
    (bright && /^(9|10)[0-7]$/.test(parameter)) ||
    (many && /^[34]8;5;\d+$/.test(parameter) && Number(parameter.split(';')[2]) < colours);
}

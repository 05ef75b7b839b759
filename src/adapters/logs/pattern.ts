/** What a pattern finds in whole lines of bytes: each line by itself, whatever the lines around it hold. Pure. */
import { isAscii } from 'node:buffer';
import type { LogPattern } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { expressionOf } from './expression.ts';

/** From the first byte of a line up to behind its newline. */
export type Span = [start: number, end: number];

export interface Matcher {
  /** The lines of these bytes that hold the pattern, ascending. `beat`: called between pieces of work. */
  spans(lines: Buffer, beat: () => void): Span[];
}

type Find = (lines: Buffer, beat: () => void) => Iterable<Span>;
type Holds = (line: string) => boolean;

const NEWLINE = 10;
/** Bytes that a regular expression is given at once. */
const PIECE = 64 << 10;

/**
 * Lines that hold all of the patterns.
 * @throws Failure 'bad-pattern'
 */
export function matcherOf(patterns: readonly LogPattern[]): Matcher {
  // The fastest looks through everything, the others at what it found.
  const [first, ...others] = patterns.map(parse).sort((a, b) => Number(b.isBytes) - Number(a.isBytes));
  if (!first) return { spans: (lines) => everyLine(lines) };
  if (others.length === 0) return { spans: (lines, beat) => [...first.find(lines, beat)] };
  return {
    spans(lines, beat) {
      const holdAll = ([start, end]: Span) => {
        const text = textOf(lines, start, end);
        beat();
        return others.every(({ holds }) => holds(text));
      };
      return [...first.find(lines, beat)].filter(holdAll);
    },
  };
}

function parse(pattern: LogPattern): { isBytes: boolean; find: Find; holds: Holds } {
  const { text, regular } = pattern;
  if (!regular && text.includes('\n')) throw fail('bad-pattern', { pattern: text, why: 'No line holds a line break' });
  const single = expressionOf(pattern);
  if (!regular && !single.ignoreCase) {
    const needle = Buffer.from(text);
    return { isBytes: true, find: (lines) => literal(lines, needle), holds: (line) => line.includes(text) };
  }
  const holds: Holds = (line) => single.test(line);
  // What looks around may see the next line, and then not match where the line alone would.
  const looksAround = regular && /\(\?<?[=!]/.test(text);
  const many = new RegExp(single.source, `${single.flags}gm`);
  const find: Find = looksAround
    ? (lines, beat) => lineByLine(lines, holds, beat)
    : (lines, beat) => regularly(lines, many, holds, beat);
  return { isBytes: false, find, holds };
}

function* literal(lines: Buffer, needle: Buffer): Generator<Span> {
  for (let at = lines.indexOf(needle); at >= 0; ) {
    const end = lineEndAt(lines, at);
    yield [lines.lastIndexOf(NEWLINE, at) + 1, end];
    at = end < lines.length ? lines.indexOf(needle, end) : -1;
  }
}

function lineEndAt(lines: Buffer, at: number): number {
  const newline = lines.indexOf(NEWLINE, at);
  return newline < 0 ? lines.length : newline + 1;
}

function everyLine(lines: Buffer): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = lineEndAt(lines, start);
    spans.push([start, end]);
    start = end;
  }
  return spans;
}

/** Pieces of whole lines. */
function* pieces(lines: Buffer): Generator<Span> {
  for (let start = 0; start < lines.length; ) {
    const end = start + PIECE >= lines.length ? lines.length : lineEndAt(lines, start + PIECE);
    yield [start, end];
    start = end;
  }
}

function* lineByLine(lines: Buffer, holds: Holds, beat: () => void): Generator<Span> {
  for (const [start, end] of everyLine(lines)) {
    beat();
    if (holds(textOf(lines, start, end))) yield [start, end];
  }
}

function* regularly(lines: Buffer, many: RegExp, holds: Holds, beat: () => void): Generator<Span> {
  for (const [start, end] of pieces(lines)) {
    const piece = lines.subarray(start, end);
    const isPlain = isAscii(piece);
    const text = withoutBreak(piece.toString(isPlain ? 'latin1' : 'utf8'));
    const spans = spansIn(text, many, holds, beat);
    for (const span of isPlain ? spans : inBytes(piece, text, spans))
      yield [start + span[0], start + Math.min(span[1], piece.length)];
  }
}

/**
 * Spans in characters. The expression runs over many lines at once, which is fast, and may take in what follows a
 * line: so what it finds is looked at again alone.
 */
function* spansIn(text: string, many: RegExp, holds: Holds, beat: () => void): Generator<Span> {
  many.lastIndex = 0;
  for (;;) {
    beat();
    const found = many.exec(text);
    if (!found) return;
    const { index } = found;
    const start = index === 0 ? 0 : text.lastIndexOf('\n', index - 1) + 1;
    const newline = text.indexOf('\n', index);
    const end = newline < 0 ? text.length : newline;
    if (holds(withoutReturn(text.slice(start, end)))) yield [start, end + 1];
    if (end >= text.length) return;
    many.lastIndex = end + 1;
  }
}

/** Newlines are the same in both; what lies between may differ in length by any number of characters. */
function* inBytes(bytes: Buffer, text: string, spans: Iterable<Span>): Generator<Span> {
  let [character, byte] = [0, 0];
  for (const [start, end] of spans) {
    while (character < start) {
      character = text.indexOf('\n', character) + 1;
      byte = lineEndAt(bytes, byte);
    }
    const begin = byte;
    byte = lineEndAt(bytes, byte);
    character = end;
    yield [begin, byte];
  }
}

function textOf(lines: Buffer, start: number, end: number): string {
  return withoutReturn(withoutBreak(lines.toString('utf8', start, end)));
}

const withoutBreak = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text);
const withoutReturn = (text: string) => (text.endsWith('\r') ? text.slice(0, -1) : text);

/** Bytes as terminals send them, and the keys that the operator meant. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Input } from '../../../../screens/kit/terminal/input.ts';
import type { Key } from '../../../../screens/kit/terminal/types.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Keys of bytes that arrive in these pieces, one right after the other, and then nothing more. */
function keysOf(...pieces: (string | Buffer)[]): Key[] {
  const keys: Key[] = [];
  const input = new Input({ onKey: (key) => keys.push(key) });
  for (const piece of pieces) input.feed(Buffer.from(piece as string));
  vi.advanceTimersByTime(5000);
  return keys;
}
const names = (...pieces: (string | Buffer)[]) => keysOf(...pieces).map((key) => key.name);

const meant: Record<string, string[]> = {
  up: ['\x1b[A', '\x1bOA', '\x1b[1;5A', '\x1b[1;2A', '\x1b[a', '\x1bOa', '\x1b\x1b[A', '\x1b[1;3A'],
  down: ['\x1b[B', '\x1bOB', '\x1b[1;5B'],
  right: ['\x1b[C', '\x1bOC', '\x1bOc'],
  left: ['\x1b[D', '\x1bOD'],
  home: ['\x1b[H', '\x1bOH', '\x1b[1~', '\x1b[7~', '\x1b[1;5H', '\x1b[7^'],
  end: ['\x1b[F', '\x1bOF', '\x1b[4~', '\x1b[8~', '\x1b[8^'],
  pageup: ['\x1b[5~', '\x1b[5;5~'],
  pagedown: ['\x1b[6~'],
  insert: ['\x1b[2~'],
  delete: ['\x1b[3~', '\x1b[3;2~', '\x1b[3^'],
  backtab: ['\x1b[Z', '\x1b\t', '\x1b[1;2Z', '\x1b[9;2u'],
  tab: ['\t', '\x1bOI'],
  enter: ['\r', '\n', '\r\n', '\x1bOM', '\x1b\r', '\x1b[13;5u'],
  escape: ['\x1b', '\x1b\x1b', '\x1b[27u'],
  backspace: ['\x7f', '\b'],
  space: [' ', '\x1bO '],
  f1: ['\x1bOP', '\x1b[11~', '\x1b[[A', '\x1b[25~', '\x1b[1;2P'],
  f3: ['\x1bOR', '\x1b[13~', '\x1b[[C', '\x1b[28~', '\x1b[R'],
  f4: ['\x1bOS', '\x1b[14~', '\x1b[[D', '\x1b[29~'],
  f5: ['\x1b[15~', '\x1b[[E', '\x1b[31~'],
  f8: ['\x1b[19~', '\x1b[34~'],
  f12: ['\x1b[24~'],
  'ctrl-a': ['\x01', '\x1b[97;5u'],
  'ctrl-c': ['\x03'],
  'ctrl-z': ['\x1a'],
  'alt-x': ['\x1bx', '\x1bX', '\x1b[120;3u'],
  é: ['é'],
  日: ['日'],
  '5': ['5', '\x1bOu'],
};

test.each(Object.entries(meant))('%s comes from every terminal, and once', (name, sequences) => {
  for (const sequence of sequences) expect(names(sequence), JSON.stringify(sequence)).toEqual([name]);
});

test('a line that brings a byte at a time brings the same keys', () => {
  for (const [name, sequences] of Object.entries(meant))
    for (const sequence of sequences)
      expect(names(...[...Buffer.from(sequence)].map((byte) => Buffer.from([byte]))), JSON.stringify(sequence)).toEqual(
        [name],
      );
});

test('Esc alone comes after a moment, and a slow arrow is no Esc', () => {
  const keys: string[] = [];
  const input = new Input({ onKey: (key) => keys.push(key.name) });
  input.feed(Buffer.from('\x1b'));
  expect(keys).toEqual([]);
  vi.advanceTimersByTime(81);
  expect(keys).toEqual(['escape']);
  for (const byte of '\x1b[A') {
    input.feed(Buffer.from(byte));
    vi.advanceTimersByTime(60);
  }
  expect(keys).toEqual(['escape', 'up']);
});

test('a line that pauses within a sequence is given longer from then on', () => {
  const keys: string[] = [];
  const input = new Input({ onKey: (key) => keys.push(key.name) });
  for (const pause of [70, 150]) {
    input.feed(Buffer.from('\x1b'));
    vi.advanceTimersByTime(pause);
    input.feed(Buffer.from('[A'));
  }
  expect(keys).toEqual(['up', 'up']);
});

test('Enter is one Enter for each line end, in any mixture', () => {
  expect(names('\r\n\r\n')).toEqual(['enter', 'enter']);
  expect(names('\r', '\n')).toEqual(['enter']);
  expect(names('\r\r\n\n')).toEqual(['enter', 'enter', 'enter']);
});

describe('what the terminal says by itself is never typed', () => {
  test.each([
    ['cursor report', '\x1b[24;80R'],
    ['cursor report, DEC', '\x1b[?24;80R'],
    ['device attributes', '\x1b[?62;1;6c'],
    ['secondary attributes', '\x1b[>41;330;0c'],
    ['status', '\x1b[0n'],
    ['mode report', '\x1b[?2004;2$y'],
    ['title', '\x1b]lname\x1b\\'],
    ['colour', '\x1b]11;rgb:0000/0000/0000\x07'],
    ['terminfo', '\x1bP1+r436f=323536\x1b\\'],
    ['mouse', '\x1b[M !!'],
    ['mouse, SGR', '\x1b[<0;33;10M\x1b[<0;33;10m'],
    ['focus', '\x1b[I\x1b[O'],
    ['controls of eight bits', '\u009b\u0085'],
    ['broken bytes', Buffer.from([0xff, 0xfe, 0xc3, 0x28]).toString('latin1')],
  ])('%s', (what, bytes) => {
    const expected = what === 'broken bytes' ? ['('] : [];
    expect(names(Buffer.from(bytes, what === 'broken bytes' ? 'latin1' : 'utf8'))).toEqual(expected);
    expect(names(Buffer.from(bytes, what === 'broken bytes' ? 'latin1' : 'utf8'), 'a').at(-1)).toBe('a');
  });

  test('where the cursor is, is told', () => {
    const seen: number[][] = [];
    new Input({ onKey: () => undefined, onPosition: (...at) => seen.push(at) }).feed(Buffer.from('\x1b[24;80R'));
    expect(seen).toEqual([[80, 24]]);
  });
});

describe('a paste', () => {
  test('is one key with its text', () =>
    expect(keysOf('\x1b[200~one\r\ntwo\x1b[201~x')).toEqual([
      { name: 'paste', text: 'one\ntwo' },
      { name: 'x', text: 'x' },
    ]));
  test('is made harmless', () => {
    const [paste] = keysOf('\x1b[200~a\x1b[31mb\x03\x1b]0;t\x07\u202ec\u009b2J\x1b[201~');
    expect(paste).toEqual({ name: 'paste', text: 'abc' });
  });
  test('may be cut anywhere, and may never end', () => {
    expect(keysOf('\x1b[20', '0~ab\x1b[2', '01~')).toEqual([{ name: 'paste', text: 'ab' }]);
    expect(keysOf('\x1b[200~lost')).toEqual([{ name: 'paste', text: 'lost' }]);
    expect(keysOf(`\x1b[200~${'x'.repeat(200_000)}\x1b[201~`)[0]?.text).toHaveLength(65_536);
  });
});

const piece = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...Object.values(meant)
        .flat()
        .filter((s) => s !== '\x1b' && s !== '\x1b\x1b'),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '\x1b[200~',
      '\x1b[201~',
      '\x1b[',
      '\x1bO',
      '\x1b]',
      '\x1bP',
      '\x1b',
      '\x07',
      '\x1b[M',
      '\x1b[1;',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const anyBytes = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

test('any bytes cut at any points bring the same keys, and no control or escape as text', () => {
  fc.assert(
    fc.property(anyBytes, fc.array(fc.nat(60), { maxLength: 8 }), (bytes, cuts) => {
      const points = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = points.slice(1).map((to, n) => bytes.subarray(points[n], to));
      const keys = keysOf(...pieces);
      expect(keys).toEqual(keysOf(bytes));
      for (const { name, text } of keys) {
        expect(text ?? '').not.toMatch(name === 'paste' ? /[^\P{C}\n]/u : /\p{C}/u);
        expect(name).not.toMatch(/\p{C}/u);
      }
    }),
    { numRuns: 3000 },
  );
});

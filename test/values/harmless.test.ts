/** Hostile text on a terminal: nothing acts, nothing hides, whatever the text, in little time. */
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { harmless, harmlessLines } from '../../src/values/harmless.ts';
import { clipped, columns, cut, wrap } from '../../src/values/width.ts';

test.each([
  ['plain text stays: {bold}~', 'plain text stays: {bold}~'],
  ['Grüße, 世界 👍 naïve', 'Grüße, 世界 👍 naïve'],
  ['a\x1b[31mred\x1b[0m', 'ared'],
  ['a\x1b[38;2;1;2;3mb', 'ab'],
  ['a\x1b[?1049hb', 'ab'],
  ['a\x1b[>4;2mb', 'ab'],
  ['a\x1b[1 qb', 'ab'],
  ['a\x9b2Jb', 'ab'],
  ['a\x1b]0;title\x07b', 'ab'],
  ['a\x1b]8;;http://evil\x1b\\link', 'alink'],
  ['a\x9d52;c;YQ==\x9cb', 'ab'],
  ['a\x1bP1;2qdata\x1b\\b', 'ab'],
  ['a\x1b_apc\x1b\\b\x1b^pm\x1b\\c\x1bXsos\x1b\\d', 'abcd'],
  ['a\x1bcb\x1b(0c\x1b#8d\x1b7e\x1b%Gf', 'abcdef'],
  ['a\x1b]never ended', 'anever ended'],
  ['a\x1b', 'a'],
  ['a\x1b[', 'a'],
  ['a\x1b\x1b[31m\x1b[mb', 'ab'],
  ['a\x1b[3\x1b[31m1mb', 'a1mb'],
  ['abc\b\b\bxyz\x07\x00\x7f', 'abcxyz'],
  ['safe\rEVIL', 'safeEVIL'],
  ['a\nb\r\nc\n', 'a b c'],
  ['a\tb', 'a       b'],
  ['世界\tb', '世界    b'],
  ['a\u202egnp.exe\u2066x\u2069\u200e\u200f\u061c', 'agnp.exex'],
  ['pa\u200bss\u200d\u2060\ufeff\u00ad\u180ew', 'passw'],
  ['a\u2028b\u2029c\u0085d', 'a b c d'],
  ['a\ud800b\udc00', 'a\ufffdb\ufffd'],
  ['a\u0378b\ue000c\uffff', 'a\ufffdb\ufffdc\ufffd'],
  ['\u{e0041}tag\ufe0f', 'tag'],
  ['\udb40\u200b\udc41', '\ufffd\ufffd'],
  [`z${'\u0301'.repeat(99)}`, `z${'\u0301'.repeat(4)}`],
  ['\u0301x', 'x'],
])('%j is shown as %j', (text, shown) => {
  expect(harmless(text)).toBe(shown);
});

describe('several lines', () => {
  test('stay several', () => {
    expect(harmlessLines('a\r\nb\tc\n\x1b[2Jd\n')).toBe('a\nb       c\nd\n');
  });
  test('and a sequence cannot swallow the next line', () => {
    expect(harmlessLines('a\x1b]0;x\nimportant\x07')).toBe('a0;x\nimportant');
  });
});

describe('a bound', () => {
  test('tells how much was left out', () => {
    expect(harmless('abcdef', { most: 4 })).toBe('abcd… (2 more characters)');
    expect(harmless('abcde', { most: 4 })).toBe('abcd… (1 more character)');
    expect(harmless('abcd', { most: 4 })).toBe('abcd');
  });
  test('never parts a character or its marks', () => {
    expect(harmless('👍👍👍', { most: 2 })).toBe('👍👍… (1 more character)');
    expect(harmless('ae\u0301x', { most: 2 })).toBe('a… (3 more characters)');
  });
});

/** Pieces that hostile lines are made of. */
const pieces = [
  ...[
    '\x1b',
    '\x1b[',
    '\x1b]',
    '\x1bP',
    '\x1b\\',
    '\x07',
    '\x9b',
    '\x9c',
    '\x9d',
    '1;',
    '?25',
    'm',
    'H',
    'A',
    ' ',
    'a',
  ],
  ...[
    '\t',
    '\r',
    '\n',
    '\b',
    '\0',
    '\x7f',
    '\u202e',
    '\u200b',
    '\u2028',
    '\ud800',
    '\udc00',
    '\u0301',
    '世',
    '👍',
    '\ue000',
  ],
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 60 })
  .map((p) => p.join(''));

test('whatever the text, nothing that acts or hides is left, and cleaning twice changes nothing', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const shown = harmless(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      expect(harmless(shown)).toBe(shown);
      for (const line of harmlessLines(text).split('\n')) expect(harmless(line)).toBe(line);
    }),
    { numRuns: 3000 },
  );
});

test('a real terminal stays where it was, but for the text', async () => {
  const terminal = new xterm.Terminal({ cols: 200, rows: 4, allowProposedApi: true });
  const answers: string[] = [];
  terminal.onData((data) => answers.push(data));
  for (const text of fc.sample(hostile, { numRuns: 300, seed: 3 })) {
    const shown = cut(harmless(text), 180).replaceAll('\ufffd', '?');
    await new Promise<void>((done) => terminal.write(`\x1b[H\x1b[2K${shown}`, done));
    const { buffer } = terminal;
    expect(buffer.active.type).toBe('normal');
    expect(buffer.active.cursorY).toBe(0);
    expect(buffer.active.getLine(0)?.translateToString(true).trimEnd()).toBe(shown.trimEnd());
  }
  expect(answers).toEqual([]);
});

test('lines of 90,000 hostile characters take no more than their share of time', () => {
  const plainTime = timed('x\u00e9'.repeat(45_000));
  for (const piece of [...pieces, '\x1b]x\x9d', '\x1b[1;1', ' \r', 'e\u0301', '\x1b ', '\x9b1;'])
    expect(timed(`${piece.repeat(90_000 / piece.length)}x`), JSON.stringify(piece)).toBeLessThan(50 * plainTime + 500);
});

function timed(text: string): number {
  const start = performance.now();
  harmless(text, { most: 500 });
  harmlessLines(text);
  return performance.now() - start;
}

describe('width', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['世界', 4],
    ['ｱ', 1],
    ['Ａ', 2],
    ['👍', 2],
    ['한', 2],
    ['\u1112\u1161\u11ab', 2],
    ['─│┌', 3],
    ['••••', 4],
  ])('of %j is %i columns', (text, width) => {
    expect(columns(text)).toBe(width);
  });
  test('cutting never gives half a character', () => {
    expect(cut('ab界c', 3)).toBe('ab');
    expect(cut('ab界c', 4)).toBe('ab界');
    expect(cut('e\u0301x', 1)).toBe('e\u0301');
    expect(cut('abc', 0)).toBe('');
  });
  test('what is clipped says so', () => {
    expect(clipped('10.20.0.15', 10)).toBe('10.20.0.15');
    expect(clipped('10.20.0.15', 9)).toBe('10.20.0.…');
    expect(clipped('界界界', 5)).toBe('界界…');
    expect(clipped('界界界', 4)).toBe('界…');
    expect(clipped('ab', 1)).toBe('…');
  });
  test('wrapping breaks at blanks, else inside a word', () => {
    expect(wrap('the quick  brown abcdefghijkl\n世界世界', 6)).toEqual([
      'the',
      'quick',
      'brown',
      'abcdef',
      'ghijkl',
      '世界世',
      '界',
    ]);
    expect(wrap('', 5)).toEqual(['']);
    expect(wrap('界', 1)).toEqual(['界']);
    expect(wrap('  indented', 20)).toEqual(['  indented']);
  });
  test('no wrapped line is too wide, and no visible character is lost', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 2, max: 40 }), (text, most) => {
        const clean = harmless(text);
        const lines = wrap(clean, most);
        for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(most);
        expect(lines.join('').replaceAll(' ', '')).toBe(clean.replaceAll(' ', ''));
        expect(columns(cut(clean, most))).toBeLessThanOrEqual(most);
        expect(clean.startsWith(cut(clean, most))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

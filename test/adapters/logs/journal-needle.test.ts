/** What journalctl is asked to look for: never so that a line is left out which the pattern itself would match. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { needleArguments } from '../../../src/adapters/logs/journal-needle.ts';

describe('of a pattern journalctl looks for', () => {
  test.each([
    ['connection refused', ['connection\\ refused']],
    ['error|fail(ed|ure)', ['error|fail']],
    ['a\\.b\\.c', ['a\\.b\\.c']],
    ['^timeout: \\d+ s$', ['timeout\\:\\ ']],
    ['colou?r of it', ['r\\ of\\ it']],
    ['ab*cd+ef', ['cd']],
    ['[abc]def(?!ghi)', ['def']],
    ['\\d+\\s\\w', []],
    ['error|\\d+', []],
    ['x', []],
    ['größe', ['gr']],
    ['ab{2,3}cde', ['cde']],
    ['\\u0041bcd', ['bcd']],
    ['(abc)+', []],
  ])('%s: text that every match holds', (expression, needle) => {
    const grep = needle.map((text) => `--grep=${text}`);
    expect(needleArguments(expression, false)).toEqual(grep.length ? [...grep, '--case-sensitive=yes'] : []);
  });

  test('where case does not matter, whatever Unicode takes for the letter', () => {
    expect(needleArguments('ask', true)).toEqual([
      '--grep=a(?:s|\\xc5\\xbf)(?:k|\\xe2\\x84\\xaa)',
      '--case-sensitive=no',
    ]);
    expect(/ask/iu.test('aſK')).toBe(true);
  });

  test('nothing that would leave out a match, for any pattern and text', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      'c',
      '1',
      ' ',
      '.',
      '\\.',
      '\\d',
      '\\w',
      '[ab]',
      '[^c]',
      '(ab|c)',
      '(?:bc)',
      '^',
      '$',
      '\\b',
      '(?=a)',
      '(?!b)',
    );
    const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,1}', '+?', '|');
    const pattern = fc
      .array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 8 })
      .map((all) => all.map(([a, q]) => (/^[\^$]|^\\b|^\(\?[=!]/.test(a) && q !== '|' ? a : a + q)).join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' ', '.', 'é'), maxLength: 20 });
    fc.assert(
      fc.property(pattern, text, (expression, line) => {
        const [grep] = needleArguments(expression, false);
        if (grep === undefined || !new RegExp(expression, 'u').test(line)) return true;
        return new RegExp(grep.slice('--grep='.length).replaceAll('\\ ', ' '), 'u').test(line);
      }),
      { numRuns: 5000 },
    );
  });
});

/** A line of words, parted as a shell would, without a shell. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsOf } from '../../src/cli/words.ts';
import { Failure } from '../../src/errors.ts';

test.each<[string, string[]]>([
  ['', []],
  ['  \t ', []],
  ['status', ['status']],
  ['  units\tlist  --json ', ['units', 'list', '--json']],
  [`logs show --only 'a b' "c d"`, ['logs', 'show', '--only', 'a b', 'c d']],
  [`a'b c'd"e f"g`, ['ab cde fg']],
  [`''`, ['']],
  [`'' "" x`, ['', '', 'x']],
  [`a\\ b \\; \\'`, ['a b', ';', "'"]],
  [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d']],
  [`'$(id)\`;|&'`, ['$(id)`;|&']],
  [`"$(id);"`, ['$(id);']],
  ['* ? ~ # ! {a,b}', ['*', '?', '~', '#', '!', '{a,b}']],
])('%j', (line, words) => expect(wordsOf(line)).toEqual(words));

test.each([
  ...[...';|&<>()$`'].map((one) => `a ${one} b`),
  ...['a\nb', 'a\rb', 'a\x00b', 'a\x1bb', 'a\x7fb', 'a\u0085b', 'a\u2028b'],
  ...[`'`, `"`, `a'b`, 'a\\', `"\\`],
  'a'.repeat(4097),
])('%j is refused', (line) => expect(() => wordsOf(line)).toThrow(Failure));

test('any words come through in quotes as they are', () => {
  const word = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\u2028\u2029]/u.test(text));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const line = words.map((one) => `'${one.replaceAll("'", `'\\''`)}'`).join(' ');
      expect(wordsOf(line)).toEqual(words);
    }),
  );
});

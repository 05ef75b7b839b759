/** Search in lines: what is found, in which order, and that nothing typed can break it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Search } from '../../../screens/kit/search.ts';

const lines = ['alpha', 'Beta', 'gamma beta', 'delta', 'BETA (x'].map((text) => ({ text }));

function searched(text: string, direction: 'forward' | 'backward' = 'forward', from = 0) {
  const search = new Search();
  search.ask(direction);
  for (const character of text) search.key({ name: character, text: character }, lines, from);
  return { search, found: search.key({ name: 'enter' }, lines, from) };
}

test('small letters find both cases, capitals only themselves', () => {
  const { search, found } = searched('beta');
  expect(found).toEqual({ line: 1, column: 0 });
  expect(search.again(lines, 1)).toEqual({ line: 2, column: 6 });
  expect(search.again(lines, 1)).toEqual({ line: 4, column: 0 });
  expect(search.again(lines, 1)?.line).toBe(1);
  expect(search.again(lines, -1)?.line).toBe(4);
  expect(searched('BETA').found?.line).toBe(4);
});

test('backwards begins at what is seen and goes up, round the beginning', () => {
  const { search, found } = searched('beta', 'backward', 3);
  expect(found?.line).toBe(2);
  expect(search.again(lines, 1)?.line).toBe(1);
  expect(search.again(lines, 1)?.line).toBe(4);
  expect(search.again(lines, -1)?.line).toBe(1);
});

test('what is no expression is searched for as it stands, and what is not there is said', () => {
  expect(searched('(x').found).toEqual({ line: 4, column: 5 });
  expect(searched('[-').search.said).toBe('Not found: \\[-');
  const { search, found } = searched('nowhere');
  expect(found).toBeUndefined();
  expect(search.said).toBe('Not found: nowhere');
});

test('nothing that can be typed throws, and each match lies within its line', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 6 }), (text) => {
      const { search } = searched(text);
      for (const line of lines)
        for (const { from, to } of search.matches(line.text)) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(line.text.length);
        }
    }),
  );
});

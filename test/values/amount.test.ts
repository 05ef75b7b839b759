import { expect, test } from 'vitest';
import { agoSaid, bytesSaid, leftSaid } from '../../src/values/amount.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [92_000_000, '92 MB'],
  [93_300_000, '93.3 MB'],
  [999_600, '1 MB'],
  [1_240_000_000, '1.24 GB'],
  [10e12, '10 TB'],
])('%d bytes are %s', (bytes, said) => {
  expect(bytesSaid(bytes)).toBe(said);
});

test.each([
  [2, 'just now'],
  [61, '1 minute ago'],
  [5 * 86_400 + 10, '5 days ago'],
  [6 * 7 * 86_400, '1 month ago'],
  [-190, 'in 3 minutes'],
])('%d seconds back is %s', (seconds, said) => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  expect(agoSaid(new Date(now - seconds * 1000).toISOString(), now)).toBe(said);
});

test('what is left of a wait counts whole seconds up, and is never negative', () => {
  expect([leftSaid(247), leftSaid(3723), leftSaid(0.2), leftSaid(-3)]).toEqual(['4:07', '1:02:03', '0:01', '0:00']);
});

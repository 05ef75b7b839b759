/** The line of keys in the title bar. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { back, confirm, navigate, useLine } from '../../../screens/kit/keys.ts';

const unicode = { colours: 256, unicode: true, lines: 'unicode' } as const;
const ascii = { colours: 0, unicode: false, lines: 'ascii' } as const;
const hints = [navigate, confirm, back];

test.each([
  [60, 'USE: ←↑↓→ to navigate  ENTER to confirm  ESC to go back'],
  [42, 'USE: ←↑↓→ to navigate  ENTER to confirm'],
  [30, 'USE: ←↑↓→ to navigate'],
  [15, '? for help'],
  [5, ''],
])('in %i columns: %s', (columns, line) => expect(useLine(hints, unicode, columns)).toBe(line));

test('names the arrows where the terminal cannot draw them', () =>
  expect(useLine(hints, ascii, 45)).toBe('USE: arrows to navigate  ENTER to confirm'));

test('does not offer "?" where it is text', () => {
  expect(useLine([confirm, back], ascii, 18, { typing: true })).toBe('ENTER to confirm');
  expect(useLine([confirm, back], ascii, 15, { typing: true })).toBe('ESC to go back');
});

test('is never wider than its room', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.boolean(), (columns, typing) => {
      expect(useLine(hints, unicode, columns, { typing }).length).toBeLessThanOrEqual(columns);
    }),
  );
});

/** Which part of a list is seen. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scroll } from '../../../screens/kit/scroll.ts';

test('whatever is pressed, the window stays within the list, and a revealed row is seen', () => {
  const key = fc.constantFrom('up', 'down', 'pageup', 'pagedown', 'space', 'home', 'end');
  fc.assert(
    fc.property(
      fc.nat(500),
      fc.integer({ min: 1, max: 60 }),
      fc.array(key),
      fc.nat(600),
      (count, height, keys, row) => {
        const scroll = new Scroll();
        scroll.fit(count, height);
        for (const name of keys) {
          scroll.key({ name });
          expect(scroll.top).toBeGreaterThanOrEqual(0);
          expect(scroll.top).toBeLessThanOrEqual(Math.max(0, count - height));
        }
        expect(scroll.above).toBe(scroll.top > 0);
        expect(scroll.below).toBe(scroll.top + height < count);
        if (row < count) {
          scroll.reveal(row);
          expect(row).toBeGreaterThanOrEqual(scroll.top);
          expect(row).toBeLessThan(scroll.top + height);
        }
      },
    ),
  );
});

test('a list that shrinks or a window that grows leaves no empty rows', () => {
  const scroll = new Scroll();
  scroll.fit(100, 10);
  scroll.key({ name: 'end' });
  expect(scroll.top).toBe(90);
  scroll.fit(50, 10);
  expect(scroll.top).toBe(40);
  scroll.fit(50, 60);
  expect(scroll.top).toBe(0);
});

test('keys are told only where they do something', () => {
  const scroll = new Scroll();
  scroll.fit(5, 10);
  expect(scroll.hints).toEqual([]);
  scroll.fit(15, 10);
  expect(scroll.hints.map(({ key }) => key)).toContain('updown');
});

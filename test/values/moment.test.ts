import { expect, test } from 'vitest';
import { parseMoment } from '../../src/values/moment.ts';

const now = new Date(2026, 10, 21, 10, 30, 15);

test.each([
  ['2h', new Date(2026, 10, 21, 8, 30, 15)],
  ['90 minutes ago', new Date(2026, 10, 21, 9, 0, 15)],
  ['3 days', new Date(2026, 10, 18, 10, 30, 15)],
  ['today', new Date(2026, 10, 21)],
  ['Yesterday', new Date(2026, 10, 20)],
  ['09:15', new Date(2026, 10, 21, 9, 15)],
  ['23:15:07', new Date(2026, 10, 20, 23, 15, 7)],
  ['2026-11-01', new Date(2026, 10, 1)],
  ['2026-11-01 04:05', new Date(2026, 10, 1, 4, 5)],
  ['2026-11-01T04:05:06', new Date(2026, 10, 1, 4, 5, 6)],
  ['  ', undefined],
])('%s is understood', (text, right) => {
  expect(parseMoment(text, now)).toEqual({ ok: true, value: right });
});

test.each(['soon', '25:00', '10:61', '2026-02-31', '2026-13-01', '2026-11-01 24:00', '2027-01-01', '-2h', '1y2'])(
  '%s is refused, and what would be right is said',
  (text) => {
    expect(parseMoment(text, now)).toMatchObject({ ok: false, right: expect.stringContaining('09:30') });
  },
);

/** What the bench prints of its figures: whether what is wanted was reached, and how far it is. */
import { expect, test } from 'vitest';
import { figureOf, map, type Row, share, sideBySide } from '../../scripts/benches/part.ts';
import { asJson, asMarkdown, asText, judge, ratio } from '../../scripts/benches/table.ts';

const once = (value: number) => ({ value, runs: 1 });
const row: Row = {
  ...{ what: 'start', unit: 'ms', ours: once(90), note: 'warm' },
  beside: [{ name: 'node -e 0', figure: once(60) }, { name: 'nmtui' }],
  wanted: [{ most: 1.2, of: 'node -e 0' }, { most: 100 }, { most: 1, of: 'nmtui' }],
};
const outcome = { name: 'start', about: 'The start.', command: 'scripts/bench start', rows: [row] };
const found = { machine: '2 cores', date: '2026-11-21', outcomes: [outcome] };

test('a figure is the median, with what a tenth of the runs lie below and above', () => {
  expect(figureOf([5, 1, 4, 2, 3])).toEqual({ value: 3, low: 1, high: 5, runs: 5 });
  expect(figureOf([7])).toEqual({ value: 7, runs: 1 });
  expect(share([1, 2, 3, 4], 0.99)).toBe(4);
  expect(() => figureOf([])).toThrow('nothing was measured');
});

test('a rate has its low where the time had its high', () => {
  expect(map({ value: 2, low: 1, high: 4, runs: 9 }, (ms) => 8 / ms)).toEqual({ value: 4, low: 2, high: 8, runs: 9 });
});

test('what is wanted is reached, or by how much not; what was not measured is not judged', () => {
  expect(ratio(row, 'node -e 0')).toBe(1.5);
  expect(judge(row, { most: 1.5, of: 'node -e 0' })).toEqual({ isReached: true, off: 0 });
  expect(judge(row, { most: 1.2, of: 'node -e 0' })?.off).toBeCloseTo(0.25);
  expect(judge(row, { least: 120 })).toEqual({ isReached: false, off: 0.25 });
  expect(judge(row, { most: 0 })?.isReached).toBe(false);
  expect(judge({ ...row, ours: once(0) }, { most: 0 })?.isReached).toBe(true);
  expect(judge(row, { most: 1, of: 'nmtui' })).toBeUndefined();
});

test('the table names the machine, the command, each ratio, and what is not installed', () => {
  expect(asText(found)).toContain('wanted at most 1.2 x node -e 0: no, by 25 %; at most 100: yes');
  expect(asText(found)).toContain('nmtui: not installed');
  expect(asMarkdown(found)).toContain('`scripts/bench start`: The start.');
  expect(asMarkdown(found)).toContain(
    '| start, ms (warm, 1 run) | 90.0 | node -e 0 60.0 = 1.50 x<br>nmtui: not installed | at most 1.2 x node -e 0: no, by 25 %<br>at most 100: yes<br>at most 1 x nmtui: not measured |',
  );
  expect(JSON.parse(asJson(found)).parts[0].rows[0].beside[0]).toMatchObject({ name: 'node -e 0', ratio: 1.5 });
  expect(asText({ ...found, outcomes: [{ ...outcome, rows: [], leftOut: 'not root' }] })).toContain(
    'Left out: not root',
  );
});

test('ours and the others are run in turn after one warm run each, and what is not installed is not tried again', async () => {
  const order: string[] = [];
  const take = (name: string, value?: number) => () => {
    order.push(name);
    return value;
  };
  const { signal } = new AbortController();
  const figures = await sideBySide(signal, 2, { ours: take('ours', 1), other: take('other', 2), none: take('none') });
  expect(order).toEqual(['ours', 'other', 'none', 'ours', 'other', 'ours', 'other']);
  expect(figures).toEqual({ ours: { value: 1, runs: 2 }, other: { value: 2, runs: 2 }, none: undefined });
});

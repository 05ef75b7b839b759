/** The line that is always true, on terminals of any width. */
import { describe, expect, test } from 'vitest';
import { fitted, type StatusPart } from '../../../screens/kit/status-line.ts';
import { columns } from '../../../src/values/width.ts';

const name: StatusPart = { forms: ['gatehouse-lab – 10.20.0.15', '10.20.0.15'], role: 'strong', weight: 5 };
const registered: StatusPart = { forms: ['registered', ''], role: 'good', weight: 1 };
const platform: StatusPart = { forms: ['connected since 2026-11-21 09:00', 'connected'], role: 'good', weight: 0 };
const change: StatusPart = {
  forms: ['Network settings of eth0: waits for an answer', 'a change waits for an answer', 'a change waits'],
  role: 'warn',
  weight: 4,
};
const power: StatusPart = { forms: ['reboots at 10:42:17'], role: 'warn', weight: 9 };
const all = [name, registered, platform, change];
const textOf = (parts: readonly StatusPart[], room: number) =>
  fitted(parts, room)
    .map(({ text }) => text)
    .join('');

describe('says', () => {
  test.each([
    [
      130,
      'gatehouse-lab – 10.20.0.15   registered   connected since 2026-11-21 09:00   Network settings of eth0: waits for an answer',
    ],
    [110, 'gatehouse-lab – 10.20.0.15   registered   connected   Network settings of eth0: waits for an answer'],
    [79, 'gatehouse-lab – 10.20.0.15  registered  connected  a change waits for an answer'],
    [78, 'gatehouse-lab – 10.20.0.15   connected   a change waits for an answer'],
    [58, 'gatehouse-lab – 10.20.0.15   connected   a change waits'],
    [38, '10.20.0.15  connected  a change waits'],
  ])('in %i columns what there is room for, the weightiest at length', (room, line) => {
    expect(textOf(all, room)).toBe(line);
  });

  test('in too few columns for anything else whole words and a mark that there is more', () => {
    expect(textOf(all, 30)).toBe('10.20.0.15  connected  a…');
    expect(textOf([name, power], 22)).toBe('10.20.0.15  reboots…');
  });

  test('each part in its own look', () => {
    expect(fitted([name, power], 60).map(({ role }) => role)).toEqual(['strong', 'text', 'warn']);
  });

  test('never more than there is room for, however narrow or wide the letters are', () => {
    const wide: StatusPart = { forms: ['表示幅の機械 – 10.20.0.15', '10.20.0.15'], role: 'strong', weight: 5 };
    for (let room = 1; room < 90; room++)
      expect(columns(textOf([wide, change, power], room))).toBeLessThanOrEqual(room);
  });
});

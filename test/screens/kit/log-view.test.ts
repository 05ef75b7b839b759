/** A log while it is read: what of it is seen, whichever way it is gone through. */
import { expect, test, vi } from 'vitest';
import { LogView } from '../../../screens/kit/log-view.ts';
import type { Stage } from '../../../screens/kit/piece.ts';
import type { LogEntry } from '../../../src/appliance.ts';
import { memoryLog } from './memory-log.ts';
import { painted } from './painted.ts';

const width = 40;
const height = 12;

function opened(log = memoryLog(10_000), options: { newestFirst?: boolean } = {}) {
  let saved: LogEntry | undefined;
  const view = new LogView({
    log: {
      title: 'Log',
      supply: log.supply,
      look: ({ text }) => ({ text, role: 'text' }),
      saved: {
        get: () => saved,
        set: (entry) => {
          saved = entry;
        },
      },
    },
    ...options,
  });
  view.open({ invalidate: () => undefined } as Stage);
  const paint = () => painted(view, width, height);
  /** What is seen once that row says so. */
  const seen = async (row: number, text: string | RegExp) => {
    const wanted = typeof text === 'string' ? new RegExp(`^${text}$`) : text;
    await vi.waitFor(() => expect(paint()[row]).toMatch(wanted), 2000);
    return paint();
  };
  const press = (...names: string[]) => {
    for (const name of names) view.key(name.length === 1 ? { name, text: name } : { name });
  };
  return { view, paint, press, seen, log };
}

const feet = 2;
const body = height - feet;

test('the newest line stands first, older ones below', async () => {
  const { seen } = opened();
  const rows = await seen(0, 'line 9999');
  expect(rows.slice(0, body)).toEqual(Array.from({ length: body }, (_, at) => `line ${9999 - at}`));
  expect(rows[body]).toMatch(/newest line$/);
});

test('every line is met once on the way from one end to the other, and memory holds a part of them only', async () => {
  const { seen, press, paint } = opened(memoryLog(10_000));
  await seen(0, 'line 9999');
  let expected = 9999;
  while (expected > body) {
    expect(paint()[0]).toBe(`line ${expected}`);
    press('pagedown');
    expected = Math.max(expected - body, body - 1);
    await seen(0, `line ${expected}`);
  }
  expect((await seen(body - 1, 'line 0'))[body]).toMatch(/oldest line$/);
  press('G');
  await seen(body - 1, 'line 0');
  press('g');
  await seen(0, 'line 9999');
}, 60_000);

test('the other way round: the oldest first', async () => {
  const { seen, press } = opened();
  await seen(0, 'line 9999');
  press('o');
  await seen(0, 'line 0');
  press('pagedown', 'down');
  await seen(0, 'line 11');
  press('G');
  await seen(body - 1, 'line 9999');
});

test('search goes down from what is seen, n goes on, N comes back, and all that match are counted', async () => {
  const { seen, press } = opened();
  await seen(0, 'line 9999');
  press('/', ...'77$', 'enter');
  const rows = await seen(body, /100 lines match/);
  expect(rows.slice(0, body)).toContain('line 9977');
  press('n');
  await vi.waitFor(async () => expect((await seen(0, /line/)).slice(0, body)).toContain('line 9877'));
  press('N');
  await vi.waitFor(async () => expect((await seen(0, /line/)).slice(0, body)).toContain('line 9977'));
  press('N');
  await seen(body, /No more lines after/);
});

test('a match far beyond what is held is shown with its neighbours', async () => {
  const { seen, press } = opened();
  await seen(0, 'line 9999');
  press('/', ...'^line 123$', 'enter');
  const rows = await seen(3, 'line 123');
  expect(rows[2]).toBe('line 124');
  expect(rows[4]).toBe('line 122');
});

test('? searches the other way', async () => {
  const { seen, press } = opened();
  await seen(0, 'line 9999');
  press('G');
  await seen(body - 1, 'line 0');
  press('?', ...'500', 'enter');
  await vi.waitFor(async () => expect((await seen(0, /line/)).slice(0, body)).toContain('line 500'));
});

test('followed, new lines come to the top; whoever scrolls away is not carried along', async () => {
  const { seen, press, log, paint } = opened();
  await seen(0, 'line 9999');
  press('f');
  await seen(body, /^following/);
  log.write(3);
  await seen(0, 'line 10002');
  press('down');
  log.write(5);
  expect(paint()[0]).toBe('line 10001');
  expect(paint()[body]).not.toMatch(/following/);
});

test('lines that came too fast are owned up to, and an interruption is said', async () => {
  const { seen, press, log } = opened();
  await seen(0, 'line 9999');
  press('f');
  await seen(body, /^following/);
  log.write(1, 123_456);
  await seen(body, /following, 123,456 li/);
  log.tell({ kind: 'interrupted', why: 'journald does not run' });
  await seen(body, /waiting: journald/);
});

test('long lines are cut, moved sideways, or wrapped; wrapped, every character of them is seen once', async () => {
  const long = Array.from({ length: 30 }, (_, n) => `<${n}>`.padEnd(10, '.')).join('');
  const { seen, press, paint } = opened(memoryLog(3, (at) => (at === 1 ? long : `line ${at}`)));
  expect((await seen(0, 'line 2'))[1]).toBe(long.slice(0, width));
  press('right');
  await seen(1, /^\.\.\.\.<2>/);
  press('w');
  const rows = await seen(8, /^<28>/);
  expect(rows.slice(1, 9).join('')).toBe(long);
  expect(rows[9]).toBe('line 0');
  press('w');
  expect(paint()[2]).toBe('line 0');
});

test('a saved position is gone back to from anywhere', async () => {
  const { seen, press } = opened();
  await seen(0, 'line 9999');
  press('down', 'down', 'm');
  await seen(body, /Position saved/);
  press('G');
  await seen(body - 1, 'line 0');
  press("'");
  await seen(0, 'line 9997');
});

test('without its frame the text has the whole width, and c or Esc bring it back', async () => {
  const { view, seen, press } = opened();
  await seen(0, 'line 9999');
  press('c');
  expect(view.bare()).toBe(true);
  await seen(10, 'line 9989');
  press('escape');
  expect(view.bare()).toBe(false);
  press('escape');
  await view.ended;
});

test('Esc stops a search that goes on, and then leaves', async () => {
  const log = memoryLog(10);
  log.supply.search = (_request, { signal } = {}) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  const { seen, press, view } = opened(log);
  await seen(0, 'line 9');
  press('/', 'x', 'enter');
  await seen(body, /^Searching/);
  press('escape');
  await seen(body, /stopped/);
  press('escape');
  await view.ended;
});

test('an expression that backtracks for ever does not hold the console', async () => {
  const log = memoryLog(5, () => `${'a'.repeat(39)}!`);
  log.supply.search = async () => ({});
  const { seen, press, paint } = opened(log);
  await seen(0, /^a+!/);
  press('/', ...'(a+)+$', 'enter');
  const began = performance.now();
  paint();
  expect(performance.now() - began).toBeLessThan(1000);
  await seen(body, /Too slow/);
});

test('an empty log, and one that cannot be read, say so', async () => {
  await opened(memoryLog(0)).seen(0, 'No lines.');
  const log = memoryLog(0);
  log.supply.page = () => Promise.reject(new Error('broken'));
  await opened(log).seen(0, /made a mistake/);
});

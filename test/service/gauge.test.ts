/** A gauge: one poller for all who watch, none when nobody does. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gauge } from '../../src/service/gauge.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const nothing = () => undefined;

test('twenty who watch cause no more reading than one, and nobody causes none', async () => {
  let reads = 0;
  const gauge = new Gauge('It', 1000, async () => (reads += 1));
  const stops = Array.from({ length: 20 }, () => gauge.watch(1000, nothing));
  await vi.advanceTimersByTimeAsync(10_500);
  expect(reads).toBe(11);
  for (const stop of stops) stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reads).toBe(11);
});

test('the most eager of those who watch sets the pace', async () => {
  let reads = 0;
  const gauge = new Gauge('It', 1000, async () => (reads += 1));
  gauge.watch(10_000, nothing);
  await vi.advanceTimersByTimeAsync(500);
  const stop = gauge.watch(1000, nothing);
  await vi.advanceTimersByTimeAsync(5000);
  expect(reads).toBe(6);
  stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(reads).toBe(6);
});

test('a reading under way ends when the last who wanted it leaves', async () => {
  const signals: AbortSignal[] = [];
  const gauge = new Gauge('It', 60_000, (signal) => {
    signals.push(signal);
    return new Promise<number>(nothing);
  });
  const stop = gauge.watch(1000, nothing);
  await vi.advanceTimersByTimeAsync(10);
  stop();
  await vi.advanceTimersByTimeAsync(0);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(gauge.reading).toEqual({ state: 'reading' });
});

test('something that does not end when told to is not asked a second time', async () => {
  let reads = 0;
  const gauge = new Gauge('It', 1000, () => {
    reads += 1;
    return new Promise<number>(nothing);
  });
  gauge.watch(1000, nothing);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(reads).toBe(1);
  expect(gauge.reading).toMatchObject({ state: 'unknown', problem: { code: 'timed-out' } });
});

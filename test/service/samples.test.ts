/** Samples from counters: rates, what is kept and for how long, new starts, subjects that go. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Counted, Counts } from '../../src/adapters/machine.ts';
import { Samples, sampleOf } from '../../src/service/samples.ts';

const appliance = { kind: 'appliance', id: 'appliance' } as const;
const docker = { kind: 'unit', id: 'docker.service' } as const;
const at = '2026-01-02T03:04:05.000Z';

const counted = (clock: number, more: Partial<Counted> = {}): Counted => ({ ...docker, from: 'a', clock, ...more });
const counts = (clock: number, ...all: Counted[]): Counts => ({
  at: new Date(clock).toISOString(),
  cores: 2,
  counted: [{ ...appliance, from: '/proc', clock, cpu: clock * 1000 }, ...all],
});

test('a rate is what was used over the time between: one core busy for two seconds is 100 percent', () => {
  const sample = sampleOf(
    counted(1000, { cpu: 5_000_000, memory: 1, received: 10, sent: 20, read: 30, written: 0 }),
    counted(3000, { cpu: 7_000_000, memory: 9, received: 4010, sent: 20, read: 31, written: 3000 }),
    at,
  );
  expect(sample).toEqual({ at, cpu: 100, memory: 9, received: 2000, sent: 0, read: 1, written: 1500 });
});

test('a counter that went back gives no rate, and what is not counted is absent', () => {
  const sample = sampleOf(
    counted(0, { cpu: 9e9, read: 5 }),
    counted(2000, { cpu: 4, memory: 7, read: 9, sent: 1 }),
    at,
  );
  expect(sample).toEqual({ at, memory: 7, read: 2 });
});

test('whatever the counters, no rate is negative, or more than everything counted in that time', () => {
  const count = fc.nat({ max: 2 ** 50 });
  fc.assert(
    fc.property(count, count, fc.integer({ min: 1, max: 100_000 }), (before, after, time) => {
      const { received } = sampleOf(counted(0, { received: before }), counted(time, { received: after }), at);
      if (after < before) expect(received).toBeUndefined();
      else expect((received ?? -1) / Math.max(1, (after - before) / (time / 1000))).toBeLessThan(1.5);
    }),
  );
});

test('the first counting gives no sample; the second does; a subject that is gone has none', () => {
  const samples = new Samples();
  samples.take(counts(1000, counted(1000, { cpu: 0, memoryLimit: 5 })));
  expect(samples.now(docker)).toEqual({ memoryLimit: 5 });
  samples.take(counts(3000, counted(3000, { cpu: 1_000_000, memoryLimit: 5 })));
  expect(samples.now(docker)).toEqual({ memoryLimit: 5, sample: { at: new Date(3000).toISOString(), cpu: 50 } });
  samples.take(counts(5000));
  expect(samples.now(docker)).toBeUndefined();
  expect(samples.there('unit')).toEqual([]);
  expect(samples.now(appliance)?.sample?.cpu).toBe(100);
});

test('a unit that was started anew begins anew: also where its new counters are already larger', () => {
  const samples = new Samples();
  samples.take(counts(1000, counted(1000, { cpu: 0 })));
  samples.take(counts(3000, counted(3000, { cpu: 1000 })));
  samples.take(counts(5000, counted(5000, { cpu: 9e12, from: 'b' })));
  expect(samples.now(docker)).toEqual({});
  samples.take(counts(7000, counted(7000, { cpu: 9e12, from: 'b' })));
  expect(samples.now(docker)?.sample?.cpu).toBe(0);
});

test('so does one that was away meanwhile, wherever it counts', () => {
  const samples = new Samples();
  samples.take(counts(1000, counted(1000, { cpu: 0 })));
  samples.take(counts(3000));
  samples.take(counts(5000, counted(5000, { cpu: 9e12 })));
  expect(samples.now(docker)).toEqual({});
});

test('two countings right after one another keep the sample before', () => {
  const samples = new Samples();
  for (const clock of [1000, 3000, 3001]) samples.take(counts(clock, counted(clock, { cpu: clock * 1000 })));
  expect(samples.now(docker)?.sample?.at).toBe(new Date(3000).toISOString());
});

test('15 minutes are kept, counted every 5 seconds or every 2, and nothing of the use is lost', () => {
  for (const every of [5000, 2000]) {
    const samples = new Samples();
    for (let clock = 0; clock <= 3_600_000; clock += every)
      samples.take(counts(clock, counted(clock, { cpu: clock * 10 })));
    const history = samples.history(docker);
    expect(history.length).toBeLessThanOrEqual(180);
    const [first, last] = [history[0]?.at ?? '', history.at(-1)?.at ?? ''].map(Date.parse) as [number, number];
    expect(3_600_000 - first).toBeGreaterThan(880_000);
    expect(3_600_000 - first).toBeLessThanOrEqual(900_000);
    expect(3_600_000 - last).toBeLessThan(6000);
    expect(new Set(history.map(({ cpu }) => cpu))).toEqual(new Set([1]));
  }
});

test('a clock that is set back, and a machine that slept, change no rate and lose no sample', () => {
  const samples = new Samples();
  for (let turn = 0; turn < 20; turn += 1) {
    const clock = turn * 5000;
    const wall = turn < 10 ? 1e12 + clock : 5e11 + clock;
    samples.take({ ...counts(clock, counted(clock, { cpu: clock * 1000 })), at: new Date(wall).toISOString() });
  }
  const history = samples.history(docker);
  expect(history).toHaveLength(19);
  expect(new Set(history.map(({ cpu }) => cpu))).toEqual(new Set([100]));
});

test('what has gone is forgotten after 15 minutes, and its past is told until then', () => {
  const samples = new Samples();
  for (let clock = 0; clock <= 20_000; clock += 5000) samples.take(counts(clock, counted(clock, { memory: 1 })));
  samples.take(counts(800_000));
  expect(samples.history(docker)).toHaveLength(4);
  samples.take(counts(916_000));
  expect(samples.history(docker)).toHaveLength(1);
  expect(samples.subjectCount).toBe(2);
  samples.take(counts(925_000));
  expect(samples.history(docker)).toEqual([]);
  expect(samples.subjectCount).toBe(1);
});

test('thousands of containers that come and go take no more room than 200', () => {
  const samples = new Samples();
  const of = (id: string, clock: number): Counted => ({ kind: 'container', id, from: id, clock, memory: 1 });
  for (let turn = 0; turn < 100; turn += 1) {
    const clock = turn * 5000;
    const ids = Array.from({ length: 50 }, (_, i) => `${turn}-${i}`);
    samples.take(counts(clock, ...ids.map((id) => of(id, clock))));
    expect(samples.there('container')).toHaveLength(50);
    expect(samples.subjectCount).toBeLessThanOrEqual(200);
  }
  const crowd = Array.from({ length: 400 }, (_, i) => of(`crowd-${i}`, 600_000));
  samples.take(counts(600_000, ...crowd));
  expect(samples.there('container')).toHaveLength(199);
});

test('the past that a machine tells with its first counting is taken first', () => {
  const samples = new Samples();
  const earlier = [0, 5000, 10_000].map((clock) => counts(clock, counted(clock, { memory: clock })));
  samples.take({ ...counts(15_000, counted(15_000, { memory: 15_000 })), earlier });
  expect(samples.history(docker).map(({ memory }) => memory)).toEqual([5000, 10_000, 15_000]);
});

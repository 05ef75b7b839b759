/** What the lab's machine uses: plausible, with a past at once, and following what is started and stopped. */
import { expect, test } from 'vitest';
import type { Counts } from '../../src/adapters/machine.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { labMachines } from '../../src/lab/machines.ts';
import { Samples } from '../../src/service/samples.ts';
import { oddMachine, quickLab } from './place.ts';

const signal = new AbortController().signal;
const units = ['docker.service', 'ssh.service'];
const count = (lab: Lab) => lab.machine.figures.count(units, signal);
const idsOf = ({ counted }: Counts, kind: string) => counted.filter((one) => one.kind === kind).map(({ id }) => id);

test('opened, a lab has 15 minutes behind it: of the whole, its units, its containers', async () => {
  const lab = await quickLab();
  const samples = new Samples();
  const counts = await count(lab);
  samples.take(counts);
  const containers = idsOf(counts, 'container');
  expect(containers.length).toBeGreaterThan(2);
  const subjects = [
    { kind: 'appliance', id: 'appliance' } as const,
    ...units.map((id) => ({ kind: 'unit', id }) as const),
    ...containers.map((id) => ({ kind: 'container', id }) as const),
  ];
  for (const subject of subjects) {
    const history = samples.history(subject);
    expect(history.length).toBeGreaterThan(170);
    const cpu = history.map((sample) => sample.cpu ?? Number.NaN);
    expect(Math.min(...cpu)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...cpu)).toBeLessThanOrEqual(100 * counts.cores);
    // It moves, and calmly.
    expect(new Set(cpu).size).toBeGreaterThan(5);
    const steps = cpu.slice(1).map((one, at) => Math.abs(one - (cpu[at] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(0.7 * Math.max(...cpu) + 0.1);
  }
  expect(samples.now({ kind: 'unit', id: 'ssh.service' })?.sample).not.toHaveProperty('received');
});

test('the whole is no less than its parts together', async () => {
  const lab = await quickLab();
  const { counted } = await count(lab);
  for (const key of ['cpu', 'read', 'written'] as const) {
    const [whole, ...parts] = counted.map((one) => one[key] ?? 0);
    expect(whole).toBeGreaterThanOrEqual(parts.reduce((sum, one) => sum + one, 0));
  }
});

test('a unit that is stopped uses nothing; started anew, it counts from nothing, and so do containers with the engine', async () => {
  const lab = await quickLab();
  const before = await count(lab);
  await lab.machine.units.act('stop', 'docker.service', signal);
  const stopped = await count(lab);
  expect(idsOf(stopped, 'unit')).toEqual(['ssh.service']);
  expect(idsOf(stopped, 'container')).toEqual([]);
  await lab.machine.units.act('start', 'docker.service', signal);
  const after = await count(lab);
  const fromOf = (counts: Counts, id: string) => counts.counted.find((one) => one.id === id)?.from;
  expect(fromOf(after, 'docker.service')).not.toBe(fromOf(before, 'docker.service'));
  expect(fromOf(after, 'ssh.service')).toBe(fromOf(before, 'ssh.service'));
  expect(idsOf(after, 'container')).toEqual(idsOf(before, 'container'));
});

test('every lab machine, and those of which nothing can be read, tells figures at once', async () => {
  const odd = ['everything-hangs', 'everything-unavailable', 'no-systemd'].map(oddMachine);
  for (const machine of [...labMachines().map(({ name }) => name), ...odd]) {
    const counts = await count(await quickLab({ machine }));
    expect(counts.counted[0]).toMatchObject({ kind: 'appliance', cpu: expect.any(Number) });
    expect(counts.cores).toBeGreaterThan(0);
  }
});

/** Stats: one counting for all, names and states beside it, what is missing and why. */
import { expect, test, vi } from 'vitest';
import type { Counted, Counts } from '../../src/adapters/machine.ts';
import type { Container, Stats } from '../../src/appliance.ts';
import { fail } from '../../src/errors.ts';
import { type Fakes, fakeMachine, plainFacts, plainList, unit, untilAborted } from '../machines/fake.ts';
import { applianceOn, failing, seen } from './world.ts';

const id = 'ab'.repeat(32);
const second = 'cd'.repeat(32);
const container = (name: string, of: string, state: Container['state'] = 'running'): Container => ({
  id: of,
  name,
  repository: 'made-here',
  tag: 'latest',
  imageId: 'ef'.repeat(32),
  state,
  status: 'Up',
  createdAt: '2026-01-01T00:00:00.000Z',
});

/** A machine on which each counting is two seconds after the one before: half a core, a kilobyte a second. */
function counting(what: () => Pick<Counted, 'kind' | 'id'>[]) {
  let turn = 0;
  return async (): Promise<Counts> => {
    turn += 1;
    const counts = { clock: turn * 2000, cpu: turn * 1e6, memory: 5e6, memoryLimit: 1e9, read: turn * 2000 };
    const all = [{ kind: 'appliance', id: 'appliance' } as const, ...what()];
    return {
      at: new Date(turn * 2000).toISOString(),
      cores: 2,
      counted: all.map((one) => ({ ...one, from: one.id, ...counts })),
    };
  };
}

const running = [
  { kind: 'unit', id: 'docker.service' },
  { kind: 'unit', id: 'ssh.service' },
  { kind: 'container', id },
] as const;

const on = (more: Fakes = {}, what: () => Pick<Counted, 'kind' | 'id'>[] = () => [...running]) =>
  applianceOn(
    fakeMachine({
      facts: plainFacts,
      units: { list: plainList },
      containers: { list: async () => [container('web', id), container('old', second, 'exited')] },
      figures: { count: counting(what) },
      ...more,
    }),
  );

const rowOf = (stats: Stats, name: string) => stats.rows.find((row) => row.name === name);

test('whoever asks once gets rates: the appliance, then containers, then units, each by name', async () => {
  const { link } = await on();
  const stats = await link.appliance.stats.read({});
  expect(stats.rows.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'appliance Appliance',
    'container old',
    'container web',
    'unit containerd.service',
    'unit docker.service',
  ]);
  expect(rowOf(stats, 'web')).toMatchObject({ id, memoryLimit: 1e9, now: { cpu: 50, memory: 5e6, read: 1000 } });
  expect(stats).toMatchObject({ cores: 2, missing: [] });
});

test('what does not run is said with its state; a unit that this machine has not, is left out', async () => {
  const list = async (names: readonly string[]) =>
    names.map((name) =>
      name === 'ssh.service' ? unit(name, 'failed') : unit(name, name === 'containerd.service' ? 'absent' : 'active'),
    );
  const { link } = await on({ units: { list } }, () => [{ kind: 'unit', id: 'docker.service' }]);
  const stats = await link.appliance.stats.read({});
  expect(rowOf(stats, 'old')).toEqual({ kind: 'container', id: second, name: 'old', idle: 'exited' });
  expect(rowOf(stats, 'ssh.service')).toMatchObject({ idle: 'failed' });
  expect(rowOf(stats, 'ssh.service')).not.toHaveProperty('now');
  expect(rowOf(stats, 'docker.service')).toHaveProperty('now');
  expect(rowOf(stats, 'containerd.service')).toBeUndefined();
});

test('no engine: said once and plainly, and the rest is there', async () => {
  const { link } = await on({ containers: { list: () => Promise.reject(fail('engine-absent', {})) } }, () => []);
  const stats = await link.appliance.stats.read({});
  expect(stats.missing).toEqual([{ kind: 'container', why: expect.stringMatching(/engine/) }]);
  expect(stats.rows.some(({ kind }) => kind === 'container')).toBe(false);
  expect(rowOf(stats, 'Appliance')).toHaveProperty('now');
});

test('an engine that hangs takes nobody along: what containers use is still told, by id', async () => {
  const { link } = await on({ containers: { list: untilAborted } });
  const stats = await seen(link.appliance.stats.watch, ({ missing }) => missing.length > 0);
  expect(rowOf(stats, id.slice(0, 12))).toHaveProperty('now');
  expect(stats.missing[0]).toMatchObject({ kind: 'container', why: expect.stringContaining('did not answer') });
});

test('without systemd, the units whose control groups are there', async () => {
  const list = () => Promise.reject(fail('unavailable', { what: 'The list of service units', why: 'No systemd.' }));
  const { link } = await on({ units: { list } });
  const stats = await link.appliance.stats.read({});
  expect(stats.rows.filter(({ kind }) => kind === 'unit').map(({ name }) => name)).toEqual([
    'docker.service',
    'ssh.service',
  ]);
  expect(stats.missing).toEqual([{ kind: 'unit', why: 'The list of service units is not available. No systemd.' }]);
});

test('figures that cannot be read are a problem, not zeros; a machine that hangs is given up', async () => {
  const { link } = await on({ figures: { count: (_units, signal) => untilAborted(signal) } });
  expect(await failing(link.appliance.stats.read({}))).toMatchObject({ code: 'timed-out' });
});

test('any number of watchers cost one counting, and all see the same', async () => {
  const count = vi.fn(counting(() => [...running]));
  const { link } = await on({ figures: { count } });
  const stop = new AbortController();
  const told = Array.from({ length: 10 }, () => [] as Stats[]);
  const watching = told.map((news) =>
    link.appliance.stats.watch({}, { signal: stop.signal, progress: (stats) => void news.push(stats) }),
  );
  await vi.waitFor(() => expect(Math.min(...told.map((news) => news.length))).toBeGreaterThan(4));
  stop.abort();
  await Promise.all(watching);
  const turns = count.mock.calls.length;
  expect(told[0]?.length).toBeLessThanOrEqual(turns + 3);
  expect(told[9]?.at(-1)).toEqual(told[0]?.at(-1));
});

test('counted also while nobody looks, and not after the service has ended', async () => {
  const count = vi.fn(counting(() => [...running]));
  const { link, closing } = await on({ figures: { count } });
  await vi.waitFor(() => expect(count.mock.calls.length).toBeGreaterThan(3));
  const { samples, subject } = await link.appliance.stats.history({ kind: 'unit', id: 'docker.service' });
  expect(subject).toEqual({ kind: 'unit', id: 'docker.service', name: 'docker.service' });
  expect(samples[0]).toMatchObject({ cpu: 50 });
  closing.abort();
  const turns = count.mock.calls.length;
  // Another service counts on, as often.
  const other = vi.fn(counting(() => []));
  await on({ figures: { count: other } });
  await vi.waitFor(() => expect(other.mock.calls.length).toBeGreaterThan(4));
  expect(count.mock.calls.length).toBeLessThanOrEqual(turns + 1);
});

test('a container is asked for by name or by the beginning of its id; others are unknown', async () => {
  const { link } = await on();
  for (const asked of ['web', id.slice(0, 12), id])
    expect((await link.appliance.stats.history({ kind: 'container', id: asked })).subject).toEqual({
      kind: 'container',
      id,
      name: 'web',
    });
  expect((await link.appliance.stats.history({ kind: 'container', id: 'old' })).samples).toEqual([]);
  expect(await failing(link.appliance.stats.history({ kind: 'container', id: id.slice(0, 8) }))).toMatchObject({
    code: 'unknown-container',
  });
  expect(await failing(link.appliance.stats.history({ kind: 'unit', id: 'cron.service' }))).toMatchObject({
    code: 'unknown-unit',
  });
});

test('a container that begins while somebody watches has its name with its first figures', async () => {
  let all: Container[] = [];
  const list = vi.fn(async () => all);
  const count = vi.fn(counting(() => all.map((one) => ({ kind: 'container', id: one.id }))));
  const { link } = await on({ containers: { list }, figures: { count } });
  const found = seen(link.appliance.stats.watch, (stats) => rowOf(stats, 'late') !== undefined);
  await vi.waitFor(() => expect(list).toHaveBeenCalled());
  all = [container('late', id)];
  const turns = count.mock.calls.length;
  expect(rowOf(await found, 'late')).toMatchObject({ id });
  // Were it not asked for, it would be seen some seven countings later.
  expect(count.mock.calls.length - turns).toBeLessThan(4);
});

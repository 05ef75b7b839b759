/** Units: only the brand's, one action at a time, which goes on when its asker is gone. */
import { expect, test, vi } from 'vitest';
import type { Units } from '../../src/adapters/machine.ts';
import type { LogLine } from '../../src/appliance.ts';
import { fail } from '../../src/errors.ts';
import { fakeMachine, plainFacts, plainList, unit, unitStatus, untilAborted } from '../machines/fake.ts';
import { applianceOn, failing, seen } from './world.ts';

const on = (units: Partial<Units>) =>
  applianceOn(fakeMachine({ facts: plainFacts, units: { list: plainList, ...units } }));

test('the list has the units of the brand with the reason why some must not be stopped', async () => {
  const { link } = await on({});
  const units = await link.appliance.units.list({});
  expect(units.find(({ name }) => name === 'gatehouse.service')).toMatchObject({
    description: 'Gatehouse service',
    keep: expect.stringContaining('console'),
  });
  expect(units.find(({ name }) => name === 'docker.service')).not.toHaveProperty('keep');
});

test('other units cannot be shown or touched', async () => {
  const { link, entries } = await on({});
  const problem = { code: 'unknown-unit', details: { name: 'cron.service' } };
  expect(await failing(link.appliance.units.show({ name: 'cron.service' }))).toEqual(problem);
  expect(await failing(link.appliance.units.restart({ name: 'cron.service' }))).toEqual(problem);
  expect(entries).toEqual([]);
});

test('a unit that must be kept is not stopped', async () => {
  const { link } = await on({});
  const problem = await failing(link.appliance.units.stop({ name: 'systemd-networkd.service' }));
  expect(problem).toMatchObject({
    code: 'not-allowed',
    details: { why: expect.stringContaining('cut this machine off') },
  });
});

test('a restart tells its steps, reads the state back and is in the audit log', async () => {
  const asked: string[] = [];
  const { link, entries } = await on({
    act: async (action, name) => void asked.push(`${action} ${name}`),
    show: async (name) => ({ ...unitStatus(name), startedAt: '2026-01-01T00:00:00.000Z' }),
  });
  const steps: string[] = [];
  const progress = ({ step }: { step: string }) => void steps.push(step);
  const outcome = await link.appliance.units.restart({ name: 'docker.service' }, { progress });
  expect(outcome).toMatchObject({
    succeeded: true,
    unit: { state: 'active', startedAt: '2026-01-01T00:00:00.000Z' },
    log: [],
  });
  expect(asked).toEqual(['restart docker.service']);
  expect(steps).toEqual(['Restarting docker.service', 'Reading its state back']);
  expect(entries).toEqual([
    {
      by: 'this process',
      what: 'restart docker.service',
      before: 'active (running)',
      after: 'active (running) since 2026-01-01T00:00:00.000Z',
      outcome: 'done',
    },
  ]);
});

test('a unit that does not come up is shown with the end of its log, long lines cut', async () => {
  const line: LogLine = { at: '', from: 'docker', text: 'x'.repeat(90_000), priority: 3 };
  const { link, entries } = await on({
    act: async () => {
      throw fail('program-failed', { program: 'systemctl', exitCode: 1, said: 'Job failed.' });
    },
    show: async (name) => unitStatus(name, 'failed', 'exit-code'),
    log: async () => [line],
  });
  const outcome = await link.appliance.units.start({ name: 'docker.service' });
  expect(outcome).toMatchObject({ succeeded: false, unit: { state: 'failed' } });
  expect(outcome.log[0]?.text.length).toBeLessThan(5000);
  expect(entries[0]).toMatchObject({ outcome: 'failed' });
});

test('whoever gives up only stops waiting: the action goes on, and is audited when it has ended', async () => {
  let finish: () => void = () => undefined;
  let wasAborted = false;
  const { link, entries } = await on({
    act: (_action, _name, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          wasAborted = true;
        });
        finish = resolve;
      }),
    show: async (name) => unitStatus(name, 'inactive'),
  });
  const stop = new AbortController();
  const stopping = link.appliance.units.stop(
    { name: 'docker.service' },
    { signal: stop.signal, progress: () => stop.abort() },
  );
  expect(await failing(stopping)).toMatchObject({ code: 'aborted' });

  const second = await failing(link.appliance.units.start({ name: 'docker.service' }));
  expect(second).toMatchObject({ code: 'busy', details: { what: 'docker.service', by: 'this process' } });
  finish();
  await vi.waitFor(() => expect(entries).toMatchObject([{ what: 'stop docker.service', outcome: 'done' }]));
  expect(wasAborted).toBe(false);
});

test('an action without end is given up after its limit, and its unit is free again', async () => {
  const { link, entries } = await on({ act: (_action, _name, signal) => untilAborted(signal) });
  expect(await failing(link.appliance.units.start({ name: 'ssh.service' }))).toMatchObject({ code: 'timed-out' });
  expect(entries).toMatchObject([{ outcome: 'timed-out' }]);
  expect(await failing(link.appliance.units.start({ name: 'ssh.service' }))).toMatchObject({ code: 'timed-out' });
}, 10_000);

test('restarting the service itself answers before systemd is asked, and does not wait for it', async () => {
  const asked: unknown[] = [];
  let answered = false;
  const { link } = await on({
    act: async (action, name, _signal, options) => void asked.push([action, name, options, answered]),
  });
  const outcome = await link.appliance.units.restart({ name: 'gatehouse.service' });
  answered = true;
  expect(outcome.succeeded).toBe(true);
  await vi.waitFor(() => expect(asked).toEqual([['restart', 'gatehouse.service', { wait: false }, true]]));
});

test('a unit stopped from outside shows in the watched list', async () => {
  let state: 'active' | 'inactive' = 'active';
  const { link } = await on({
    list: async (names) => names.map((name) => unit(name, name === 'ssh.service' ? state : 'active')),
  });
  const told = await seen(link.appliance.units.watch, (units) => {
    const isStopped = units.some((one) => one.name === 'ssh.service' && one.state === 'inactive');
    state = 'inactive';
    return isStopped;
  });
  expect(told).toHaveLength(8);
});

test('without systemd a watch of the units says so', async () => {
  const { link } = await on({
    list: async () => {
      throw fail('unavailable', { what: 'systemd', why: 'it does not run here' });
    },
  });
  expect(await failing(link.appliance.units.watch({}))).toMatchObject({ code: 'unavailable' });
});

test('the status line has name, first address of use, and the number of failed units', async () => {
  const { link } = await on({
    list: async (names) => names.map((name) => unit(name, name === 'ssh.service' ? 'failed' : 'active')),
  });
  const status = {
    name: 'gate1',
    address: '10.0.0.5',
    registered: false,
    platform: { connected: false },
    failedUnits: 1,
  };
  expect(await link.appliance.status.read({})).toEqual(status);
  expect(await seen(link.appliance.status.watch, () => true)).toEqual(status);
});

test('the status line stands even where nothing can be read', async () => {
  const { link } = await applianceOn(fakeMachine());
  expect(await link.appliance.status.read({})).toMatchObject({ name: 'this appliance', failedUnits: 0 });
});

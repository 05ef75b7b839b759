/** Reboot, shutdown and reset as the service has them: what they interrupt, the countdown, and what goes wrong. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { LoginSession, Power, Reset } from '../../src/adapters/machine.ts';
import type { PowerState } from '../../src/appliance.ts';
import { fail } from '../../src/errors.ts';
import { others } from '../../src/service/sessions.ts';
import { fakeMachine, plainFacts, plainList, untilAborted } from '../machines/fake.ts';
import { applianceOn, failing, seen, temporaryFolder } from './world.ts';

const never = (signal: AbortSignal) => untilAborted(signal).catch(() => undefined);

/** A machine that notes what it is asked, and goes down by doing nothing. */
function machineThat(power: Partial<Power> = {}, reset: Partial<Reset> = {}) {
  const asked: string[] = [];
  const note = (what: string) => async () => void asked.push(what);
  const machine = fakeMachine({
    facts: plainFacts,
    units: { list: plainList },
    ssh: { state: async () => ({ enabled: true, fingerprints: [], sessions: [] }) },
    power: {
      sessions: async () => [],
      reboot: async (signal) => {
        asked.push('reboot');
        await never(signal);
      },
      shutdown: note('shutdown'),
      ...power,
      reset: {
        deletes: ['all of it'],
        check: note('check'),
        decide: note('decide'),
        remark: async (text) => void asked.push(`remark: ${text}`),
        takeBack: note('take back'),
        decided: async () => undefined,
        ...reset,
      },
    },
  });
  return { machine, asked };
}

const at = '2026-11-21T09:00:00.000Z';

test('who else is logged in is told once, whether logind or sshd knows of them; what runs, too', async () => {
  const bySsh = { user: 'operator', from: '10.0.0.7', since: at };
  const { machine } = machineThat({
    sessions: async () => [
      { ...bySsh, terminal: 'pts/0' },
      { user: 'root', from: 'ttyS0', since: at, terminal: 'ttyS0' },
    ],
  });
  machine.ssh.state = async () => ({
    enabled: true,
    fingerprints: [],
    sessions: [bySsh, { user: 'anna', from: '10.0.0.8', since: at }],
  });
  const { link } = await applianceOn(machine);
  const { sessions, jobs } = await link.appliance.power.read({});
  expect(sessions.map(({ user, from }) => `${user} ${from}`).sort()).toEqual([
    'anna 10.0.0.8',
    'operator 10.0.0.7',
    'root ttyS0',
  ]);
  expect(jobs).toEqual([]);
});

test('the own session is not told to who asks, where it is known by its terminal or address', () => {
  const one: LoginSession = { user: 'operator', from: '10.0.0.7', since: at, terminal: 'pts/0' };
  const two = { ...one, terminal: 'pts/1' };
  const own = { by: '', user: 'operator', console: 'pts/1', address: '10.0.0.7' };
  expect(others([one, two], own)).toEqual([{ user: 'operator', from: '10.0.0.7', since: at }]);
  expect(others([one], { by: '', user: 'root', login: 'operator', console: 'pts/0' })).toEqual([]);
  const { terminal: _none, ...bySsh } = one;
  expect(others([bySsh], own)).toEqual([]);
  expect(others([one, two], { by: 'somebody', user: 'anna' })).toHaveLength(2);
  expect(others([one], undefined)).toHaveLength(1);
});

test('it is told to every watcher and in the status line, one at a time, and can be called off', async () => {
  const { machine, asked } = machineThat();
  const { link, entries } = await applianceOn(machine);
  const { power, status } = link.appliance;
  const watched = seen<PowerState>(power.watch, ({ scheduled }) => scheduled !== undefined);
  const { scheduled } = await power.schedule({ action: 'shutdown', seconds: 600 });
  expect((await watched).scheduled).toEqual(scheduled);
  expect(Date.parse(scheduled?.at ?? '') - Date.now()).toBeGreaterThan(590_000);
  expect((await status.read({})).power).toEqual({ action: 'shutdown', at: scheduled?.at });
  expect(await failing(power.schedule({ action: 'reboot' }))).toMatchObject({ code: 'busy' });
  expect(await power.cancel({})).not.toHaveProperty('scheduled');
  expect(await status.read({})).not.toHaveProperty('power');
  expect(await power.cancel({})).not.toHaveProperty('scheduled');
  expect(asked).toEqual([]);
  expect(entries.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
    'schedule shutdown: done',
    'call off shutdown: done',
  ]);
});

test('called off before it was even answered, it does not happen', async () => {
  let check: () => void = () => undefined;
  const checking = new Promise<void>((resolve) => {
    check = resolve;
  });
  const { machine, asked } = machineThat({}, { check: () => checking });
  const state = temporaryFolder();
  const { power } = (await applianceOn(machine, state)).link.appliance;
  const answer = power.schedule({ action: 'reset', seconds: 0 });
  await seen<PowerState>(power.watch, ({ scheduled }) => scheduled !== undefined);
  await power.cancel({});
  check();
  expect(await answer).not.toHaveProperty('scheduled');
  expect(existsSync(join(state, 'power.json'))).toBe(false);
  // Where it would begin, another can be scheduled instead.
  await power.schedule({ action: 'reboot', seconds: 0 });
  await vi.waitFor(() => expect(asked).toEqual(['reboot']));
});

test('begun, it cannot be called off, and it is in the audit before it happens', async () => {
  const { machine } = machineThat();
  const { link, entries } = await applianceOn(machine);
  const { power } = link.appliance;
  await power.schedule({ action: 'reboot', seconds: 0 });
  const { scheduled } = await seen<PowerState>(power.watch, (state) => state.scheduled?.step === 'Rebooting');
  expect(scheduled).toMatchObject({ action: 'reboot' });
  expect(entries.at(-1)).toMatchObject({ what: 'reboot', after: 'begun', outcome: 'done' });
  expect(await failing(power.cancel({}))).toMatchObject({ code: 'not-allowed', details: { why: 'It has begun.' } });
});

test('a machine that refuses, or takes it and stays up, is told of, and can be asked again', async () => {
  for (const reboot of [
    () => Promise.reject(fail('program-failed', { program: 'systemctl', exitCode: 1, said: 'no' })),
    async () => undefined,
  ]) {
    const { machine } = machineThat({ reboot });
    const { link, entries, log } = await applianceOn(machine);
    const { power } = link.appliance;
    await power.schedule({ action: 'reboot', seconds: 0 });
    const { failed } = await seen<PowerState>(power.watch, (state) => state.failed !== undefined);
    expect(failed).toMatchObject({ action: 'reboot', problem: { code: expect.stringMatching(/failed|timed-out/) } });
    expect(entries.at(-1)).toMatchObject({ what: 'reboot', outcome: failed?.problem.code });
    expect(log.join('')).toContain('<3>Reboot: ');
    expect((await power.schedule({ action: 'reboot' })).failed).toBeUndefined();
  }
});

test('an earlier service that was killed with something scheduled: called off, which log and audit say', async () => {
  const state = temporaryFolder();
  const first = await applianceOn(machineThat().machine, state);
  const { scheduled } = await first.link.appliance.power.schedule({ action: 'reboot', seconds: 600 });
  expect(existsSync(join(state, 'power.json'))).toBe(true);
  first.closing.abort();
  const { link, entries, log } = await applianceOn(machineThat().machine, state);
  expect(await link.appliance.power.read({})).not.toHaveProperty('scheduled');
  const what = `call off the reboot at ${scheduled?.at}, asked for by this process`;
  expect(entries).toMatchObject([{ by: 'gatehouse.service', what, outcome: 'done' }]);
  expect(log.join('')).toContain(what);
  expect(existsSync(join(state, 'power.json'))).toBe(false);
});

test('a reset is decided first, then the platform told, then the machine restarted', async () => {
  const { machine, asked } = machineThat();
  const { link } = await applianceOn(machine);
  const { power } = link.appliance;
  expect(await power.resetPlan({})).toEqual({ deletes: ['all of it'] });
  await power.schedule({ action: 'reset', seconds: 0 });
  await seen<PowerState>(power.watch, (state) => state.scheduled?.step === 'Rebooting');
  await vi.waitFor(() => expect(asked).toEqual(['check', 'decide', 'reboot']));
});

test('where the platform cannot be told, it is said, noted for afterwards, and the reset goes on', async () => {
  const state = temporaryFolder();
  mkdirSync(join(state, 'registration'));
  writeFileSync(join(state, 'registration/registration.json'), 'broken');
  const { machine, asked } = machineThat();
  const { link } = await applianceOn(machine, state);
  const { power } = link.appliance;
  await power.schedule({ action: 'reset', seconds: 0 });
  const told = await seen<PowerState>(power.watch, (now) => now.scheduled?.step?.startsWith('Rebooting') ?? false);
  expect(told.scheduled?.step).toContain('The platform could not be told; remove the appliance there.');
  await vi.waitFor(() =>
    expect(asked).toEqual(['check', 'decide', expect.stringContaining('remark: The platform could not'), 'reboot']),
  );
});

test('a reset that could not be carried out by the next start is refused; without a restart it is taken back', async () => {
  const why = fail('unavailable', { what: 'Reset', why: 'no unit' });
  const refusing = machineThat({}, { check: () => Promise.reject(why) });
  const first = await applianceOn(refusing.machine);
  expect(await failing(first.link.appliance.power.schedule({ action: 'reset' }))).toEqual(why.problem);
  expect(await first.link.appliance.power.read({})).not.toHaveProperty('scheduled');

  const staying = machineThat({ reboot: () => Promise.reject(why) });
  const { link } = await applianceOn(staying.machine);
  await link.appliance.power.schedule({ action: 'reset', seconds: 0 });
  const { failed } = await seen<PowerState>(link.appliance.power.watch, (state) => state.failed !== undefined);
  expect(failed).toMatchObject({ action: 'reset', problem: why.problem });
  expect(staying.asked).toEqual(['check', 'decide', 'take back']);
});

test('a service killed after a reset was decided: the next one restarts the machine; one that failed is told of', async () => {
  const decided = machineThat({}, { decided: async () => ({ by: 'anna', when: 'now' }) });
  const first = await applianceOn(decided.machine);
  expect((await first.link.appliance.power.read({})).scheduled).toMatchObject({ action: 'reset', by: 'anna' });
  await vi.waitFor(() => expect(decided.asked).toEqual(['reboot']));

  const incomplete = machineThat({}, { decided: async () => ({ by: 'anna', when: 'before' }) });
  const { link } = await applianceOn(incomplete.machine);
  expect((await link.appliance.power.read({})).failed).toMatchObject({
    action: 'reset',
    problem: { code: 'unavailable' },
  });
  expect(incomplete.asked).toEqual([]);
});

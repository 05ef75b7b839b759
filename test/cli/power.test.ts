/** `gatehouse power` and `gatehouse reset`, as the one at the terminal and a script see them. */
import { expect, test } from 'vitest';
import type { Appliance, PowerState } from '../../src/appliance.ts';
import { cancel, reset, schedule, status } from '../../src/cli/power.ts';
import { fail } from '../../src/errors.ts';
import { failing } from '../service/world.ts';
import { running } from './asked.ts';

type Group = Partial<Appliance['power']>;
const on = (power: Group, more: { json?: boolean; isOwn?: boolean } = {}) => running({ appliance: { power }, ...more });

const at = '2026-11-21T12:00:00.000Z';
const idle: PowerState = { sessions: [], jobs: [] };
const scheduled: PowerState = { ...idle, scheduled: { action: 'reboot', at, by: 'anna on tty1' } };

test('what is scheduled, who is here and what runs are told, and nothing of it moves the cursor', async () => {
  const run = on({
    read: async () => ({
      ...scheduled,
      sessions: [{ user: 'ben', from: '\u001b[2J10.0.0.7', since: at }],
      jobs: ['A diagnostics report is being made, by ben'],
      pending: 'DNS settings',
    }),
  });
  expect(await status(run.context)).toBe(0);
  expect(run.out()).toMatch(/^This appliance reboots at 2026-11-21T12:00:00.000Z, asked for by anna on tty1\./);
  expect(run.out()).toMatch(/ben is logged in from .*10\.0\.0\.7 since/);
  expect(run.out()).toContain('A diagnostics report is being made, by ben.\nDNS settings waits for an answer');
  expect(run.out()).not.toContain('\u001b');
});

test('one that did not come about is told with its reason', async () => {
  const { problem } = fail('program-failed', { program: 'systemctl', exitCode: 1, said: 'no' });
  const run = on({ read: async () => ({ ...idle, failed: { action: 'shutdown', at, problem } }) });
  await status(run.context);
  expect(run.out()).toBe(
    `Nothing is scheduled.\nThe shutdown of ${at} did not come about. systemctl ended with code 1. It said: no\n`,
  );
});

test('a reboot is asked for with its time, or without, and left to itself', async () => {
  const asked: unknown[] = [];
  const answering: Group = {
    schedule: async (args) => {
      asked.push(args);
      return scheduled;
    },
  };
  const run = on(answering);
  expect(await schedule(run.context, 'reboot', 30)).toBe(0);
  expect(run.out()).toContain('To call it off: gatehouse power cancel');
  const script = on(answering, { json: true });
  expect(await schedule(script.context, 'shutdown')).toBe(0);
  expect(script.values()).toEqual([scheduled]);
  expect(asked).toEqual([{ action: 'reboot', seconds: 30 }, { action: 'shutdown' }]);
});

test('in a lab of its own it is waited for; called off elsewhere it says so', async () => {
  const during = (states: readonly PowerState[]): Group => ({
    schedule: async () => scheduled,
    watch: async (_args, call) => {
      for (const state of states) call?.progress?.(state);
    },
  });
  const begun = { ...scheduled, scheduled: { action: 'reboot' as const, at, by: 'anna', step: 'Rebooting' } };
  const done = on(during([scheduled, begun, idle]), { isOwn: true });
  expect(await schedule(done.context, 'reboot')).toBe(0);
  expect(done.out()).toMatch(/Rebooting …\nDone: reboot\.\n$/);
  const off = on(during([scheduled, idle]), { isOwn: true });
  expect(await schedule(off.context, 'reboot')).toBe(4);
  expect(off.out()).toMatch(/The reboot was called off\.\n$/);
});

test('a cancel says what was called off, if anything', async () => {
  const run = on({ read: async () => scheduled, cancel: async () => idle });
  expect(await cancel(run.context)).toBe(0);
  expect(run.out()).toBe('The reboot is called off.\n');
  const nothing = on({ read: async () => idle, cancel: async () => idle });
  await cancel(nothing.context);
  expect(nothing.out()).toBe('Nothing was scheduled.\n');
});

test('a reset needs its long word; its plan asks for nothing', async () => {
  const run = on({});
  expect(await failing(reset(run.context, {}))).toMatchObject({
    code: 'bad-value',
    details: { right: expect.stringContaining('--yes-delete-everything') },
  });
  const plan = on({ resetPlan: async () => ({ deletes: ['settings', 'logs'] }) });
  expect(await reset(plan.context, { plan: true, yesDeleteEverything: true })).toBe(0);
  expect(plan.out()).toBe('A reset deletes:\n  settings\n  logs\n');
  const asked: unknown[] = [];
  const real = on({
    schedule: async (args) => {
      asked.push(args);
      return { ...idle, scheduled: { action: 'reset', at, by: 'anna' } };
    },
  });
  expect(await reset(real.context, { yesDeleteEverything: true, in: 0 })).toBe(0);
  expect(asked).toEqual([{ action: 'reset', seconds: 0 }]);
  expect(real.out()).toContain(`This appliance is reset at ${at}`);
});

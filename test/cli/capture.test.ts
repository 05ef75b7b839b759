/** `gatehouse capture`, as the one at the terminal and a script see it. */
import { expect, test } from 'vitest';
import type { Appliance, Capture, CapturePlan, CaptureState, RunningCapture } from '../../src/appliance.ts';
import { plan, start, status, stop } from '../../src/cli/capture.ts';
import { running } from './asked.ts';

const planned: CapturePlan = {
  device: 'eth0',
  filter: 'host 192.0.2.7 and port 3128',
  towards: 'the proxy proxy.corp.test:3128',
  bytesEach: 128,
  most: 100e6,
  spare: 500e6,
  warnings: ['The name a.test was not found: what goes there is not recorded.'],
};
const endsAt = new Date(Date.now() + 60_000).toISOString();
const recording: RunningCapture = {
  ...planned,
  startedAt: '2026-11-21T10:00:00.000Z',
  endsAt,
  by: 'anna',
  packets: 1,
  bytes: 168,
  dropped: 2,
};
const latest: Capture = {
  path: '/var/diagnostics/upstream.pcap',
  size: 168,
  packets: 1,
  dropped: 2,
  startedAt: recording.startedAt,
  endedAt: '2026-11-21T10:05:00.000Z',
  by: 'anna',
  filter: planned.filter,
  bytesEach: 128,
  ended: 'time over',
};
type Group = Partial<Appliance['capture']>;
const on = (capture: Group, more: { json?: boolean; isOwn?: boolean } = {}) =>
  running({ appliance: { capture }, ...more });

test('a plan says device, filter, bounds, and what to beware of', async () => {
  const run = on({ plan: async () => planned });
  expect(await plan(run.context, {})).toBe(0);
  expect(run.out()).toBe(
    [
      'Towards         the proxy proxy.corp.test:3128',
      'Device          eth0',
      'Filter          host 192.0.2.7 and port 3128',
      'Of each packet  128 bytes',
      'At most         100 MB; 500 MB of the disk stay free',
      'The name a.test was not found: what goes there is not recorded.',
      '',
    ].join('\n'),
  );
});

test('a start asks for what was said, and leaves it to itself', async () => {
  const asked: unknown[] = [];
  const run = on({
    start: async (args) => {
      asked.push(args);
      return { running: recording };
    },
  });
  expect(await start(run.context, { seconds: 30, whole: true })).toBe(0);
  expect(asked).toEqual([{ seconds: 30, whole: true }]);
  expect(run.out()).toContain(`It records until ${endsAt}. See: gatehouse capture status`);
});

/** Tells those states, and then waits to be given up. */
const telling = (...states: CaptureState[]): Group => ({
  start: async () => ({ running: recording }),
  watch: (_args, { signal, progress } = {}) =>
    new Promise((resolve) => {
      for (const state of states) progress?.(state);
      if (signal?.aborted) return resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
    }),
});

test('one that is waited for tells how it goes, and what there is in the end', async () => {
  const run = on(telling({ running: recording }, { latest }), { json: true });
  expect(await start(run.context, { seconds: 60, wait: true })).toBe(0);
  expect(run.values()).toEqual([{ running: recording }, { latest }]);
  const people = on(telling({ running: recording }, { latest }));
  await start(people.context, { seconds: 60, wait: true });
  expect(people.out()).toMatch(/^1 packet, 168 bytes, 2 dropped; (59|60) s left$/m);
  expect(people.out()).toMatch(/^Ended {5}time over$/m);
});

test('one that fails while it is waited for is a failure', async () => {
  const failed = {
    at: '2026-11-21T10:01:00.000Z',
    problem: { code: 'capture-failed', details: { why: 'The interface is down', advice: '' } },
  } as const;
  const run = on(telling({ latest, failed }));
  expect(await start(run.context, { seconds: 60, wait: true })).toBe(1);
  expect(run.out()).toContain('The interface is down.');
});

test('Ctrl-C stops the telling, not the capture', async () => {
  const run = on(telling({ running: recording }));
  const exit = start(run.context, { seconds: 60, wait: true });
  run.interrupt();
  expect(await exit).toBe(130);
  expect(run.out()).toContain('it goes on recording');
});

test('in the lab, which ends with the command, Ctrl-C keeps what was caught', async () => {
  const run = on({ ...telling({ running: recording }), stop: async () => ({ latest }) }, { isOwn: true });
  const exit = start(run.context, { seconds: 60 });
  run.interrupt();
  expect(await exit).toBe(130);
  expect(run.out()).toContain('/var/diagnostics/upstream.pcap');
});

test('the status has all that there is', async () => {
  const none = on({ read: async () => ({}) });
  await status(none.context);
  expect(none.out()).toBe('No packets were recorded yet.\n');
  const interrupted: Capture = { ...latest, path: '/var/diagnostics/upstream.interrupted.pcap', ended: 'interrupted' };
  const run = on({ read: async () => ({ running: recording, latest, interrupted }) });
  await status(run.context);
  for (const text of ['Recording, begun by anna.', 'Cut off, newer than the complete one:', latest.path])
    expect(run.out()).toContain(text);
});

test('a stop without a capture says so', async () => {
  const run = on({ read: async () => ({}), stop: async () => ({}) });
  expect(await stop(run.context)).toBe(0);
  expect(run.out()).toContain('No packets are being recorded.');
});

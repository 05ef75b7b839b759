/** `gatehouse stats`: as a table for people, as JSON for scripts. */
import { expect, test } from 'vitest';
import type { Stats } from '../../src/appliance.ts';
import { history, show, watch } from '../../src/cli/stats.ts';
import { running } from './asked.ts';

const at = '2026-01-02T03:04:05.000Z';
const stats: Stats = {
  rows: [
    {
      kind: 'appliance',
      id: 'appliance',
      name: 'Appliance',
      now: { at, cpu: 47.83, memory: 5.65e9, received: 476_000, sent: 0, read: 24_900, written: 1 },
      memoryLimit: 17.2e9,
    },
    { kind: 'container', id: 'ab'.repeat(32), name: 'web\x1b[2J', now: { at, cpu: 0, memory: 1e6 } },
    { kind: 'container', id: 'cd'.repeat(32), name: 'old', idle: 'exited' },
    { kind: 'unit', id: 'ssh.service', name: 'ssh.service' },
  ],
  cores: 4,
  missing: [{ kind: 'unit', why: 'The list of service units is not available. No systemd.' }],
};

test('a table: what is not known is "-", what does not run says so, what is missing says why', async () => {
  const { context, out } = running({ appliance: { stats: { read: async () => stats } } });
  expect(await show(context)).toBe(0);
  expect(out()).toBe(`\
Kind       Name         CPU %   Memory   Limit    Received/s  Sent/s  Read/s   Written/s
appliance  Appliance    47.8    5.65 GB  17.2 GB  476 kB      0 B     24.9 kB  1 B
container  web          0.0     1 MB     -        -           -       -        -
container  old          exited
unit       ssh.service  …

100 % is one core; this appliance has 4.
The list of service units is not available. No systemd.
`);
});

test('with --json the value as it is', async () => {
  const { context, values } = running({ appliance: { stats: { read: async () => stats } }, json: true });
  await show(context);
  expect(values()).toEqual([stats]);
});

test('watched: one line of JSON for each state, until interrupted', async () => {
  const run = running({
    appliance: {
      stats: {
        async watch(_args, call) {
          call?.progress?.(stats);
          call?.progress?.({ ...stats, cores: 5 });
          run.interrupt();
          expect(call?.signal?.aborted).toBe(true);
        },
      },
    },
    json: true,
  });
  expect(await watch(run.context)).toBe(0);
  expect(run.values().map(({ cores }) => cores)).toEqual([4, 5]);
});

test('the past of one unit, which may be named without its suffix', async () => {
  const asked: unknown[] = [];
  const { context, out } = running({
    appliance: {
      stats: {
        async history(subject) {
          asked.push(subject);
          return { subject: { ...subject, name: subject.id }, samples: [{ at, cpu: 1, memory: 2e6, written: 3000 }] };
        },
      },
    },
  });
  await history(context, 'unit', 'docker');
  expect(asked).toEqual([{ kind: 'unit', id: 'docker.service' }]);
  expect(out()).toBe(`\
UTC       CPU %  Memory  Received/s  Sent/s  Read/s  Written/s
03:04:05  1.0    2 MB    -           -       -       3 kB
`);
});

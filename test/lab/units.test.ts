/** Units of the lab, as the one who restarts them sees it. */
import { expect, test, vi } from 'vitest';
import { brandNamed, brandNames } from '../../src/brand/brand.ts';
import { openLab } from '../../src/lab/lab.ts';
import { emptyFolder, oddMachine, quickLab } from './place.ts';

const never = new AbortController().signal;

async function statesDuring(action: 'start' | 'stop' | 'restart', name: string, machine: string) {
  const {
    machine: { units },
  } = await quickLab({ machine });
  const look = async () => (await units.list([name], never))[0];
  const before = await look();
  const states = [before?.state];
  let over = false;
  const done = units.act(action, name, never).finally(() => {
    over = true;
  });
  await vi.waitUntil(
    async () => {
      const state = (await look())?.state;
      if (states.at(-1) !== state) states.push(state);
      return over;
    },
    { interval: 1 },
  );
  await done;
  return { states, before, after: await units.show(name, 20, never) };
}

test('a restart goes through deactivating and activating to active, with a new start time and log lines', async () => {
  const { states, before, after } = await statesDuring('restart', 'docker.service', 'healthy');
  expect(states).toEqual(['active', 'deactivating', 'activating', 'active']);
  expect(Date.parse(after.startedAt ?? '')).toBeGreaterThan(Date.parse(before?.startedAt ?? ''));
  expect(Math.abs(Date.parse(after.startedAt ?? '') - Date.now())).toBeLessThan(60_000);
  expect(after.log.map((line) => line.text).slice(-3)).toEqual([
    'Daemon has completed initialization',
    'API listen on /run/docker.sock',
    'Started docker.service - Docker Application Container Engine.',
  ]);
  expect(after).toMatchObject({ subState: 'running', result: 'success', mainPid: expect.any(Number) });
});

test('a restart takes about one and a half seconds', async () => {
  const lab = await openLab({ folder: await emptyFolder() });
  const began = performance.now();
  await lab.machine.units.act('restart', 'ssh.service', never);
  expect(performance.now() - began).toBeGreaterThan(1450);
  await lab.close();
});

test('a failing unit fails on start, with what it said and what systemd makes of it', async () => {
  const { states, after } = await statesDuring('start', 'haproxy.service', 'unit-failed');
  expect(states).toEqual(['failed', 'activating', 'failed']);
  expect(after).toMatchObject({ result: 'exit-code', exitCode: 1, subState: 'failed' });
  expect(after.mainPid).toBeUndefined();
  expect(after.log.slice(-6).map((line) => line.text)).toEqual([
    "config : parsing [/etc/haproxy/haproxy.cfg:42] : unknown keyword 'sever' in 'backend' section",
    'config : Error(s) found in configuration file : /etc/haproxy/haproxy.cfg',
    'config : Fatal errors found in configuration.',
    'haproxy.service: Main process exited, code=exited, status=1/FAILURE',
    "haproxy.service: Failed with result 'exit-code'.",
    'Failed to start haproxy.service - HAProxy Load Balancer.',
  ]);
});

test('a stopped unit is inactive, and can be started again', async () => {
  const {
    machine: { units },
  } = await quickLab();
  await units.act('stop', 'ssh.service', never);
  expect(await units.show('ssh.service', 0, never)).toMatchObject({ state: 'inactive', subState: 'dead', log: [] });
  await units.act('start', 'ssh.service', never);
  expect(await units.show('ssh.service', 0, never)).toMatchObject({ state: 'active', subState: 'running' });
});

test('starting what runs, and stopping what does not, change nothing', async () => {
  const {
    machine: { units },
  } = await quickLab({ machine: 'unit-failed' });
  const names = ['ssh.service', 'docker.service'];
  const before = await units.list(names, never);
  await units.act('start', 'ssh.service', never);
  await units.act('stop', 'docker.service', never);
  expect(await units.list(names, never)).toEqual(before);
});

test('a oneshot ends by itself: inactive, or active (exited) where it remains', async () => {
  const {
    machine: { units },
  } = await quickLab();
  const names = ['haproxy-reload.service', 'qualys-appliance-init.service'];
  for (const name of names) await units.act('restart', name, never);
  expect(await units.list(names, never)).toMatchObject([
    { state: 'inactive', subState: 'dead' },
    { state: 'active', subState: 'exited' },
  ]);
});

test('one who leaves during a restart is let go at once, and the restart goes on to its end', async () => {
  const {
    machine: { units },
  } = await quickLab({ pace: { job: 300 } });
  const leaving = new AbortController();
  const left = units.act('restart', 'ssh.service', leaving.signal);
  await vi.waitUntil(async () => (await units.list(['ssh.service'], never))[0]?.state === 'deactivating');
  leaving.abort();
  await expect(left).rejects.toMatchObject({ problem: { code: 'aborted' } });
  expect((await units.list(['ssh.service'], never))[0]?.state).toBe('deactivating');
  await vi.waitUntil(async () => (await units.list(['ssh.service'], never))[0]?.state === 'active', { timeout: 5000 });
});

test('two restarts of one unit at once follow each other', async () => {
  const {
    machine: { units },
  } = await quickLab();
  await Promise.all([1, 2].map(() => units.act('restart', 'ssh.service', never)));
  const texts = (await units.log('ssh.service', 100, never)).map((line) => line.text.split(' ')[0]);
  expect(texts.filter((word) => word === 'Stopping' || word === 'Started')).toEqual([
    'Stopping',
    'Started',
    'Stopping',
    'Started',
  ]);
});

test('every unit of both brands is on the healthy machine', async () => {
  const {
    machine: { units },
  } = await quickLab();
  for (const brand of brandNames) {
    const names = brandNamed(brand)?.units.map((unit) => unit.name) ?? [];
    const found = await units.list(names, never);
    expect(found.map((unit) => unit.name)).toEqual(names);
    expect(found.filter((unit) => unit.state === 'absent')).toEqual([]);
  }
});

test('without Docker its unit is absent: listed so, no log, and not to be started', async () => {
  const {
    machine: { units },
  } = await quickLab({ machine: 'no-docker' });
  expect(await units.list(['docker.service', 'ssh.service'], never)).toMatchObject([
    { name: 'docker.service', state: 'absent' },
    { name: 'ssh.service', state: 'active' },
  ]);
  expect(await units.show('docker.service', 10, never)).toMatchObject({ state: 'absent', log: [] });
  await expect(units.act('start', 'docker.service', never)).rejects.toMatchObject({
    problem: { code: 'unknown-unit' },
  });
});

test('thirty units more come in the order asked, in every state', async () => {
  const {
    machine: { units },
  } = await quickLab({ machine: oddMachine('thirty-units') });
  const names = Array.from({ length: 30 }, (_, index) => `worker-${String(30 - index).padStart(2, '0')}.service`);
  const found = await units.list(names, never);
  expect(found.map((unit) => unit.name)).toEqual(names);
  expect(new Set(found.map((unit) => unit.state)).size).toBe(6);
});

test('the hostile machine really is: escapes, tags, C1, bidi, and lines of 90,000 characters', async () => {
  const {
    machine: { units, facts },
  } = await quickLab({ machine: 'hostile' });
  const log = await units.log('docker.service', 1000, never);
  const all = log.map((line) => line.text).join('\n');
  for (const poison of ['\u001b[2J', '{red-fg}', '\u009b2J', '\u202e', '\u0000']) expect(all).toContain(poison);
  expect(Math.max(...log.map((line) => line.text.length))).toBe(90_000);
  expect(await facts.hostName(never)).toContain('\u001b[2J');
  const interfaces = (await facts.interfaces(never)).map((one) => one.name).join();
  for (const poison of ['\u001b', '{red-fg}', '\u202e']) expect(interfaces).toContain(poison);
  expect((await units.list(['gatehouse.service'], never))[0]?.description).toContain('\u001b');
});

test('a failed unit, and one that needs it, say why, also after another start', async () => {
  const { machine } = await quickLab({ machine: 'unit-failed' });
  const show = (name: string) => machine.units.show(name, 5, never);
  expect((await show('haproxy.service')).why).toBe('It ended by itself with exit code 1, which says that it failed.');
  const lacking = await show('internal-proxy.service');
  expect(lacking).toMatchObject({ state: 'inactive', why: expect.stringContaining('haproxy.service is failed') });
  expect(lacking.dependencies?.[0]?.log.map(({ text }) => text)).toContain(
    "haproxy.service: Failed with result 'exit-code'.",
  );
  await machine.units.act('start', 'internal-proxy.service', never);
  expect(await show('internal-proxy.service')).toMatchObject({ state: 'inactive', why: lacking.why });
  const { machine: healthy } = await quickLab({ machine: 'healthy' });
  expect(await healthy.units.show('internal-proxy.service', 5, never)).not.toHaveProperty('why');
});

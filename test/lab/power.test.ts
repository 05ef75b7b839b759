/** The lab's power: a reboot behind the same link, off until it is opened again, and a reset that empties its folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PowerState, RegistrationState, Unit } from '../../src/appliance.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import { openLabLink, openLabMachine } from '../../src/cli/lab.ts';
import { assemble } from '../../src/service/appliance.ts';
import { logTo } from '../../src/service/log.ts';
import { failing, reached, seen } from '../service/world.ts';
import { emptyFolder } from './place.ts';

async function opened(labFolder: string) {
  const { link, close } = await openLabLink({ labFolder });
  onTestFinished(close);
  return { link, close, ...link.appliance };
}

const docker = (units: readonly Unit[]) => units.find(({ name }) => name === 'docker.service');

test('a reboot: what runs is ended in good order, the link is lost and back, watches go on, units are new', async () => {
  const { link, units, power, capture, status } = await opened(await emptyFolder());
  const before = docker(await units.list({}));
  await capture.start({ seconds: 60 });
  const { jobs } = await seen<PowerState>(power.watch, (state) => state.jobs.length > 0);
  expect(jobs).toEqual([expect.stringMatching(/^Packets are being captured, by /)]);
  expect((await status.read({})).job).toEqual({ what: 'packet capture' });

  const states: string[] = [];
  link.onState(() => states.push(link.state));
  const told: (Unit['since'] | undefined)[] = [];
  const stop = new AbortController();
  const watch = units.watch({}, { signal: stop.signal, progress: (news) => void told.push(docker(news)?.since) });
  await power.schedule({ action: 'reboot', seconds: 0 });
  await vi.waitFor(() => expect(states).toEqual(['lost', 'connected']), 10_000);
  await vi.waitFor(() => expect(new Set(told).size).toBe(2), 10_000);
  stop.abort();
  await watch;
  const after = docker(await units.list({}));
  expect(after?.state).toBe(before?.state);
  expect(Date.parse(after?.startedAt ?? '')).toBeGreaterThan(Date.parse(before?.startedAt ?? ''));
  expect((await capture.read({})).latest).toMatchObject({ ended: 'stopped' });
  expect(await power.read({})).toMatchObject({ jobs: [] });
});

test('shut down it answers nothing any more, and says why; opened again it has started', async () => {
  const folder = await emptyFolder();
  const first = await opened(folder);
  await first.units.stop({ name: 'docker.service' });
  await first.power.schedule({ action: 'shutdown', seconds: 0 });
  await reached(first.link, 'lost');
  expect(await failing(first.status.read({}))).toMatchObject({
    code: 'service-gone',
    details: { why: expect.stringContaining('switched off') },
  });
  await first.close();
  const { units } = await opened(folder);
  expect(docker(await units.list({}))?.state).toBe('active');
});

test('a reset empties the folder of this machine and no other, and begins as at the first boot', async () => {
  const folder = await emptyFolder();
  mkdirSync(join(folder, 'another'), { recursive: true });
  writeFileSync(join(folder, 'another/file'), 'stays');
  const { link, hosts, time, settings, power, audit, access } = await opened(folder);
  await hosts.set({ entries: [{ name: 'canary.example', address: '10.1.2.3' }] });
  await time.set({ servers: ['canary.example'], zone: 'Europe/Madrid' });
  await access.setPassword({ next: 'secret word' });
  const own = join(folder, 'healthy');
  expect(holding(own, 'canary')).not.toEqual([]);

  await power.schedule({ action: 'reset', seconds: 0 });
  await reached(link, 'lost');
  await reached(link, 'connected');
  expect(holding(own, 'canary')).toEqual([]);
  expect(readFileSync(join(folder, 'another/file'), 'utf8')).toBe('stays');
  expect(existsSync(join(folder, 'healthy.reset'))).toBe(false);
  expect(await settings.versions({})).toEqual([]);
  expect((await audit.read({ lines: 10 })).entries).toEqual([]);
  expect((await access.read({})).passwordSet).toBe(false);
  expect((await time.read({})).settings.zone).toBe('Etc/UTC');
});

test('a reset is decided before the platform is told, so that no cut leaves a machine that is only deregistered', async () => {
  const lab = await openLabMachine({ labFolder: await emptyFolder() }, defaultBrand);
  onTestFinished(() => lab.close());
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const { about, machine, state, down } = lab;
  const quiet = logTo({ write: () => undefined });
  const audit = { note: async () => undefined };
  let whenDecided: RegistrationState | undefined;
  const reset = { ...machine.power.reset };
  reset.decide = async (by) => {
    whenDecided = await registration.read({});
    await machine.power.reset.decide(by);
  };
  const { platform, registration, power } = await assemble({
    ...{ about, brand: defaultBrand, audit, log: quiet, state, closing: closing.signal },
    machine: { ...machine, power: { ...machine.power, reset } },
  });
  await platform.set({ suffix: defaultBrand.platforms[0]?.suffix ?? '' });
  await registration.register({ code: about.lab?.code ?? '' });
  await power.schedule({ action: 'reset', seconds: 0 });
  expect(await down).toBe('reboot');
  expect(whenDecided).toMatchObject({ registered: true });
  expect(await registration.read({})).toEqual({ registered: false });
});

test('a reset that was decided and cut off is carried out by the next opening', async () => {
  const folder = await emptyFolder();
  const first = await opened(folder);
  await first.hosts.set({ entries: [{ name: 'canary.example', address: '10.1.2.3' }] });
  await first.close();
  writeFileSync(join(folder, 'healthy.reset'), 'somebody\n');
  const { hosts } = await opened(folder);
  expect((await hosts.read({})).entries).toEqual([]);
  expect(existsSync(join(folder, 'healthy.reset'))).toBe(false);
});

/** Files below with that word in them. */
function holding(folder: string, word: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').includes(word));
}

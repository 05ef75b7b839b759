/** Hosts, time, platform suffix and SSH over the contract: saved with who and why, applied, or put back. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { defaultBrand } from '../../src/brand/brand.ts';
import { fail } from '../../src/errors.ts';
import type { Fakes } from '../machines/fake.ts';
import { gateIn } from './gate.ts';
import { applianceOn, failing, temporaryFolder } from './world.ts';

async function begin(more: Fakes = {}) {
  const state = temporaryFolder();
  const gate = gateIn(state, more);
  return { state, gate, ...(await applianceOn(gate.machine, state)) };
}

test('static host names are ours beside those of others, and in the audit log before and after', async () => {
  const { link, entries } = await begin();
  const given = [{ name: 'A.example.com', address: '10.0.0.9' }];
  await link.appliance.hosts.set({ entries: given });
  expect(await link.appliance.hosts.read({})).toEqual({
    entries: [{ name: 'a.example.com', address: '10.0.0.9' }],
    others: [{ name: 'localhost', address: '127.0.0.1' }],
  });
  await link.appliance.hosts.set({ entries: [] });
  expect(entries[1]).toEqual({
    by: 'this process',
    what: 'change Static host names',
    before: 'hosts.1.name: a.example.com; hosts.1.address: 10.0.0.9',
    after: 'hosts.1.name: none; hosts.1.address: none',
    outcome: 'done',
  });
});

test('settings are saved only if the machine took them; it is put back otherwise', async () => {
  const tried: number[] = [];
  const { link, entries } = await begin({
    hosts: {
      write: async (all) => {
        tried.push(all.length);
        if (all.length > 0) throw fail('unavailable', { what: '/etc/hosts', why: 'read-only' });
        return { entries: [], others: [], notices: [] };
      },
    },
  });
  const set = link.appliance.hosts.set({ entries: [{ name: 'a.example.com', address: '10.0.0.9' }] });
  expect(await failing(set)).toMatchObject({ code: 'unavailable' });
  expect(tried).toEqual([1, 0]);
  expect(await link.appliance.settings.versions({})).toEqual([]);
  expect(entries).toMatchObject([{ outcome: 'unavailable' }]);
});

test("time servers are the brand's until others are given, only those then, and the brand's when removed", async () => {
  const { link, gate } = await begin();
  const servers = () => JSON.parse(gate.text('time.json') ?? 'null');
  await vi.waitFor(() => expect(servers()).toEqual(defaultBrand.ntpServers));
  await vi.waitFor(() => expect(gate.done).toEqual(['timesyncd']));
  const state = await link.appliance.time.set({ servers: ['10.0.0.2'], zone: 'Europe/Madrid' });
  expect(state).toMatchObject({
    settings: { servers: ['10.0.0.2'], zone: 'Europe/Madrid' },
    defaults: defaultBrand.ntpServers,
    synchronised: true,
  });
  expect(servers()).toEqual(['10.0.0.2']);
  expect(gate.done).toEqual(['timesyncd', 'zone Europe/Madrid', 'timesyncd']);
  await link.appliance.time.set({ servers: [], zone: 'Europe/Madrid' });
  expect(servers()).toEqual(defaultBrand.ntpServers);
});

test('the suffix gives the service host names', async () => {
  const { link } = await begin();
  expect(await link.appliance.platform.read({})).toEqual({ suffix: null, hosts: [] });
  expect(await link.appliance.platform.set({ suffix: 'QG1.apps.example.com' })).toEqual({
    suffix: 'qg1.apps.example.com',
    hosts: defaultBrand.hosts.all.map((label) => `${label}.qg1.apps.example.com`),
  });
});

test.for([
  ['1.1.0-23\n', true],
  ['1.1.0', true],
  ['1.1.01', false],
  ['2.1.0', false],
] as const)('an appliance upgraded from image %j keeps its suffix: %s', async ([image, isFixed]) => {
  const { link, state } = await begin();
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, 'upgraded-from'), image);
  const { fixed } = await link.appliance.platform.read({});
  expect(fixed).toBe(isFixed ? 'This appliance was upgraded from image 1.1.0.' : undefined);
  const set = link.appliance.platform.set({ suffix: 'qg1.apps.example.com' });
  if (isFixed) expect(await failing(set)).toMatchObject({ code: 'not-allowed' });
  else expect(await set).toMatchObject({ suffix: 'qg1.apps.example.com' });
});

test('SSH stays off until the operator has a password or a key', async () => {
  const { link, gate } = await begin();
  expect((await link.appliance.ssh.read({})).refused).toContain('neither a password nor a key');
  expect(await failing(link.appliance.ssh.set({ enabled: true }))).toMatchObject({ code: 'not-allowed' });
  expect(gate.done).not.toContain('ssh on');
  gate.keys = 1;
  expect(await link.appliance.ssh.set({ enabled: true })).toEqual({ enabled: true, fingerprints: [], sessions: [] });
  expect(await link.appliance.ssh.set({ enabled: false })).toMatchObject({ enabled: false });
  expect(gate.done.filter((one) => one.startsWith('ssh'))).toEqual(['ssh on', 'ssh off']);
});

test('versions and what differs between them can be read', async () => {
  const { link } = await begin();
  await link.appliance.platform.set({ suffix: 'qg1.apps.example.com' });
  await link.appliance.time.set({ servers: ['10.0.0.2'], zone: 'Etc/UTC' });
  expect((await link.appliance.settings.versions({})).map(({ revision, what }) => `${revision} ${what}`)).toEqual([
    '2 Time settings',
    '1 Platform suffix',
  ]);
  expect(await link.appliance.settings.difference({ from: 1, to: 2 })).toEqual([
    { what: 'time.servers', now: 'none', will: '10.0.0.2', changed: true },
    { what: 'time.zone', now: 'none', will: 'Etc/UTC', changed: true },
  ]);
});

test('broken settings are set aside when the service starts, and the log says so', async () => {
  const { link, gate, state, closing } = await begin();
  await link.appliance.platform.set({ suffix: 'qg1.apps.example.com' });
  closing.abort();
  writeFileSync(join(state, 'settings', 'settings.json'), '{"version":1,');
  const next = await applianceOn(gate.machine, state);
  expect((await next.link.appliance.platform.read({})).suffix).toBe('qg1.apps.example.com');
  expect(next.log.join()).toContain('is broken');
});

test('settings of a later Gatehouse are left alone, and everything else works', async () => {
  const { link, gate, state, closing } = await begin();
  await link.appliance.platform.set({ suffix: 'qg1.apps.example.com' });
  closing.abort();
  const later = { version: 99, revision: 7, at: '2026-01-01T00:00:00.000Z', by: 'x', what: 'y', settings: {} };
  writeFileSync(join(state, 'settings', 'settings.json'), JSON.stringify(later));
  const next = await applianceOn(gate.machine, state);
  expect(await failing(next.link.appliance.platform.read({}))).toMatchObject({ code: 'settings-newer' });
  expect((await next.link.appliance.units.list({})).length).toBeGreaterThan(0);
});

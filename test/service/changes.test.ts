/** Transactions over the contract: previewed, applied, tested, kept or undone, and never half. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ChangeDraft, ChangesState, Status } from '../../src/appliance.ts';
import { brandNamed, defaultBrand } from '../../src/brand/brand.ts';
import { gateIn } from './gate.ts';
import { applianceOn, failing, seen, temporaryFolder } from './world.ts';

const address: ChangeDraft = {
  section: 'interface',
  name: 'eth0',
  settings: { method: 'static', address: '10.0.0.5/24', gateway: '10.0.0.1', ipv6: { method: 'automatic' } },
};
const dns: ChangeDraft = { section: 'dns', settings: { servers: ['9.9.9.9'], searchDomains: [] } };
const password = 's3cr;t&"<`';

function proxyDraft(more: { password?: string; host?: string } = {}): ChangeDraft {
  const proxy = { host: 'proxy.example.com', port: 443, user: 'jdoe', ...more };
  return {
    section: 'proxy',
    settings: { enabled: true, proxies: [proxy], order: 'sequential', noProxy: ['.example.org'] },
  };
}

async function begin() {
  const state = temporaryFolder();
  const gate = gateIn(state);
  return { state, gate, ...(await applianceOn(gate.machine, state)) };
}

const linesOf = (differences: readonly { what: string; now: string; will: string; changed: boolean }[]) =>
  differences.filter(({ changed }) => changed).map(({ what, now, will }) => `${what}: ${now} → ${will}`);

test('the preview says what is now, what will be, what runs, and the new address; nothing is changed', async () => {
  const { link, gate, entries } = await begin();
  gate.sessions = [{ user: 'operator', from: '10.0.0.44', since: '2026-01-01T00:00:00.000Z' }];
  const plan = await link.appliance.changes.plan({ draft: address });
  expect(plan.differences.find(({ what }) => what === 'Address')).toEqual({
    what: 'Address',
    now: 'not set here',
    will: '10.0.0.5/24',
    effective: '10.0.0.7/24 (dhcp)',
    changed: true,
  });
  expect(plan).toMatchObject({ newAddress: '10.0.0.5', window: 120 });
  expect(plan.warnings).toEqual([
    'The SSH session of operator from 10.0.0.44 comes through eth0 and will be cut.',
    'No DNS server is set, and DHCP gives none any more: names may not be found. Set one under DNS.',
  ]);
  expect(gate.told).toEqual([]);
  expect(gate.text('network.json')).toBeUndefined();
  expect(entries).toEqual([]);
});

test('an address that another machine or another interface has is refused in place', async () => {
  const { link, gate } = await begin();
  gate.taken = ['10.0.0.5'];
  expect(await failing(link.appliance.changes.plan({ draft: address }))).toMatchObject({
    code: 'bad-values',
    details: { fields: [{ field: 'address', why: 'it is in use on the link, by 02:00:00:00:00:99' }] },
  });
  const settings = { ...address.settings, address: '192.168.7.2/24', gateway: '192.168.7.1' };
  expect(await failing(link.appliance.changes.plan({ draft: { ...address, settings } }))).toMatchObject({
    details: { fields: [{ field: 'address', why: 'eth1 has the same address' }] },
  });
  expect(gate.told).toEqual([]);
});

test('interfaces that are not there, or that others manage, are left alone', async () => {
  const { link } = await begin();
  const why = async (name: string) => failing(link.appliance.changes.plan({ draft: { ...address, name } }));
  expect(await why('eth7')).toMatchObject({ details: { fields: [{ field: 'name' }] } });
  expect(await why('eth1')).toMatchObject({
    details: { fields: expect.arrayContaining([expect.objectContaining({ why: 'it is managed by ifupdown' })]) },
  });
});

test('networks that overlap and a VLAN that cannot be asked are told, not refused', async () => {
  const { link } = await begin();
  const settings = { ...address.settings, address: '192.168.7.9/16', gateway: '192.168.7.1', vlan: 20 };
  const { warnings } = await link.appliance.changes.plan({ draft: { ...address, settings } });
  expect(warnings.slice(0, 2)).toEqual([
    'eth0 would be in the network 192.168.0.0/16, which overlaps that of eth1 (192.168.7.2/24).',
    'Whether 192.168.7.9 is free in VLAN 20 of eth0 is seen only when it is applied.',
  ]);
});

test('a change that is kept is in effect, in the settings and in the audit log', async () => {
  const { link, gate, entries } = await begin();
  const pending = await link.appliance.changes.apply({ draft: address });
  expect(pending).toMatchObject({ phase: 'asking', newAddress: '10.0.0.5', what: 'Network settings of eth0' });
  expect(pending.tests.map(({ test, passed }) => `${test} ${passed}`)).toEqual([
    'link true',
    'gateway true',
    'DNS true',
  ]);
  expect(await link.appliance.status.read({})).toMatchObject({
    pendingChange: { what: 'Network settings of eth0', by: 'this process', until: pending.until },
  });
  expect(await link.appliance.changes.keep({ id: pending.id })).toMatchObject({ outcome: 'kept' });
  expect(await link.appliance.status.read({})).not.toHaveProperty('pendingChange');
  expect(gate.told).toMatchObject([{ kind: 'networkd', reconfigure: ['eth0'] }]);
  const [one] = await link.appliance.network.read({});
  expect(one).toMatchObject({
    name: 'eth0',
    configured: address.settings,
    addresses: [{ address: '10.0.0.5/24', from: 'static' }],
  });
  expect(one).not.toHaveProperty('device');
  expect(await link.appliance.settings.versions({})).toMatchObject([
    { revision: 1, by: 'this process', what: 'Network settings of eth0' },
  ]);
  expect(entries).toMatchObject([
    { by: 'this process', what: 'change Network settings of eth0', after: expect.stringContaining('10.0.0.5/24') },
    { what: 'keep Network settings of eth0', outcome: 'done' },
  ]);
});

test('a change that is undone leaves settings and machine as they were', async () => {
  const { link, gate } = await begin();
  const { id } = await link.appliance.changes.apply({ draft: dns });
  expect((await link.appliance.dns.read({})).effective).toEqual([{ server: '9.9.9.9', from: 'settings' }]);
  expect(await link.appliance.changes.undo({ id })).toMatchObject({ outcome: 'undone', differs: [] });
  expect(await link.appliance.dns.read({})).toEqual({
    settings: { servers: [], searchDomains: [] },
    effective: [{ server: '10.0.0.1', from: 'eth0' }],
    domains: [],
  });
  expect(gate.text('dns.json')).toBeUndefined();
  expect(await link.appliance.settings.versions({})).toEqual([]);
});

test('tests that fail say so, and the question is asked all the same', async () => {
  const { link, gate } = await begin();
  gate.tests.gateway = false;
  const news: string[] = [];
  const { tests } = await link.appliance.changes.apply(
    { draft: address },
    { progress: (one) => void news.push('test' in one ? one.test.test : one.step) },
  );
  expect(tests.filter(({ passed }) => !passed)).toMatchObject([{ test: 'gateway' }]);
  expect(news).toEqual(expect.arrayContaining(['Checking', 'Arming the way back', 'Testing', 'gateway']));
});

test('while a change waits for an answer nothing else is changed, and says by whom', async () => {
  const { link, gate } = await begin();
  const { id } = await link.appliance.changes.apply({ draft: dns });
  const refused = { code: 'change-pending', details: { what: 'DNS settings', by: 'this process' } };
  const entries = [{ name: 'a.example.com', address: '10.0.0.9' }];
  expect(await failing(link.appliance.hosts.set({ entries }))).toMatchObject(refused);
  expect(await failing(link.appliance.changes.apply({ draft: address }))).toMatchObject(refused);
  expect(gate.hosts).toEqual([]);
  await link.appliance.changes.keep({ id });
  await link.appliance.hosts.set({ entries });
  expect(gate.hosts).toEqual(entries);
});

test('a watch of changes and the status line tell of a change that somebody else makes', async () => {
  const { link } = await begin();
  const asked = seen<ChangesState>(link.appliance.changes.watch, ({ pending }) => pending?.phase === 'asking');
  const shown = seen<Status>(link.appliance.status.watch, ({ pendingChange }) => pendingChange !== undefined);
  const { id } = await link.appliance.changes.apply({ draft: dns });
  expect((await asked).pending?.left).toBeGreaterThan(100);
  expect((await shown).pendingChange?.what).toBe('DNS settings');
  await link.appliance.changes.undo({ id });
});

test('a part that somebody edits is held for them until they leave', async () => {
  const { link } = await begin();
  const leave = new AbortController();
  const held = link.appliance.changes.hold({ what: 'dns' }, { signal: leave.signal });
  await seen<ChangesState>(link.appliance.changes.watch, (state) => state.held.length === 1);
  expect(await failing(link.appliance.changes.hold({ what: 'dns' }))).toMatchObject({ code: 'held' });
  leave.abort();
  await held.catch(() => undefined);
  await seen<ChangesState>(link.appliance.changes.watch, (state) => state.held.length === 0);
});

test('a service that starts anew goes on asking', async () => {
  const { link, closing, state, gate } = await begin();
  const { id } = await link.appliance.changes.apply({ draft: dns });
  closing.abort();
  const next = await applianceOn(gate.machine, state);
  expect((await next.link.appliance.changes.read({})).pending).toMatchObject({ id, phase: 'asking' });
  await next.link.appliance.changes.keep({ id });
  expect((await next.link.appliance.dns.read({})).settings.servers).toEqual(['9.9.9.9']);
});

test("a proxy's password is kept when none is given, taken away when empty, and shown nowhere", async () => {
  const { link, gate, entries, log, state } = await begin();
  const told: unknown[] = [];
  const apply = async (draft: ChangeDraft) => {
    told.push(await link.appliance.changes.plan({ draft }));
    const pending = await link.appliance.changes.apply({ draft }, { progress: (news) => void told.push(news) });
    told.push(pending, await link.appliance.changes.keep({ id: pending.id }));
    return JSON.parse(gate.text('proxy.json') ?? 'null');
  };
  expect(await apply(proxyDraft({ password }))).toEqual({ host: 'proxy.example.com', password });
  expect(await apply(proxyDraft())).toMatchObject({ password });
  expect(await link.appliance.proxy.read({})).toEqual({
    enabled: true,
    proxies: [{ host: 'proxy.example.com', port: 443, user: 'jdoe', hasPassword: true }],
    order: 'sequential',
    noProxy: ['.example.org'],
  });
  expect(await apply(proxyDraft({ host: 'other.example.com' }))).toEqual({ host: 'other.example.com' });
  expect(await apply(proxyDraft({ password: `${password}2` }))).toMatchObject({ password: `${password}2` });
  expect(await apply(proxyDraft({ password: '' }))).toEqual({ host: 'proxy.example.com' });
  const [newest] = await link.appliance.settings.versions({});
  told.push(await link.appliance.settings.difference({ from: 1, to: newest?.revision ?? 0 }));
  const all = JSON.stringify([told, entries, log, await link.appliance.changes.read({})]);
  expect(all).not.toContain('s3cr');
  expect(all).toContain('••••');
  // Of what was given up nothing is left beside the settings.
  const left = readdirSync(join(state, 'change')).map((name) => readFileSync(join(state, 'change', name), 'utf8'));
  expect(left.join()).not.toContain('s3cr');
});

test('the platform is tried through the proxies, and directly what is reached without', async () => {
  const state = temporaryFolder();
  const gate = gateIn(state);
  const { link } = await applianceOn(gate.machine, state, brandNamed('qgs') ?? defaultBrand);
  await link.appliance.platform.set({ suffix: 'qg1.apps.example.org' });
  const apply = async (draft: ChangeDraft) => {
    const { id } = await link.appliance.changes.apply({ draft });
    await link.appliance.changes.keep({ id });
    return gate.tried.at(-1);
  };
  expect(await apply(dns)).toEqual({ host: 'qagpublic.qg1.apps.example.org', proxies: [] });
  expect(await apply(proxyDraft())).toMatchObject({ proxies: [] });
  const draft = proxyDraft();
  if (draft.section === 'proxy') draft.settings.noProxy = [];
  expect(await apply(draft)).toMatchObject({ proxies: [{ host: 'proxy.example.com' }] });
});

test('an earlier version of the settings comes back, also what is no part of the transaction', async () => {
  const { link, gate } = await begin();
  await link.appliance.hosts.set({ entries: [{ name: 'a.example.com', address: '10.0.0.9' }] });
  await link.appliance.time.set({ servers: ['10.0.0.2'], zone: 'Europe/Madrid' });
  const first = await link.appliance.changes.apply({ draft: dns });
  await link.appliance.changes.keep({ id: first.id });
  const draft: ChangeDraft = { section: 'settings', revision: 1 };
  const { differences } = await link.appliance.changes.plan({ draft });
  expect(linesOf(differences)).toEqual([
    'dns.servers: 9.9.9.9 → none',
    'time.servers: 10.0.0.2 → none',
    'time.zone: Europe/Madrid → none',
  ]);
  const { id } = await link.appliance.changes.apply({ draft });
  await link.appliance.changes.keep({ id });
  expect(gate.text('dns.json')).toBeUndefined();
  expect(JSON.parse(gate.text('time.json') ?? '')).toEqual(defaultBrand.ntpServers);
  expect(gate.hosts).toEqual([{ name: 'a.example.com', address: '10.0.0.9' }]);
  expect(await failing(link.appliance.changes.plan({ draft: { section: 'settings', revision: 99 } }))).toEqual({
    code: 'unknown-revision',
    details: { revision: 99 },
  });
});

test('Reset network goes back to DHCP, no DNS servers and no proxy, and to nothing else', async () => {
  const { link, gate, state } = await begin();
  for (const draft of [address, dns, proxyDraft({ password })]) {
    const { id } = await link.appliance.changes.apply({ draft });
    await link.appliance.changes.keep({ id });
  }
  await link.appliance.platform.set({ suffix: 'qg1.apps.example.org' });
  const { id } = await link.appliance.changes.apply({ draft: { section: 'reset-network' } });
  await link.appliance.changes.keep({ id });
  const [eth0, eth1] = await link.appliance.network.read({});
  expect(eth0?.configured).toEqual({ method: 'dhcp', ipv6: { method: 'automatic' } });
  expect(eth1).not.toHaveProperty('configured');
  expect(await link.appliance.proxy.read({})).toMatchObject({ enabled: false, proxies: [] });
  expect((await link.appliance.dns.read({})).settings.servers).toEqual([]);
  expect(gate.text('proxy.json')).toBeUndefined();
  expect(await link.appliance.platform.read({})).toMatchObject({ suffix: 'qg1.apps.example.org' });
  expect(existsSync(join(state, 'change', 'pending.json'))).toBe(false);
});

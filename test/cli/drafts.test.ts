/** What the options of a command come to: the draft that the service is given, and passwords that are no arguments. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Appliance, InterfaceSettings, ProxyState } from '../../src/appliance.ts';
import * as access from '../../src/cli/access.ts';
import * as dns from '../../src/cli/dns.ts';
import * as hosts from '../../src/cli/hosts.ts';
import { settingsOf } from '../../src/cli/network.ts';
import * as platform from '../../src/cli/platform.ts';
import * as proxy from '../../src/cli/proxy.ts';
import * as time from '../../src/cli/time.ts';
import { type Given, running } from './asked.ts';

const now: InterfaceSettings = {
  method: 'static',
  address: '10.0.0.5/24',
  gateway: '10.0.0.1',
  ipv6: { method: 'static', address: '2001:db8::5/64', gateway: 'fe80::1' },
  vlan: 20,
  mtu: 1400,
};

test.each([
  [{ dhcp: true }, { method: 'dhcp', ipv6: now.ipv6, vlan: 20, mtu: 1400 }],
  [{ gateway: '10.0.0.9' }, { ...now, gateway: '10.0.0.9' }],
  [{ static: '10.9.0.5/24' }, { method: 'static', address: '10.9.0.5/24', ipv6: now.ipv6, vlan: 20, mtu: 1400 }],
  [
    { vlan: 'none', mtu: 'none' },
    { method: 'static', address: now.address, gateway: now.gateway, ipv6: now.ipv6 },
  ],
  [{ ipv6: 'auto' }, { ...now, ipv6: { method: 'automatic' } }],
  [
    { ipv6: 'off', vlan: 7 },
    { ...now, ipv6: { method: 'off' }, vlan: 7 },
  ],
  [{ ipv6: '2001:db8::9/64' }, { ...now, ipv6: { method: 'static', address: '2001:db8::9/64' } }],
  [{ ipv6Gateway: 'fe80::2' }, { ...now, ipv6: { ...now.ipv6, gateway: 'fe80::2' } }],
  [{ unconfigured: true }, { method: 'unconfigured', ipv6: now.ipv6, vlan: 20, mtu: 1400 }],
] as const)('network set %j changes that and keeps the rest', (options, settings) => {
  expect(settingsOf(now, options)).toEqual(settings);
});

test('an interface that was never set up needs a method', () => {
  expect(() => settingsOf(undefined, { mtu: 1400 })).toThrow(/--dhcp/);
  expect(settingsOf(undefined, { dhcp: true })).toEqual({ method: 'dhcp', ipv6: { method: 'automatic' } });
});

/** The draft that a command asks the plan of; nothing is applied. */
async function draftOf(given: Given, run: (context: ReturnType<typeof running>['context']) => Promise<number>) {
  const plan = vi.fn<Appliance['changes']['plan']>(async () => ({ differences: [], warnings: [], window: 120 }));
  const { context, out } = running({ ...given, appliance: { ...given.appliance, changes: { plan } } });
  expect(await run(context)).toBe(0);
  return { draft: plan.mock.calls[0]?.[0].draft, out: out() };
}

test('dns set keeps what is not named, and can name no search domain', async () => {
  const settings = { servers: ['10.0.0.1'], searchDomains: ['example.org'] };
  const appliance = { dns: { read: async () => ({ settings, effective: [], domains: [] }) } };
  const set = async (options: object) =>
    (await draftOf({ appliance }, (context) => dns.set(context, { ...options, dryRun: true }))).draft;
  expect(await set({ server: ['10.0.0.2'] })).toMatchObject({ settings: { ...settings, servers: ['10.0.0.2'] } });
  expect(await set({ search: false })).toMatchObject({ settings: { ...settings, searchDomains: [] } });
});

const state: ProxyState = {
  enabled: false,
  proxies: [{ host: 'one.example.org', port: 8080, user: 'jdoe', hasPassword: true }],
  order: 'random',
  noProxy: ['.lab.test'],
};

async function proxyDraft(options: Partial<proxy.ProxyOptions>, given: Partial<Given> = {}) {
  const appliance = { proxy: { read: async () => state } };
  return draftOf({ appliance, ...given }, (context) => proxy.set(context, { proxies: [], ...options, dryRun: true }));
}

test('given proxies replace those before, are enabled, and get their passwords line by line', async () => {
  const proxies = [{ host: 'a.example.org' }, { host: 'b.example.org', port: 3128, user: 'b' }];
  const { draft, out } = await proxyDraft({ proxies, passwordStdin: true }, { input: 'p;w`"{\n' });
  expect(draft).toEqual({
    section: 'proxy',
    settings: {
      enabled: true,
      proxies: [
        { host: 'a.example.org', port: 443 },
        { host: 'b.example.org', port: 3128, user: 'b', password: 'p;w`"{' },
      ],
      order: 'random',
      noProxy: ['.lab.test'],
    },
  });
  expect(out).not.toContain('p;w');
});

test('without new proxies those before stay, with the passwords that the service has', async () => {
  const { draft } = await proxyDraft({ order: 'sequential', noProxy: [] });
  const kept = [{ host: 'one.example.org', port: 8080, user: 'jdoe' }];
  expect(draft).toMatchObject({ settings: { enabled: false, proxies: kept, order: 'sequential', noProxy: [] } });
});

test('a password too many or too few is refused, and never repeated', async () => {
  for (const input of ['', 'one\ntwo\n'])
    await expect(proxyDraft({ passwordStdin: true }, { input })).rejects.toMatchObject({
      problem: { code: 'bad-value', details: { field: 'password' } },
    });
});

test('a password that stands in the name of a proxy is refused and not repeated', () => {
  expect(() => proxy.proxyOf('user:secret@proxy.example.org:80')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  );
});

test('passwords are taken from a file that nobody else reads, and from no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-password-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'password');
  writeFileSync(file, 'from file\n', { mode: 0o600 });
  const { draft } = await proxyDraft({ passwordFile: file });
  expect(draft).toMatchObject({ settings: { proxies: [{ password: 'from file' }] } });
  symlinkSync(file, join(folder, 'link'));
  await expect(proxyDraft({ passwordFile: join(folder, 'link') })).rejects.toMatchObject({
    problem: { code: 'unavailable' },
  });
  chmodSync(file, 0o640);
  await expect(proxyDraft({ passwordFile: file })).rejects.toMatchObject({ problem: { code: 'not-allowed' } });
});

test('hosts are set, added in the place of the same name, and removed', async () => {
  let entries = [
    { name: 'a.lab.test', address: '10.0.0.1' },
    { name: 'a.lab.test', address: '2001:db8::1' },
  ];
  const appliance = {
    hosts: {
      read: async () => ({ entries, others: [] }),
      set: async (given: { entries: typeof entries }) => {
        entries = given.entries;
        return {};
      },
    },
  };
  const { context, out } = running({ appliance });
  await hosts.add(context, ['A.lab.test=10.0.0.2', 'b.lab.test=10.0.0.3']);
  expect(entries.map(({ name, address }) => `${name} ${address}`)).toEqual([
    'a.lab.test 2001:db8::1',
    'a.lab.test 10.0.0.2',
    'b.lab.test 10.0.0.3',
  ]);
  await hosts.remove(context, ['a.lab.test=10.0.0.2', 'b.lab.test']);
  expect(entries).toEqual([{ name: 'a.lab.test', address: '2001:db8::1' }]);
  await expect(hosts.remove(context, ['c.lab.test'])).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  await expect(hosts.set(context, ['c.lab.test'])).rejects.toMatchObject({ problem: { code: 'bad-value' } });
  await hosts.set(context, []);
  expect(out()).toMatch(/There are none\.\n$/);
});

test('time set keeps the zone where only servers are named, and the defaults come back with none', async () => {
  const settings = { servers: ['10.0.0.1'], zone: 'Europe/Madrid' };
  const set = vi.fn(async (given: typeof settings) => ({
    settings: given,
    defaults: [],
    now: '',
    synchronised: false,
  }));
  const read = async () => ({ settings, defaults: [], now: '', synchronised: true });
  const { context, out } = running({ appliance: { time: { read, set } } });
  await time.set(context, { server: false });
  await time.set(context, { zone: 'Etc/UTC' });
  expect(set.mock.calls.map(([given]) => given)).toEqual([
    { servers: [], zone: 'Europe/Madrid' },
    { servers: ['10.0.0.1'], zone: 'Etc/UTC' },
  ]);
  expect(out()).toContain('Warning: the clock is not synchronised.');
});

test.each([
  ['US 1', 'qg1.apps.qualys.com'],
  ['ksa1', 'qg1.apps.qualysksa.com'],
  ['own.example.org', 'own.example.org'],
])("platform set %j takes a name of the brand's list or a suffix", async (given, suffix) => {
  const set = vi.fn(async (args: { suffix: string }) => ({ suffix: args.suffix, hosts: [] }));
  const about = async () => ({ version: '0', brand: 'qgs' });
  const { context } = running({ appliance: { about, platform: { set } } });
  await platform.set(context, given);
  expect(set.mock.calls[0]?.[0]).toEqual({ suffix });
});

test('the password of the console comes from standard input or twice unseen, and is never printed', async () => {
  const setPassword = vi.fn(async () => ({}));
  const read = (passwordSet: boolean) => async () => ({
    account: 'operator',
    passwordSet,
    keySet: false,
    passwordBeforeChanges: false,
    idleLockMinutes: 0,
    windowSeconds: 120,
    language: 'en',
  });
  const typed: string[] = [];
  const runs = [
    running({ appliance: { access: { read: read(false), setPassword } }, input: 'first one\n' }),
    running({ appliance: { access: { read: read(true), setPassword } }, input: 'first one\nsecond\n' }),
    running({
      appliance: { access: { read: read(true), setPassword } },
      types: ({ prompt, isShown }) => {
        typed.push(`${prompt()}${isShown}`);
        return prompt().startsWith('Present') ? 'second' : 'third';
      },
    }),
  ];
  for (const { context, out } of runs) {
    expect(await access.setPassword(context)).toBe(0);
    expect(out()).toBe('The password of operator is set.\n');
  }
  expect(setPassword.mock.calls.map(([given]: unknown[]) => given)).toEqual([
    { next: 'first one' },
    { current: 'first one', next: 'second' },
    { current: 'second', next: 'third' },
  ]);
  expect(typed).toEqual(['Present password: false', 'New password: false', 'New password again: false']);
  const wrong = running({ appliance: { access: { read: read(true), setPassword } }, input: 'only one\n' });
  await expect(access.setPassword(wrong.context)).rejects.toMatchObject({ problem: { code: 'bad-value' } });
});

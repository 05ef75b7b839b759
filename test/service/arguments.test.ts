/** What an operator types: everything that is wrong is told at once, by the field it is in. */
import { expect, test } from 'vitest';
import type { ChangeDraft } from '../../src/appliance.ts';
import { Failure } from '../../src/errors.ts';
import { parseArguments } from '../../src/service/arguments.ts';

const plan = (draft: unknown) => parseArguments('changes.plan', { draft }).draft;

function fieldsOf(act: () => unknown): Record<string, string> {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { problem } = error;
    if (problem.code === 'bad-values')
      return Object.fromEntries(problem.details.fields.map(({ field, why }) => [field, why]));
    if (problem.code === 'bad-value') return { [`only ${problem.details.field}`]: problem.details.why };
  }
  return {};
}

test('an interface with everything wrong has a reason at every field', () => {
  const draft = {
    section: 'interface',
    name: 'eth 0',
    settings: {
      method: 'static',
      address: '10.0.0.300/24',
      gateway: 'x',
      ipv6: { method: 'static', address: '10.0.0.5/24', gateway: '10.0.0.1' },
      vlan: 5000,
      mtu: 1000,
    },
  };
  expect(Object.keys(fieldsOf(() => plan(draft))).sort()).toEqual(
    ['address', 'gateway', 'ipv6.address', 'ipv6.gateway', 'mtu', 'name', 'vlan'].sort(),
  );
});

test('a gateway outside the subnet, and static without an address, are refused in place', () => {
  const settings = { method: 'static', address: '10.0.0.5/24', gateway: '10.0.1.1', ipv6: { method: 'off' } };
  const draft = { section: 'interface', name: 'eth0', settings };
  expect(fieldsOf(() => plan(draft))).toEqual({ gateway: 'it is outside the subnet 10.0.0.0/24' });
  const { address: _, ...without } = settings;
  expect(Object.keys(fieldsOf(() => plan({ ...draft, settings: without })))).toEqual(['address']);
  const given = { ...without, method: 'dhcp' };
  expect(Object.keys(fieldsOf(() => plan({ ...draft, settings: given })))).toEqual(['gateway']);
});

test('a netmask becomes a prefix, and names become lower case', () => {
  const settings = { method: 'static', address: '10.0.0.5 255.255.255.0', ipv6: { method: 'off' } } as const;
  expect(plan({ section: 'interface', name: 'eth0', settings })).toMatchObject({
    settings: { address: '10.0.0.5/24' },
  });
  const dns: ChangeDraft = { section: 'dns', settings: { servers: ['8.8.8.8', ''], searchDomains: ['Example.COM'] } };
  expect(plan(dns)).toMatchObject({ settings: { servers: ['8.8.8.8'], searchDomains: ['example.com'] } });
});

test('each wrong proxy and each wrong DNS server is named by its place in the list', () => {
  const proxies = [
    { host: 'proxy', port: 0, user: 'a b', password: 'x' },
    { host: 'proxy.example.com', port: 443, password: 'ä' },
    { host: 'proxy.example.com', port: 443 },
  ];
  const proxy = { section: 'proxy', settings: { enabled: true, proxies, order: 'sequential', noProxy: ['*'] } };
  expect(fieldsOf(() => plan(proxy))).toEqual({
    noProxy: expect.stringContaining('"*"'),
    'proxies.0.host': 'the domain is missing',
    'proxies.0.port': 'it is 1 to 65535',
    'proxies.0.user': expect.stringContaining('a blank'),
    'proxies.1.password': 'a password without a user',
    'proxies.2.host': expect.stringContaining('there twice'),
  });
  const servers = ['8.8.8.8', '127.0.0.1', 'x'];
  const dns = { section: 'dns', settings: { servers, searchDomains: ['a_b'] } };
  expect(Object.keys(fieldsOf(() => plan(dns)))).toEqual(['servers.1', 'servers.2', 'searchDomains']);
});

test('a reason never repeats a password', () => {
  const proxies = [{ host: 'proxy.example.com', port: 443, user: 'jdoe', password: 'geheim ä' }];
  const proxy = { section: 'proxy', settings: { enabled: true, proxies, order: 'sequential', noProxy: [] } };
  expect(JSON.stringify(fieldsOf(() => plan(proxy)))).not.toContain('geheim');
});

test('hosts, time and suffix are judged the same way', () => {
  const entries = [
    { name: 'a.example.com', address: '10.0.0.1' },
    { name: 'b', address: 'x' },
    { name: 'A.example.com', address: '10.0.0.1' },
  ];
  expect(Object.keys(fieldsOf(() => parseArguments('hosts.set', { entries })))).toEqual([
    'entries.1.name',
    'entries.1.address',
    'entries.2.name',
  ]);
  const time = { servers: ['1', '2', '3', '4', '5'], zone: '../etc' };
  expect(Object.keys(fieldsOf(() => parseArguments('time.set', time)))).toEqual(['servers', 'zone']);
  expect(Object.keys(fieldsOf(() => parseArguments('platform.set', { suffix: 'https://x/' })))).toEqual(['suffix']);
});

test('what no form can make is refused as a whole', () => {
  expect(fieldsOf(() => plan({ section: 'nothing' }))).toHaveProperty(['only section']);
  const settings = { method: 'static', ipv6: { method: 'often' } };
  expect(fieldsOf(() => plan({ section: 'interface', name: 'eth0', settings }))).toHaveProperty(['only ipv6.method']);
  expect(fieldsOf(() => parseArguments('changes.keep', { id: '../x' }))).toHaveProperty(['only id']);
});

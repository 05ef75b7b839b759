/** The lab's interfaces, DNS and way to the platform: in effect is what the files say, tests end as the data says. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ManagedFile } from '../../src/adapters/files.ts';
import type { Interfaces } from '../../src/adapters/network/render.ts';
import type { InterfaceSettings } from '../../src/appliance.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { parseProxy } from '../../src/values/proxy.ts';
import { oddMachine, quickLab } from './place.ts';

const never = new AbortController().signal;
const all = { dns: true, domains: true };
const fixed: InterfaceSettings = {
  method: 'static',
  address: '10.20.0.77/24',
  gateway: '10.20.0.1',
  ipv6: { method: 'off' },
};

async function write(files: readonly ManagedFile[]): Promise<void> {
  for (const { path, content } of files.filter((file) => file.content !== null)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content ?? '');
  }
}

/** Writes the files and tells networkd, as a change does. */
async function configure({ machine }: Lab, interfaces: Interfaces, from = all): Promise<void> {
  await write(machine.network.files(interfaces, from));
  const reconfigure = Object.keys(interfaces);
  await machine.changing.tell({ kind: 'networkd', reconfigure, remove: [], mtu: {} }, never);
}

const first = async ({ machine }: Lab) => (await machine.network.effective({}, never))[0];

test('before anything is set up the interface is as the machine file says, by DHCP and a router', async () => {
  const lab = await quickLab();
  expect(await first(lab)).toMatchObject({
    name: 'eth0',
    link: 'up',
    addresses: [
      { address: '10.20.0.15/24', from: 'dhcp' },
      { address: '2001:db8:20::15/64', from: 'router' },
      { address: 'fe80::5054:ff:fe12:3456/64', from: 'link-local' },
    ],
    gateways: [
      { address: '10.20.0.1', from: 'dhcp' },
      { address: 'fe80::1', from: 'router' },
    ],
  });
});

test('a fixed address is in effect a short while after networkd was told, and on Info too', async () => {
  const lab = await quickLab();
  await configure(lab, { eth0: { ...fixed, mtu: 1400 } });
  expect((await first(lab))?.addresses).toEqual([]);
  await vi.waitUntil(async () => (await first(lab))?.addresses.length);
  expect(await first(lab)).toMatchObject({
    mtu: 1400,
    addresses: [{ address: '10.20.0.77/24', from: 'static' }],
    gateways: [{ address: '10.20.0.1', from: 'static' }],
    duplicates: [],
  });
  expect(await lab.machine.facts.interfaces(never)).toMatchObject([{ name: 'eth0', addresses: ['10.20.0.77/24'] }]);
});

test('files that were written are nothing until networkd is told, and what is told outlasts the lab', async () => {
  const lab = await quickLab();
  await write(lab.machine.network.files({ eth0: fixed }, all));
  expect((await first(lab))?.addresses[0]).toMatchObject({ address: '10.20.0.15/24' });
  const { folder } = lab;
  await lab.close();
  expect((await first(await quickLab({ folder })))?.addresses).toEqual([{ address: '10.20.0.77/24', from: 'static' }]);
});

test('unconfigured has no address, and DHCP gives it again', async () => {
  const lab = await quickLab();
  await configure(lab, { eth0: { method: 'unconfigured', ipv6: { method: 'off' } } });
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(await first(lab)).toMatchObject({ addresses: [], gateways: [] });
  await configure(lab, { eth0: { method: 'dhcp', ipv6: { method: 'automatic' } } });
  await vi.waitUntil(async () => (await first(lab))?.addresses.length === 3);
  expect((await first(lab))?.gateways[0]).toEqual({ address: '10.20.0.1', from: 'dhcp' });
});

test('an address that another machine has is found by asking the link, and is a duplicate when it is set', async () => {
  const lab = await quickLab();
  const { network } = lab.machine;
  expect(await network.probeDuplicate('eth0', '10.20.0.1', never)).toMatchObject({ state: 'in use' });
  expect(await network.probeDuplicate('eth0', '10.20.0.77', never)).toEqual({ state: 'free' });
  expect(await network.probeDuplicate('eth0', '10.20.0.15', never)).toEqual({ state: 'free' });
  expect(await network.probeDuplicate('eth7', '10.20.0.77', never)).toMatchObject({ state: 'unknown' });
  await configure(lab, { eth0: { ...fixed, address: '10.20.0.1/24', gateway: '10.20.0.9' } });
  await vi.waitUntil(async () => (await first(lab))?.addresses.length);
  expect((await first(lab))?.duplicates).toEqual(['10.20.0.1']);
});

test('a gateway that is there answers, one that is not does not, and none does from another network', async () => {
  const lab = await quickLab();
  const gateway = (address: string) => lab.machine.network.testGateway('eth0', address, never);
  expect(await gateway('10.20.0.1')).toMatchObject({ passed: true });
  expect(await gateway('10.20.0.254')).toMatchObject({
    passed: false,
    said: expect.stringContaining('does not answer'),
  });
  await configure(lab, { eth0: { ...fixed, address: '10.99.0.5/24', gateway: '10.99.0.1' } });
  await vi.waitUntil(async () => (await first(lab))?.addresses.length);
  expect(await gateway('10.20.0.1')).toMatchObject({ passed: false });
});

test('a VLAN of the data has its own addresses and gateway, any other is an empty wire', async () => {
  const lab = await quickLab({ machine: oddMachine('switched') });
  const dhcp = { method: 'dhcp', ipv6: { method: 'off' } } as const;
  expect(await first(lab)).toMatchObject({ managedBy: 'ifupdown', speed: 10000, mtu: 9000 });
  await configure(lab, { eth0: { ...dhcp, vlan: 20 } });
  await vi.waitUntil(async () => (await first(lab))?.addresses.length);
  const found = await first(lab);
  expect(found).toMatchObject({ device: 'eth0.20', vlan: 20, addresses: [{ address: '10.30.0.5/24', from: 'dhcp' }] });
  expect(found).not.toHaveProperty('managedBy');
  expect(await lab.machine.network.testGateway('eth0.20', '10.30.0.1', never)).toMatchObject({ passed: true });

  const other = await quickLab({ machine: oddMachine('switched') });
  await configure(other, { eth0: { ...dhcp, vlan: 21 } });
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(await first(other)).toMatchObject({ device: 'eth0.21', vlan: 21, addresses: [], gateways: [] });
});

test('DNS is what DHCP gives until servers are set, and each answers as the data says', async () => {
  const lab = await quickLab({ machine: oddMachine('switched') });
  const { resolver, changing } = lab.machine;
  const ask = (...servers: string[]) => resolver.test(servers, 'example.org', never);
  expect(await resolver.effective(never)).toEqual({
    servers: [{ address: '10.20.0.1', interface: 'eth0' }],
    searchDomains: ['lab.test'],
  });
  expect(await ask('10.20.0.1')).toEqual({ test: 'DNS', passed: true, said: '10.20.0.1 found example.org.' });
  expect((await ask('10.20.0.2')).said).toBe('10.20.0.2 does not answer.');
  expect((await ask('10.20.0.3')).said).toBe('10.20.0.3 refuses to answer.');
  expect((await ask('10.20.0.4')).said).toBe('10.20.0.4 answers, but does not know example.org.');
  expect((await ask()).passed).toBe(false);
  await write(resolver.files({ servers: ['10.20.0.2'], searchDomains: ['example.org'] }));
  await changing.tell({ kind: 'resolved' }, never);
  await configure(lab, { eth0: { method: 'dhcp', ipv6: { method: 'off' } } }, { dns: false, domains: false });
  await vi.waitUntil(async () => (await first(lab))?.addresses.length);
  expect(await resolver.effective(never)).toEqual({
    servers: [{ address: '10.20.0.2' }],
    searchDomains: ['example.org'],
  });
});

test('behind a gateway that is dead no DNS server answers and no platform is reached', async () => {
  const lab = await quickLab();
  const { resolver, proxy } = lab.machine;
  const platform = () => proxy.test({ host: 'status.example.org', port: 443, proxies: [] }, never);
  expect(await platform()).toEqual({ test: 'platform', passed: true, said: 'status.example.org answers.' });
  await configure(lab, { eth0: { ...fixed, gateway: '10.20.0.254' } });
  await vi.waitUntil(async () => (await first(lab))?.addresses.length);
  expect(await resolver.test(['8.8.8.8'], 'example.org', never)).toMatchObject({ passed: false });
  expect((await platform()).said).toBe('The name status.example.org was not found.');
});

test.each([
  [{ host: 'proxy.lab.test' }, 'status.example.org answers through the proxy proxy.lab.test:443.'],
  [{ host: 'password.lab.test' }, 'The proxy password.lab.test:443 wants a user and a password (407).'],
  [
    { host: 'password.lab.test', user: 'lab', password: 'wrong' },
    'The proxy password.lab.test:443 does not accept the user or the password (407).',
  ],
  [
    { host: 'password.lab.test', user: 'lab', password: 'lab' },
    'status.example.org answers through the proxy password.lab.test:443.',
  ],
  [{ host: 'refused.lab.test' }, 'The proxy refused.lab.test:443 refuses connections: nothing listens at that port.'],
  [{ host: 'dead.lab.test' }, 'The proxy dead.lab.test:443 did not answer within 0.02 s.'],
  [{ host: 'forbids.lab.test' }, 'The proxy forbids.lab.test:443 does not let through to status.example.org (403).'],
  [{ host: 'nobody.lab.test' }, 'The name of the proxy, nobody.lab.test, was not found.'],
])('the proxy %j is told apart', async (given, said) => {
  const parsed = parseProxy(given);
  if (!parsed.ok) throw new Error('no proxy');
  const { proxy } = (await quickLab()).machine;
  const result = await proxy.test({ host: 'status.example.org', port: 443, proxies: [parsed.value] }, never);
  expect(result).toEqual({ test: 'platform', passed: said.includes('answers through'), said });
});

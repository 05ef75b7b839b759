/** What is in effect on an interface, and where each of it came from. */
import { expect, test } from 'vitest';
import { type Found, parseNetwork } from '../../../src/adapters/network/parse.ts';
import { testLink } from '../../../src/adapters/network/probe.ts';
import { neverBreaksOn } from '../rubbish.ts';
import { links, networkd, noRoutes, routes, routes6, vlans } from './recorded.ts';

const settings = { method: 'dhcp' as const, ipv6: { method: 'automatic' as const } };
const said = { links, routes: [routes, routes6], networkd };

test('each address with its source, link-local ones last, the interface of the default route first', () => {
  const [eth0, eth1, ...more] = parseNetwork(said, { eth0: settings });
  expect(more).toEqual([]);
  expect(eth0).toEqual({
    name: 'eth0',
    device: 'eth0',
    index: 2,
    configured: settings,
    link: 'up',
    mac: '5a:cc:03:2e:68:8f',
    mtu: 1400,
    addresses: [
      { address: '10.77.0.126/24', from: 'dhcp' },
      // Left over from before, or set by hand.
      { address: '10.77.0.50/24', from: 'other' },
      { address: '2001:db8:77::9/64', from: 'static' },
      { address: '2001:db8:77:0:58cc:3ff:fe2e:688f/64', from: 'router' },
      { address: 'fe80::58cc:3ff:fe2e:688f/64', from: 'link-local' },
    ],
    gateways: [
      { address: '10.77.0.1', from: 'dhcp' },
      { address: '2001:db8:77::1', from: 'static' },
    ],
    duplicates: ['2001:db8:77::9'],
  });
  expect(eth1).toMatchObject({
    name: 'eth1',
    addresses: [
      { address: '192.0.2.5/24', from: 'dhcp' },
      { address: 'fe80::9cff:b5ff:fee0:9aa3/64', from: 'link-local' },
    ],
    gateways: [{ address: 'fe80::f81d:a0ff:feef:dbdd', from: 'router' }],
  });
  expect(eth1).not.toHaveProperty('managedBy');
});

test('without networkd the kernel tells, as far as it knows', () => {
  const [, eth0] = parseNetwork({ links, routes: [noRoutes] }, {});
  expect(eth0?.addresses.map(({ from }) => from)).toEqual(['dhcp', 'static', 'static', 'router', 'link-local']);
  expect(eth0).not.toHaveProperty('configured');
});

test('a machine without a card: the bridge of its containers is none', () => {
  const bridge = JSON.parse(links)
    .slice(0, 1)
    .map((one: object) => ({ ...one, ifname: 'docker0', flags: ['UP'] }));
  expect(parseNetwork({ links: JSON.stringify(bridge), routes: [noRoutes] }, {})).toEqual([]);
});

test('a VLAN of ours is told with its interface; of someone else, by itself and whose it is', () => {
  const [eth0, lan30] = parseNetwork(vlans, {});
  expect(eth0).toMatchObject({
    name: 'eth0',
    device: 'eth0.20',
    vlan: 20,
    addresses: [{ address: '10.20.0.9/24', from: 'static' }],
    gateways: [{ address: '10.20.0.1', from: 'static' }],
  });
  expect(eth0).not.toHaveProperty('managedBy');
  expect(lan30).toMatchObject({ name: 'lan30', managedBy: '/etc/systemd/network/30-lan.network' });
});

test.each([
  ['/usr/lib/systemd/network/80-gatehouse.network', undefined],
  ['/lib/systemd/network/80-container-host0.network', undefined],
  // Comes before ours, or may be somebody's own.
  ['/usr/lib/systemd/network/05-vendor.network', '/usr/lib/systemd/network/05-vendor.network'],
  ['/etc/systemd/network/80-dhcp.network', '/etc/systemd/network/80-dhcp.network'],
])('what the system came with is in the way only where it is read before ours: %s', (file, managedBy) => {
  const other = vlans.networkd.replaceAll('/etc/systemd/network/30-lan.network', file);
  const [, lan30] = parseNetwork({ ...vlans, networkd: other }, {});
  expect(lan30?.managedBy).toBe(managedBy);
});

test('whatever the programs say', () => {
  neverBreaksOn(links, (text) => parseNetwork({ ...said, links: text }, {}));
  neverBreaksOn(routes6, (text) => parseNetwork({ ...said, routes: [text] }, {}));
  neverBreaksOn(networkd, (text) => parseNetwork({ ...said, networkd: text }, {}));
});

test('what the test of the link says', () => {
  const [found] = parseNetwork(said, { eth0: { ...settings, vlan: 20 } }) as [Found];
  const saidOf = (changed: Partial<Found>, ...wanted: string[]) =>
    testLink({ ...found, ...changed }, 'eth0', wanted).said;
  expect(testLink(undefined, 'eth7', []).said).toBe('The machine has no interface eth7.');
  expect(saidOf({ link: 'down' })).toBe('eth0 is switched off.');
  expect(saidOf({})).toMatch(/^VLAN 20 of eth0 could not be set up/);
  expect(saidOf({ vlan: 20, speed: 1000 })).toBe('eth0 is up at 1000 Mbit/s in VLAN 20.');
  expect(saidOf({ configured: settings, addresses: [] })).toBe('No DHCP server gave eth0 an address.');
  expect(saidOf({ configured: settings }, '2001:db8:77::9')).toMatch(/is in use by another machine/);
});

/** What networkd is told of interfaces: the files, and what follows when settings change. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkEffects, renderInterfaces, vlanDevice } from '../../../src/adapters/network/render.ts';
import type { InterfaceSettings } from '../../../src/appliance.ts';
import { Failure } from '../../../src/errors.ts';

const off = { method: 'off' } as const;
const dhcp: InterfaceSettings = { method: 'dhcp', ipv6: { method: 'automatic' } };
const fixed: InterfaceSettings = { method: 'static', address: '10.0.0.5/24', gateway: '10.0.0.1', ipv6: off };
const used = { dns: true, domains: true };
const comment = '# Written by Gatehouse; changes made here are lost.\n';
const path = (name: string) => `/etc/systemd/network/10-gatehouse-${name}`;

test('DHCP with automatic IPv6', () => {
  expect(renderInterfaces({ eth0: dhcp }, { dns: false, domains: true })).toEqual([
    {
      path: path('eth0.network'),
      mode: 0o644,
      content: `${comment}[Match]
Name=eth0

[Network]
DHCP=ipv4
LinkLocalAddressing=ipv6
IPv6AcceptRA=yes
KeepConfiguration=no

[DHCPv4]
ClientIdentifier=mac
UseDNS=no
UseDomains=yes
UseNTP=no

[DHCPv6]
UseDNS=no
UseDomains=yes
UseNTP=no

[IPv6AcceptRA]
UseDNS=no
UseDomains=yes
`,
    },
  ]);
});

test('a VLAN: the interface itself has no address, and its VLAN has all', () => {
  const files = renderInterfaces({ eth0: { ...fixed, vlan: 20, mtu: 1400 } }, used);
  expect(files.map((file) => file.path)).toEqual(
    ['eth0.network', 'eth0.20.netdev', 'eth0.20.network'].map((name) => path(name)),
  );
  const [parent, device, vlan] = files.map(({ content }) => content ?? '');
  expect(parent).toMatch(/DHCP=no\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nVLAN=eth0\.20\n$/);
  expect(parent).not.toContain('10.0.0');
  expect(device).toContain('[NetDev]\nName=eth0.20\nKind=vlan\n\n[VLAN]\nId=20\n');
  expect(vlan).toMatch(/Name=eth0\.20\n[\s\S]*Address=10\.0\.0\.5\/24\nGateway=10\.0\.0\.1\n/);
  for (const text of [parent, vlan]) expect(text).toContain('[Link]\nMTUBytes=1400\n');
});

test('what is no longer needed must not exist', () => {
  const files = renderInterfaces({ eth0: fixed }, used, { eth0: { ...fixed, vlan: 20 }, eth1: dhcp });
  const gone = files.filter(({ content }) => content === null).map((file) => file.path);
  expect(gone).toEqual(['eth0.20.netdev', 'eth0.20.network', 'eth1.network'].map((name) => path(name)));
  expect(files.filter(({ content }) => content !== null)).toHaveLength(1);
});

test('what has to be told there and back', () => {
  const before = { eth0: fixed, eth1: dhcp };
  const after = { eth0: { ...fixed, vlan: 20, mtu: 9000 }, eth1: dhcp };
  expect(networkEffects(before, after, { eth0: 8900, eth1: 1500 })).toEqual({
    there: { kind: 'networkd', reconfigure: ['eth0', 'eth0.20'], remove: [], mtu: {} },
    back: { kind: 'networkd', reconfigure: ['eth0'], remove: ['eth0.20'], mtu: { eth0: 8900 } },
  });
  expect(networkEffects(after, before, { eth0: 9000 }).there.mtu).toEqual({ eth0: 1500 });
});

test('names of VLAN devices fit the kernel, and differ where interfaces or VLANs do', () => {
  expect(vlanDevice('eth0', 20)).toBe('eth0.20');
  expect(vlanDevice('enx001122334455', 4094)).toBe('v4094-122334455');
  const name = fc.stringMatching(/^en[xp][0-9a-f]{4,12}$/);
  fc.assert(
    fc.property(
      name,
      fc.integer({ min: 1, max: 4094 }),
      fc.integer({ min: 1, max: 4094 }),
      (interface_, one, other) => {
        expect(vlanDevice(interface_, one).length).toBeLessThanOrEqual(15);
        expect(vlanDevice(interface_, one) === vlanDevice(interface_, other)).toBe(one === other);
      },
    ),
  );
});

test('nothing but addresses, numbers and names gets into a file, whatever is given', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('10.0.0.5/24\nDHCP=yes', 'eth0\n', '../x', 'eth*', '10.0.0.1'));
  const settings = fc.record({
    method: fc.constant('static' as const),
    address: text,
    gateway: text,
    ipv6: fc.record({ method: fc.constant('static' as const), address: text }),
    vlan: fc.oneof(fc.integer(), fc.double()),
    mtu: fc.oneof(fc.integer(), fc.double()),
  });
  fc.assert(
    fc.property(text, settings, (name, one) => {
      expect(() => renderInterfaces({ [name]: one }, used)).toThrow(Failure);
    }),
  );
});

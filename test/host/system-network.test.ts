/** Interfaces and DNS of a real machine change as they are told, and are read back with where they came from. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Duplicate } from '../../src/adapters/network/probe.ts';
import type { ResolverState } from '../../src/adapters/resolver/parse.ts';
import type { InterfaceSettings, InterfaceState, TestResult } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds, until } from './machine.ts';
import { bootSystem, neighbour6, type SystemHost, serveAddresses } from './system-probed.ts';

const off = { method: 'off' } as const;
const fixed: InterfaceSettings = { method: 'static', address: '10.77.0.9/24', gateway: '10.77.0.1', ipv6: off };
const ours = '[Match]\nName=eth0\n[Network]\nAddress=10.77.0.2/24\n';

describeWith({ ...hostNeeds, programs: [...hostNeeds.programs, 'dnsmasq'] }, 'the network of a real machine', () => {
  let system: SystemHost;
  let now: Record<string, InterfaceSettings> = {};
  let served: () => string;

  beforeAll(async () => {
    system = await bootSystem({
      files: {
        // What the harness sets up otherwise is someone else's file, and comes before ours.
        '/etc/systemd/network/10-eth0.network': '',
        '/etc/systemd/network/10-gatehouse-eth0.network': ours,
        '/etc/systemd/network/20-lan.network': '[Match]\nName=eth1\n[Network]\nAddress=192.0.2.5/24\nIPv6AcceptRA=no\n',
      },
      interfaces: ['eth0', 'eth1'],
    });
    served = await serveAddresses(system);
  });
  afterAll(() => system?.end());

  /** Sets eth0, and waits until what is read back is as wanted. */
  async function set(settings: InterfaceSettings, wanted: (state: InterfaceState) => boolean, dns = true) {
    const next = { eth0: settings };
    const effects = await system.call('setNetwork', [now, next, dns]);
    now = next;
    const state = await until('the wanted state', async () => {
      const state = await eth0();
      return wanted(state) && state;
    }).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await told()}`);
    });
    return { state, effects };
  }

  /** Why the state may not be as wanted: what is there, and the newest words of both ends. */
  async function told(): Promise<string> {
    const networkd = ['journalctl', '--unit=systemd-networkd', '--no-pager', '--lines=40'];
    const [state, words] = [await eth0(), await inside(...networkd)];
    return [JSON.stringify(state), words, ...served().split('\n').slice(-60)].join('\n');
  }

  async function eth0(): Promise<InterfaceState> {
    const all = await system.call<InterfaceState[]>('network', [now]);
    return all.find(({ name }) => name === 'eth0') as InterfaceState;
  }

  const from = (state: InterfaceState, source: string) =>
    state.addresses.filter((one) => one.from === source).map(({ address }) => address);
  const inside = async (...argv: string[]) => (await system.host.run(argv)).stdout;
  const isReached = async (address: string) =>
    (await system.host.neighbour.run(['ping', '-c1', '-W2', address])).exitCode === 0;

  test("another's configuration is respected, and said", async () => {
    const all = await system.call<InterfaceState[]>('network', [{}]);
    expect(all.map(({ name, managedBy }) => [name, managedBy])).toEqual([
      ['eth0', undefined],
      ['eth1', '/etc/systemd/network/20-lan.network'],
    ]);
  });

  test('DHCP: address, gateway, DNS servers and search domain of the server, and all said to be of DHCP', async () => {
    const { state } = await set({ method: 'dhcp', ipv6: off }, (state) => from(state, 'dhcp').length > 0);
    expect(state.addresses).toEqual([{ address: expect.stringMatching(/^10\.77\.0\.1[0-5]\d\/24$/), from: 'dhcp' }]);
    expect(state.gateways).toEqual([{ address: '10.77.0.1', from: 'dhcp' }]);
    expect(await isReached(state.addresses[0]?.address.split('/')[0] ?? '')).toBe(true);
    const { servers, searchDomains } = await system.call<ResolverState>('resolver');
    expect(servers).toEqual([{ address: '10.77.0.1', interface: 'eth0' }]);
    expect(searchDomains).toEqual(['corp.test']);
    expect(await inside('cat', '/run/systemd/netif/links/2')).toMatch(/^NTP=$/m);
  });

  test('DHCP to static: the old address is gone, and the new one is reached', async () => {
    const [old = ''] = from(await eth0(), 'dhcp');
    const { state } = await set(fixed, (state) => from(state, 'static').length > 0);
    expect(state.addresses).toEqual([{ address: '10.77.0.9/24', from: 'static' }]);
    expect(state.gateways).toEqual([{ address: '10.77.0.1', from: 'static' }]);
    expect(await inside('ip', '-br', 'addr', 'show', 'dev', 'eth0')).not.toContain(old);
    expect(await isReached('10.77.0.9')).toBe(true);
    expect(await isReached(old.split('/')[0] ?? '')).toBe(false);
  });

  test('static to DHCP and back again', async () => {
    const { state } = await set({ method: 'dhcp', ipv6: off }, (state) => from(state, 'dhcp').length > 0);
    expect(from(state, 'static')).toEqual([]);
    await set(fixed, (state) => from(state, 'static').length === 1 && from(state, 'dhcp').length === 0);
    expect(await isReached('10.77.0.9')).toBe(true);
  });

  test('IPv6 by router advertisements, static, and off', async () => {
    const automatic = { ...fixed, ipv6: { method: 'automatic' as const } };
    const { state } = await set(automatic, (state) => from(state, 'router').length > 0);
    expect(from(state, 'router')[0]).toMatch(/^2001:db8:77:.*\/64$/);
    expect(state.gateways).toContainEqual({ address: expect.stringMatching(/^fe80::/), from: 'router' });
    const [router = ''] = state.gateways.flatMap(({ address, from }) => (from === 'router' ? [address] : []));
    expect(await system.call<TestResult>('gateway', ['eth0', router])).toMatchObject({ passed: true });

    const ipv6 = { method: 'static' as const, address: '2001:db8:77::9/64', gateway: neighbour6 };
    const set6 = await set({ ...fixed, ipv6 }, (state) => from(state, 'static').length === 2);
    expect(from(set6.state, 'router')).toEqual([]);
    expect(set6.state.gateways).toContainEqual({ address: neighbour6, from: 'static' });
    await until('it to be reached', () => isReached('2001:db8:77::9'));

    await set(fixed, (state) => state.addresses.length === 1);
    expect(await inside('ip', '-6', '-br', 'addr', 'show', 'dev', 'eth0')).toBe('');
  });

  test("MTU: as set, and the interface's own again when none is set", async () => {
    const { effects } = await set({ ...fixed, mtu: 1400 }, (state) => state.mtu === 1400);
    expect(effects).toMatchObject({ there: { mtu: {} }, back: { mtu: { eth0: 1500 } } });
    await set(fixed, (state) => state.mtu === 1500);
    expect(await isReached('10.77.0.9')).toBe(true);
  });

  test('a VLAN carries the addresses, or the kernel knows none and that is said; the way back leads back', async () => {
    const lan20 = ['ip', 'link', 'add', 'link', 'lan', 'name', 'lan.20', 'type', 'vlan', 'id', '20'];
    const known = (await system.host.neighbour.run(lan20)).exitCode === 0;
    const tagged: InterfaceSettings = { ...fixed, address: '10.20.0.9/24', gateway: '10.20.0.1', vlan: 20 };
    const link = () => system.call<TestResult>('link', [now, 'eth0', ['10.20.0.9']]);
    if (known) {
      await system.host.neighbour.run(['ip', 'addr', 'add', '10.20.0.1/24', 'dev', 'lan.20']);
      await system.host.neighbour.run(['ip', 'link', 'set', 'lan.20', 'up']);
      const { state } = await set(tagged, (state) => from(state, 'static').includes('10.20.0.9/24'));
      expect(state).toMatchObject({ vlan: 20, gateways: [{ address: '10.20.0.1', from: 'static' }] });
      expect((await link()).said).toMatch(/^eth0 is up.* in VLAN 20\.$/);
      expect(await isReached('10.20.0.9')).toBe(true);
      await system.host.neighbour.run(['ip', 'link', 'del', 'lan.20']);
    } else {
      await set(tagged, (state) => state.addresses.length === 0);
      expect((await link()).said).toMatch(/^VLAN 20 of eth0 could not be set up/);
    }
    await set(fixed, (state) => from(state, 'static').includes('10.77.0.9/24') && state.vlan === undefined);
    expect(await isReached('10.77.0.9')).toBe(true);
    expect(await inside('ip', '-br', 'link')).not.toContain('eth0.20');
    expect(await inside('ls', '/etc/systemd/network')).not.toContain('eth0.20');
  });

  test('unconfigured: up, and without any address', async () => {
    const { state } = await set({ method: 'unconfigured', ipv6: off }, (state) => state.addresses.length === 0);
    expect(state).toMatchObject({ link: 'up', gateways: [] });
    expect((await system.call<TestResult>('dns', [['10.77.0.1'], 'gate.test'])).said).toBe(
      '10.77.0.1 does not answer.',
    );
    await set(fixed, (state) => from(state, 'static').length === 1);
  });

  test('the tests say what is wrong: gateway, cable, address', async () => {
    const gateway = (address: string) => system.call<TestResult>('gateway', ['eth0', address]);
    expect(await gateway('10.77.0.1')).toEqual({
      test: 'gateway',
      passed: true,
      said: 'The gateway 10.77.0.1 answers.',
    });
    expect(await gateway('10.77.0.200')).toMatchObject({
      passed: false,
      said: 'The gateway 10.77.0.200 does not answer on eth0.',
    });
    const link = (...wanted: string[]) => system.call<TestResult>('link', [now, 'eth0', wanted]);
    expect(await link('10.77.0.9')).toMatchObject({ passed: true, said: expect.stringMatching(/^eth0 is up/) });
    expect(await link('10.77.0.10')).toMatchObject({ passed: false, said: 'eth0 did not get the address 10.77.0.10.' });
    await system.host.unplug('eth0');
    await until('the cable to be out', async () => (await eth0()).link === 'no carrier');
    expect((await link()).said).toBe('eth0 has no carrier: no cable, or what is at its other end is off.');
    await system.host.plug('eth0');
    await until('the address again', () => isReached('10.77.0.9'));
  });

  test('a gateway that does not answer ping still lives', async () => {
    const rule = ['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'];
    await system.host.neighbour.run(rule);
    const said = (await system.call<TestResult>('gateway', ['eth0', '10.77.0.1'])).said;
    expect(said).toMatch(/^The gateway 10\.77\.0\.1 is there \([0-9a-f:]{17}\), but does not answer ping\.$/);
    await system.host.neighbour.run(['sh', '-c', 'echo 0 >/proc/sys/net/ipv4/icmp_echo_ignore_all']);
  });

  test('an address that another machine has is found out before it is taken', async () => {
    const probe = (device: string, address: string) => system.call<Duplicate>('duplicate', [device, address]);
    expect(await probe('eth0', '10.77.0.1')).toEqual({
      state: 'in use',
      mac: expect.stringMatching(/^[0-9a-f:]{17}$/),
    });
    expect(await probe('eth0', '10.77.0.77')).toEqual({ state: 'free' });
    // Its own is no other machine's, though eth1 on the same link answers for it.
    expect(await probe('eth0', '10.77.0.9')).toEqual({ state: 'free' });
    expect(await probe('eth9', '10.77.0.77')).toMatchObject({ state: 'unknown' });
    const taken = { method: 'static' as const, address: `${neighbour6}/64` };
    await set(
      { ...fixed, ipv6: taken },
      (state) => (state as unknown as { duplicates: string[] }).duplicates.length > 0,
    );
    expect((await system.call<TestResult>('link', [now, 'eth0', [neighbour6]])).said).toBe(
      `${neighbour6} is in use by another machine on the link.`,
    );
    await set(fixed, (state) => state.addresses.length === 1);
  });

  test('DNS: only the given servers are asked, also while DHCP gives others; none given, those of DHCP', async () => {
    await system.call('setResolver', [{ servers: ['10.77.0.1', '2001:db8::53'], searchDomains: ['example.com'] }]);
    await set({ method: 'dhcp', ipv6: off }, (state) => from(state, 'dhcp').length > 0, false);
    expect(await system.call('resolver')).toEqual({
      servers: [{ address: '10.77.0.1' }, { address: '2001:db8::53' }],
      searchDomains: ['example.com'],
    });
    expect(await inside('resolvectl', 'dns', 'eth0')).toMatch(/\(eth0\):\s*$/);
    expect(await inside('resolvectl', 'query', '--legend=no', '-4', 'gate.test')).toContain('10.77.0.1');
    await system.call('setResolver', [{ servers: [], searchDomains: [] }]);
    await set({ method: 'dhcp', ipv6: { method: 'off' } }, () => true, true);
    await until('the server of DHCP', async () =>
      (await system.call<ResolverState>('resolver')).servers.some((one) => one.interface === 'eth0'),
    );
    expect(await inside('ls', '/etc/systemd/resolved.conf.d')).toBe('');
  });

  test('a dead DNS server, and a name that nobody knows, are told apart', async () => {
    const dns = (servers: string[], name: string) => system.call<TestResult>('dns', [servers, name]);
    expect(await dns(['10.77.0.1'], 'gate.test')).toMatchObject({ passed: true, said: '10.77.0.1 found gate.test.' });
    expect(await dns(['10.77.0.200'], 'gate.test')).toMatchObject({
      passed: false,
      said: '10.77.0.200 does not answer.',
    });
    expect(await dns(['10.77.0.200', '10.77.0.1'], 'gate.test')).toMatchObject({
      passed: true,
      said: '10.77.0.1 found gate.test. 10.77.0.200 does not answer.',
    });
    expect((await dns(['127.0.0.1'], 'gate.test')).said).toBe('127.0.0.1 refuses to answer.');
    expect((await dns(['10.77.0.1'], 'nobody.example')).passed).toBe(false);
    expect((await dns([], 'gate.test')).said).toBe('There is no DNS server: none is set, and none was given by DHCP.');
  });

  test('where networkd does not run, nothing is told, and the state is still read', async () => {
    await inside('systemctl', 'stop', 'systemd-networkd.socket', 'systemd-networkd.service');
    await system.call('setNetwork', [now, { eth0: fixed }, true]);
    now = { eth0: fixed };
    expect((await eth0()).configured).toEqual(fixed);
    expect(await inside('systemctl', 'is-active', 'systemd-networkd.service')).toBe('inactive\n');
    await inside('systemctl', 'start', 'systemd-networkd.service');
    await until('the address', async () => from(await eth0(), 'static').includes('10.77.0.9/24'));
  });
});

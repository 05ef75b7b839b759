/**
 * A machine with one interface of ours and one of others, whose daemons run with what their files were when they were
 * told last. Its files lie in a folder; what a test does not name is refused.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect } from '../../src/adapters/files.ts';
import type { Machine } from '../../src/adapters/machine.ts';
import type { Found } from '../../src/adapters/network/parse.ts';
import type { DnsSettings, HostEntry, InterfaceSettings, SshState, TestResult } from '../../src/appliance.ts';
import type { UpstreamProxy } from '../../src/values/proxy.ts';
import { type Fakes, fakeMachine, plainFacts, plainList } from '../machines/fake.ts';

export interface Gate {
  machine: Machine;
  told: Effect[];
  /** "timesyncd", "zone Europe/Madrid", "ssh on" … in their order. */
  done: string[];
  hosts: HostEntry[];
  password: string | undefined;
  keys: number;
  sshEnabled: boolean;
  sessions: SshState['sessions'];
  zone: string;
  /** Addresses that another machine on the link has. */
  taken: string[];
  /** What proxy.test was asked with. */
  tried: { host: string; proxies: readonly UpstreamProxy[] }[];
  tests: Record<'gateway' | 'dns' | 'platform', boolean>;
  /** Text of a file beneath the machine's folder; undefined where there is none. */
  text(name: string): string | undefined;
}

const eth0: Found = {
  name: 'eth0',
  index: 2,
  device: 'eth0',
  duplicates: [],
  link: 'up',
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  addresses: [{ address: '10.0.0.7/24', from: 'dhcp' }],
  gateways: [{ address: '10.0.0.1', from: 'dhcp' }],
};
const eth1: Found = {
  ...eth0,
  name: 'eth1',
  index: 3,
  device: 'eth1',
  managedBy: 'ifupdown',
  addresses: [{ address: '192.168.7.2/24', from: 'static' }],
  gateways: [],
};

export function gateIn(folder: string, more: Fakes = {}): Gate {
  mkdirSync(join(folder, 'etc'), { recursive: true });
  const path = (name: string) => join(folder, 'etc', name);
  const text = (name: string) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : undefined);
  const file = (name: string, content: unknown) => [
    { path: path(name), content: content === null ? null : JSON.stringify(content), mode: 0o600 },
  ];
  /** What networkd and resolved run with. */
  let interfaces: Record<string, InterfaceSettings> = {};
  let dns: DnsSettings = { servers: [], searchDomains: [] };
  const gate: Omit<Gate, 'machine'> = {
    told: [],
    done: [],
    hosts: [],
    password: undefined,
    keys: 0,
    sshEnabled: false,
    sessions: [],
    zone: 'Etc/UTC',
    taken: [],
    tried: [],
    tests: { gateway: true, dns: true, platform: true },
    text,
  };
  const found = (one: Found): Found => {
    const set = interfaces[one.name];
    if (set?.method !== 'static' || set.address === undefined) return one;
    const gateways = set.gateway === undefined ? [] : [{ address: set.gateway, from: 'static' as const }];
    return { ...one, addresses: [{ address: set.address, from: 'static' }], gateways };
  };
  const result = (test: string, passed: boolean): TestResult => ({ test, passed, said: `${test} ${passed}` });
  const parts: Fakes = {
    facts: plainFacts,
    units: { list: plainList },
    network: {
      effective: async (configured) =>
        [eth0, eth1].map(found).map((one) => {
          const settings = configured[one.name];
          return settings ? { ...one, configured: settings } : one;
        }),
      files: (all) => file('network.json', Object.keys(all).length > 0 ? all : null),
      probeDuplicate: async (_device, address) =>
        gate.taken.includes(address) ? { state: 'in use', mac: '02:00:00:00:00:99' } : { state: 'free' },
      testGateway: async () => result('gateway', gate.tests.gateway),
    },
    resolver: {
      effective: async () => ({
        servers:
          dns.servers.length > 0
            ? dns.servers.map((address) => ({ address }))
            : [{ address: '10.0.0.1', interface: 'eth0' }],
        searchDomains: dns.searchDomains,
      }),
      files: (settings) => file('dns.json', settings.servers.length > 0 ? settings : null),
      test: async () => result('DNS', gate.tests.dns),
    },
    proxy: {
      files: ({ enabled, proxies: [first] }) =>
        file('proxy.json', enabled && first ? { host: first.host, password: first.password?.reveal() } : null),
      test: async ({ host, proxies }) => {
        gate.tried.push({ host, proxies });
        return result('platform', gate.tests.platform);
      },
    },
    time: {
      effective: async () => ({ now: '2026-01-02T03:04:05+00:00', zone: gate.zone, synchronised: true }),
      files: (servers, defaults) => file('time.json', servers.length > 0 ? servers : defaults),
      tell: async () => void gate.done.push('timesyncd'),
      zones: async () => ['Etc/UTC', 'Europe/Madrid'],
      setZone: async (zone) => {
        gate.zone = zone;
        gate.done.push(`zone ${zone}`);
      },
    },
    hosts: {
      read: async () => ({ entries: gate.hosts, others: [{ name: 'localhost', address: '127.0.0.1' }], notices: [] }),
      write: async (entries) => {
        gate.hosts = [...entries];
        return { entries: gate.hosts, others: [], notices: [] };
      },
    },
    ssh: {
      state: async () => ({ enabled: gate.sshEnabled, fingerprints: [], sessions: gate.sessions }),
      enable: async () => {
        gate.sshEnabled = true;
        gate.done.push('ssh on');
      },
      disable: async () => {
        gate.sshEnabled = false;
        gate.done.push('ssh off');
      },
    },
    login: {
      state: async () => ({ exists: true, hasPassword: gate.password !== undefined, keys: gate.keys }),
      setPassword: async (_user, password) => {
        gate.password = password.reveal();
      },
      isPassword: async (_user, password) => password.reveal() === gate.password,
    },
    changing: {
      places: [`${join(folder, 'etc')}/`],
      tell: async (effect) => {
        gate.told.push(effect);
        interfaces = JSON.parse(text('network.json') ?? '{}');
        dns = JSON.parse(text('dns.json') ?? '{"servers":[],"searchDomains":[]}');
      },
    },
  };
  const merged = Object.fromEntries(
    Object.entries({ ...parts, ...more }).map(([name, part]) => [
      name,
      { ...parts[name as keyof Fakes], ...(more[name as keyof Fakes] ?? part) },
    ]),
  ) as Fakes;
  return Object.assign(gate, { machine: fakeMachine(merged) });
}

/** The settings' shape: what is taken, what is refused with which words, and their way to a file and back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure, sentence } from '../../src/errors.ts';
import { differenceLine, differencesBetween } from '../../src/settings/difference.ts';
import { migrate, migrateBack, settingsVersion, versionOfRelease } from '../../src/settings/migrations.ts';
import { defaultSettings, type StoredInterface, settingsSchema } from '../../src/settings/schema.ts';
import { checkedSettings, parseSaved, writeSaved } from '../../src/settings/text.ts';
import { full } from './full.ts';

/** The first mistake, as it is told. */
function told(settings: unknown): string {
  try {
    checkedSettings(settings);
    return 'taken';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return sentence(error.problem);
  }
}

const eth0 = (fields: object) => ({ interfaces: { eth0: { method: 'static', address: '10.0.0.5/24', ...fields } } });
const proxies = (...list: object[]) => ({
  proxy: { proxies: list.map((one) => ({ host: 'p.example.com', port: 443, ...one })) },
});

test.each<[string, unknown, string]>([
  ['nothing at all', {}, 'taken'],
  ['everything', full, 'taken'],
  ['a static address', eth0({ gateway: '10.0.0.1' }), 'taken'],
  ['no gateway', eth0({}), 'taken'],
  ['DHCP', { interfaces: { eth0: { method: 'dhcp' } } }, 'taken'],
  [
    'a static IPv6 address',
    eth0({ ipv6: { method: 'static', address: '2001:db8::5/64', gateway: 'fe80::1' } }),
    'taken',
  ],
  [
    'an unknown name',
    { dsn: {} },
    'settings: Unrecognized key: "dsn". Right would be: see the settings as they are now.',
  ],
  [
    'static without address',
    { interfaces: { eth0: { method: 'static' } } },
    'interfaces.eth0.address: nothing is given. Right would be: 10.0.0.5/24.',
  ],
  [
    'an address with DHCP',
    eth0({ method: 'dhcp' }),
    'interfaces.eth0.address: given, but the method is not static. Right would be: see the settings as they are now.',
  ],
  [
    'a broadcast address',
    eth0({ address: '10.0.0.255/24' }),
    'interfaces.eth0.address: it is the broadcast address of 10.0.0.0/24. Right would be: 10.0.0.5/24.',
  ],
  [
    'an IPv6 address for IPv4',
    eth0({ address: '2001:db8::5/64' }),
    'interfaces.eth0.address: not an IPv4 address. Right would be: 10.0.0.5/24.',
  ],
  [
    'an IPv4 address for IPv6',
    eth0({ ipv6: { method: 'static', address: '10.0.0.6/24' } }),
    'interfaces.eth0.ipv6.address: not an IPv6 address. Right would be: 2001:db8::5/64.',
  ],
  [
    'a gateway outside',
    eth0({ gateway: '10.0.1.1' }),
    'interfaces.eth0.gateway: it is outside the subnet 10.0.0.0/24. Right would be: 10.0.0.1.',
  ],
  [
    'the gateway as address',
    eth0({ gateway: '10.0.0.5' }),
    'interfaces.eth0.gateway: it is the same as the address. Right would be: 10.0.0.1.',
  ],
  ['a VLAN of 4095', eth0({ vlan: 4095 }), 'interfaces.eth0.vlan: it is 1 to 4094. Right would be: 100.'],
  ['half a VLAN', eth0({ vlan: 1.5 }), 'interfaces.eth0.vlan: not a whole number. Right would be: 100.'],
  [
    'an MTU too small for IPv6',
    eth0({ mtu: 1000 }),
    'interfaces.eth0.mtu: with IPv6 it is at least 1280. Right would be: 1500.',
  ],
  ['the same MTU without IPv6', eth0({ mtu: 1000, ipv6: { method: 'off' } }), 'taken'],
  [
    'a path as interface',
    { interfaces: { '../x': { method: 'dhcp' } } },
    'interfaces.../x: Invalid key in record. Right would be: see the settings as they are now.',
  ],
  [
    'one address twice',
    {
      interfaces: {
        eth0: { method: 'static', address: '10.0.0.5/24' },
        eth1: { method: 'static', address: '10.0.0.5/16' },
      },
    },
    'interfaces.eth1.address: eth0 has the same address. Right would be: see the settings as they are now.',
  ],
  [
    'four DNS servers',
    { dns: { servers: ['1.1.1.1', '1.0.0.1', '8.8.8.8', '8.8.4.4'] } },
    'dns.servers: at most 3, these are 4. Right would be: 8.8.8.8 2001:4860:4860::8888.',
  ],
  [
    'five time servers',
    { time: { servers: ['a', 'b', 'c', 'd', 'e'] } },
    'time.servers: at most 4, these are 5. Right would be: 0.debian.pool.ntp.org 192.168.1.1.',
  ],
  [
    'an enabled proxy that is not there',
    { proxy: { enabled: true } },
    'proxy.proxies: a proxy is enabled, but none is given. Right would be: see the settings as they are now.',
  ],
  [
    'a proxy twice',
    proxies({}, { user: 'u' }),
    'proxy.proxies: p.example.com:443 is there twice. Right would be: see the settings as they are now.',
  ],
  [
    'a password without user',
    proxies({ password: 'x' }),
    'proxy.proxies.0.password: a password without a user. Right would be: see the settings as they are now.',
  ],
  [
    'a masked password',
    proxies({ user: 'u', password: '••••' }),
    'proxy.proxies.0.password: the character at place 1 is not allowed. Right would be: letters, digits and _-\\/|~!?@#$%^&*+=(){}[]<>:;"`,..',
  ],
  [
    'an unknown brand',
    { brand: 'acme' },
    'brand: Invalid option: expected one of "gatehouse"|"qgs". Right would be: see the settings as they are now.',
  ],
  [
    'no window',
    { windowSeconds: 0 },
    'windowSeconds: Too small: expected number to be >=5. Right would be: see the settings as they are now.',
  ],
  [
    'a host twice',
    {
      hosts: [
        { name: 'a.b', address: '10.0.0.1' },
        { name: 'A.b.', address: '10.0.0.1' },
      ],
    },
    'hosts.1: the same entry is there twice. Right would be: see the settings as they are now.',
  ],
])('%s: %#', (_, settings, text) => {
  expect(told(settings)).toBe(text);
});

test('a machine never set up has these settings', () => {
  expect(defaultSettings).toEqual({
    interfaces: {},
    dns: { servers: [], searchDomains: [] },
    proxy: { enabled: false, proxies: [], order: 'sequential', noProxy: [] },
    hosts: [],
    time: { servers: [] },
    ssh: { enabled: false },
    console: { passwordBeforeChanges: false, idleLockMinutes: 0 },
    brand: 'gatehouse',
    windowSeconds: 120,
    language: 'en',
  });
});

test('an interface is as the contract has it', () => {
  const stored: StoredInterface = { method: 'dhcp', ipv6: { method: 'off' } };
  expect(settingsSchema.parse({ interfaces: { eth0: stored } }).interfaces.eth0).toEqual(stored);
});

describe('a file', () => {
  const saved = { revision: 3, at: '2026-01-02T03:04:05.000Z', by: 'operator', what: 'everything', settings: full };
  test('gives back what was written, secrets too', () => {
    const back = parseSaved(writeSaved(saved));
    expect(writeSaved(back)).toBe(writeSaved(saved));
    expect(back.settings.proxy.proxies[0]?.password?.reveal()).toBe('canary-1');
    expect(back.settings).toEqual(full);
  });
  test('says its version', () => {
    expect(JSON.parse(writeSaved(saved)).version).toBe(settingsVersion);
  });
  test('of a later version is refused with a sentence', () => {
    const later = writeSaved(saved).replace(/"version": \d+/, '"version": 99');
    expect(() => parseSaved(later)).toThrow(/settings-newer/);
    expect(sentence({ code: 'settings-newer', details: { version: 99, newest: 1 } })).toMatch(
      /^The settings are of version 99; this Gatehouse knows versions up to 1\./,
    );
  });
  test.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['{', 'it is not whole JSON'],
    ['[]', 'Invalid input: expected object, received array'],
    ['\0\0\0\0', 'it is not whole JSON'],
    [writeSaved(saved).slice(0, -10), 'it is not whole JSON'],
    [
      writeSaved(saved).replace('"p1.example.com"', '"p1_example.com"'),
      'proxy.proxies.0.host: "_" is not allowed in the name of a host; right would be: p1-example.com',
    ],
  ])('that is broken is told why: %#', (text, why) => {
    expect(() => parseSaved(text)).toThrow(why);
  });
  test('cut anywhere is never taken', () => {
    const text = writeSaved(saved).trimEnd();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(() => parseSaved(text.slice(0, length))).toThrow();
      }),
    );
  });
});

test('older settings go through each step in turn, once', () => {
  const step = (since: string, more: object) => ({
    since,
    up: (old: unknown) => ({ ...(old as object), ...more }),
    down: (newer: unknown) => Object.fromEntries(Object.entries(newer as object).filter(([key]) => !(key in more))),
  });
  const steps = [step('0.2.0', { b: 1 }), step('0.4.0', { c: 2 })];
  expect(migrate({ a: 0 }, 1, steps)).toEqual({ a: 0, b: 1, c: 2 });
  expect(migrate({ a: 0 }, 2, steps)).toEqual({ a: 0, c: 2 });
  expect(migrate({ a: 0 }, 3, steps)).toEqual({ a: 0 });
  expect(() => migrate({}, 4, steps)).toThrow(/settings-newer/);
  expect(migrateBack({ a: 0, b: 1, c: 2 }, { from: 3, to: 1 }, steps)).toEqual({ a: 0 });
  expect(migrateBack({ a: 0, b: 1, c: 2 }, { from: 3, to: 2 }, steps)).toEqual({ a: 0, b: 1 });
  const known = ['0.1.0', '0.1.9-2', '0.2.0~rc1', '0.3', '0.4.0+next', '1.0.0'];
  expect(known.map((release) => versionOfRelease(release, steps))).toEqual([1, 1, 2, 2, 3, 3]);
});

describe('differences', () => {
  const lines = (before: unknown, after: unknown) =>
    differencesBetween(settingsSchema.parse(before), settingsSchema.parse(after)).map(differenceLine);

  test('none between the same', () => {
    expect(differencesBetween(full, settingsSchema.parse(full))).toEqual([]);
  });
  test('are a line a value', () => {
    const before = {
      ...eth0({ gateway: '10.0.0.1', vlan: 7 }),
      dns: { servers: ['8.8.8.8'] },
      suffix: 'a.example.com',
    };
    const after = {
      ...eth0({ gateway: '10.0.0.2', mtu: 1400 }),
      dns: { servers: ['8.8.8.8', '1.1.1.1'] },
      hosts: [{ name: 'a.b', address: '10.0.0.9' }],
    };
    expect(lines(before, after)).toEqual([
      'interfaces.eth0.gateway: 10.0.0.1 → 10.0.0.2',
      'interfaces.eth0.mtu: none → 1400',
      'dns.servers: 8.8.8.8 → 8.8.8.8, 1.1.1.1',
      'hosts.1.name: none → a.b',
      'hosts.1.address: none → 10.0.0.9',
      'interfaces.eth0.vlan: 7 → none',
      'suffix: a.example.com → none',
    ]);
  });
  test('tell that a password was given, changed or taken away, never which', () => {
    const [one, other] = ['canary-a', 'canary-b'].map((password) => proxies({ user: 'u', password }));
    const none = proxies({ user: 'u' });
    expect(lines(one, other)).toEqual(['proxy.proxies.1.password: •••• → •••• (changed)']);
    expect(lines(none, one)).toEqual(['proxy.proxies.1.password: none → ••••']);
    expect(lines(one, none)).toEqual(['proxy.proxies.1.password: •••• → none']);
    expect(lines(one, one)).toEqual([]);
  });
});

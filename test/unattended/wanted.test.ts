/** What an unattended file is understood as: its mistakes with their lines, its bounds, and that what is written is read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { settingsWith } from '../../src/service/unattended-plan.ts';
import { differencesBetween } from '../../src/settings/difference.ts';
import { defaultSettings, type Settings, settingsSchema } from '../../src/settings/schema.ts';
import { understood } from '../../src/unattended/wanted.ts';
import { textOf } from '../../src/unattended/write.ts';

const mistakesIn = (text: string, under?: string): string[] => {
  try {
    understood(text, under);
    return [];
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code !== 'bad-values') throw error;
    return error.problem.details.fields.map(({ field, why }) => `${field}: ${why}`);
  }
};

test('an empty section, and a file that asks for nothing, ask for nothing', () => {
  expect(understood('version: 1')?.wanted).toEqual({ interfaces: {}, dns: {}, time: {}, console: {}, operator: {} });
  expect(mistakesIn('')).toEqual(['line 1: no settings']);
  expect(mistakesIn('dns:')).toEqual(['dns (line 1): nothing is given']);
});

test('each mistake is told in the words of the forms, with its line, all at once', () => {
  const text = `version: 2
network:
  eth0: { method: static, address: 10.0.0.0/24, gateway: 10.1.0.1 }
  eth1: { method: dhcp, address: 10.0.0.5/24, vlan: 5000, metric: 3 }
  this-name-is-too-long: { method: dhcp }
  eth2: { method: static, address: 10.0.0.7/24 }
  eth3: { method: static, address: 10.0.0.7/25 }
  eth4: { method: static, address: 10.0.0.9/24, gateway: 5 }
dns:
  servers:
    - 10.0.0.1
    - dns.example.org
proxy: { enabled: yes, proxies: [{ host: "bad host", port: 0 }] }
hosts:
  - { name: not_a_name, address: 10.0.0.9 }
time: { servers: 10.0.0.1, zone: "../../etc/shadow" }
platform: { suffix: "http://x", code: 1234 }
console: { idleLockMinutes: 1441, language: Klingon }
operator:
  password: 12345
  passwordHash: ABCDEFGHIJKLM
  sshKeys:
    - ssh-ed25519 AAAA
    - "-----BEGIN OPENSSH PRIVATE KEY-----"
`;
  const told = mistakesIn(text).map((one) => one.replace(/: .*/, ''));
  expect(told.sort()).toEqual(
    [
      'version (line 1)',
      'network.eth0.address (line 3)',
      'network.eth1.address (line 4)',
      'network.eth1.metric (line 4)',
      'network.eth1.vlan (line 4)',
      'network.this-name-is-too-long (line 5)',
      'network.eth3.address (line 7)',
      'network.eth4.gateway (line 8)',
      'dns.servers.1 (line 12)',
      'proxy.enabled (line 13)',
      'hosts.0.name (line 15)',
      'time.servers (line 16)',
      'time.zone (line 16)',
      'platform.code (line 17)',
      'platform.suffix (line 17)',
      'console.idleLockMinutes (line 18)',
      'console.language (line 18)',
      'operator.password (line 20)',
      'operator.passwordHash (line 21)',
      'operator.sshKeys.0 (line 23)',
      'operator.sshKeys.1 (line 24)',
    ].sort(),
  );
  expect(mistakesIn('operator: { passwordHash: ABCDEFGHIJKLM }')[0]).toMatch(
    'a kind of hash that is guessed in no time',
  );
  expect(mistakesIn('operator: { password: a, passwordHash: $6$salt$x }')).toEqual([
    'operator.passwordHash (line 1): a password is given, too',
    'operator.passwordHash (line 1): not a hash of a password as crypt(5) has it',
  ]);
});

const refused: [string, string | RegExp][] = [
  ['a: &x [1]\nb: *x', /line 2: an alias/],
  ['dns: {}\ndns: {}', 'line 2: the same key is there twice'],
  ['dns: !!js/function "x"', /line 1: a tag/],
  ['dns:\n\tservers: []', 'line 2: a tab where only blanks indent'],
  ['dns: {}\n---\ntime: {}', 'line 2: a second document begins'],
  ['? [a]\n: b', 'line 1: a key that is no text'],
  ['[', /^line 1: /],
  ['['.repeat(30_000), 'line 1: it is nested too deep'],
  [`a: ${'x'.repeat(70_000)}`, 'line 1: more than 64 KiB'],
  ['just words', 'line 1: no settings'],
];

test.each(refused.map(([text, told]) => [String(told), text, told] as const))(
  'no file of ours: %s',
  (_name, text, told) => {
    expect(mistakesIn(text)[0]).toEqual(expect.stringMatching(told));
  },
);

test('the largest file there may be is judged within a second, however it is made', () => {
  const keys = Array.from({ length: 16_000 }, (_, index) => `${index.toString(36)}:`).join('\n');
  for (const text of [keys, '- '.repeat(30_000), '"\\n'.repeat(20_000), '{'.repeat(60_000), '&a '.repeat(20_000)]) {
    const began = performance.now();
    expect(mistakesIn(text.slice(0, 65_000)).length).toBeGreaterThan(0);
    expect(performance.now() - began).toBeLessThan(1000);
  }
});

test('no mistake repeats a value: it may be a secret in the wrong place', () => {
  const secret = 'hunter2-TOPSECRET';
  for (const text of [
    `operator: { password: ${secret}\n`,
    `operator: ${secret}: x: y`,
    `proxy: ${secret}`,
    `operator: { passwordHash: ${secret}, sshKeys: [${secret}] }`,
    `proxy: { enabled: true, proxies: [{ host: p.example.org, password: "${secret}" }] }`,
    `platform: { code: ${secret}, suffix: ${secret}/ }`,
    `operator: !${secret} x`,
  ]) {
    const told = mistakesIn(text);
    expect(told.length).toBeGreaterThan(0);
    expect(told.join()).not.toContain(secret);
  }
});

test('of cloud-config only its own key counts, whatever else is there', () => {
  const text =
    '#cloud-config\nusers: &u [a]\nmore: *u\nx: !Sub y\ngatehouse:\n  dns: { servers: [1.1.1.1], typo: 1 }\n';
  expect(mistakesIn(text, 'gatehouse')).toEqual(['dns.typo (line 6): there is no such setting']);
  expect(understood('#cloud-config\nusers: []', 'gatehouse')).toBeUndefined();
  expect(understood('just a text', 'gatehouse')).toBeUndefined();
});

test('a name that is a property of every object is nothing special', () => {
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect(mistakesIn(`${name}: { servers: [] }`)).toEqual([`${name} (line 1): there is no such setting`]);
});

// ---------------------------------------------------------------- what is written is read

const octet = fc.integer({ min: 1, max: 254 });
const oneInterface = fc.oneof(
  fc.constant({ method: 'dhcp', ipv6: { method: 'automatic' } }),
  fc
    .record({ host: octet, mtu: fc.option(fc.integer({ min: 1280, max: 9216 }), { nil: undefined }) })
    .map(({ host, mtu }) => ({
      method: 'static',
      address: `10.${host}.0.5/24`,
      gateway: `10.${host}.0.1`,
      ipv6: { method: 'off' },
      ...(mtu === undefined ? {} : { mtu }),
    })),
);
/** Words that a reader of YAML may take for something else. */
const word = fc.oneof(
  fc.constantFrom('off', 'no', 'null', '1e3', '0x10', '~', 'true', '1.5', '- a', '#x', 'a: b', "it's", '"', '%', '@'),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const settings: fc.Arbitrary<Settings> = fc
  .record({
    interfaces: fc.dictionary(fc.constantFrom('eth0', 'eth1', 'enp0s31f6'), oneInterface),
    dns: fc.record({
      servers: fc.uniqueArray(
        octet.map((at) => `192.0.2.${at}`),
        { maxLength: 3 },
      ),
      searchDomains: fc.uniqueArray(
        label.map((one) => `${one}.example.org`),
        { maxLength: 3 },
      ),
    }),
    proxy: fc.record({
      enabled: fc.constant(false),
      proxies: fc.uniqueArray(
        fc.record({
          host: label.map((one) => `${one}.example.org`),
          port: fc.integer({ min: 1, max: 65_535 }),
          user: fc.constantFrom('anna', 'null', 'true'),
          password: word.filter((text) => /^[\w\-\\/|~!?@#$%^&*+=(){}[\]<>:;"`,.]+$/.test(text)),
        }),
        { maxLength: 3, selector: ({ host }) => host },
      ),
      order: fc.constantFrom('sequential', 'random'),
      noProxy: fc.constantFrom([], ['example.org']),
    }),
    hosts: fc.uniqueArray(fc.record({ name: label.map((one) => `${one}.example.org`), address: fc.constant('::1') }), {
      maxLength: 5,
      selector: ({ name }) => name,
    }),
    time: fc.record({ servers: fc.constantFrom([], ['ntp.example.org']), zone: fc.constant('Europe/Madrid') }),
    suffix: fc.constantFrom('platform.gatehouse.test', 'off.test'),
    ssh: fc.record({ enabled: fc.boolean() }),
    console: fc.record({ passwordBeforeChanges: fc.boolean(), idleLockMinutes: fc.integer({ min: 0, max: 1440 }) }),
    windowSeconds: fc.integer({ min: 5, max: 3600 }),
    language: fc.constantFrom('en', 'es', 'no'),
  })
  .map((given) => settingsSchema.safeParse(given))
  .filter((parsed) => parsed.success)
  .map((parsed) => parsed.data as Settings);

test('whatever settings there are: written and understood, they are the same, and nothing else differs', () => {
  fc.assert(
    fc.property(settings, settings, (given, before) => {
      const { interfaces, dns, proxy, hosts, time, suffix, ssh, console, windowSeconds, language } = given;
      const proxies = proxy.proxies.map((one) => ({ ...one, password: one.password?.reveal() }));
      const text = textOf({
        content: {
          network: interfaces,
          dns,
          proxy: { ...proxy, proxies },
          hosts,
          time,
          platform: { suffix },
          ssh,
          console: { ...console, windowSeconds, language },
        },
        remarks: ['of a test'],
      });
      const wanted = understood(text)?.wanted;
      if (!wanted) throw new Error('nothing was understood');
      const after = settingsWith({ ...before, interfaces: {} }, wanted);
      expect(differencesBetween(given, after)).toEqual([]);
      expect(differencesBetween(after, settingsWith(after, wanted))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('what a file does not name stays as it is', () => {
  fc.assert(
    fc.property(settings, (before) => {
      const wanted = understood('console: { idleLockMinutes: 7 }')?.wanted;
      if (!wanted) throw new Error('nothing was understood');
      const paths = differencesBetween(before, settingsWith(before, wanted)).map(({ path }) => path);
      expect(paths.filter((path) => path !== 'console.idleLockMinutes')).toEqual([]);
    }),
  );
  expect(defaultSettings.interfaces).toEqual({});
});

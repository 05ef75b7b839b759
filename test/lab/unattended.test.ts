/** One file for a whole appliance, on a lab: what differs, all or nothing, twice, on a second machine, at a first boot. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Appliance, Call, UnattendedNews } from '../../src/appliance.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import { Failure, sentence } from '../../src/errors.ts';
import { openStore } from '../../src/settings/store.ts';
import { applianceOn, temporaryFolder } from '../service/world.ts';
import { quickLab } from './place.ts';

const root = { by: 'root', who: Promise.resolve({ by: 'root', uid: process.getuid?.() ?? 0 }) } satisfies Partial<Call>;
const member = { by: 'anna', who: Promise.resolve({ by: 'anna', uid: 4_000_000 }) } satisfies Partial<Call>;
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKgVHbd+vUKkSyVZ3IuUnvKn8vaYCfqxrXCSEWBJd5ZJ anna@example.org';

/** So that the tests of the network have time on a busy machine. */
const pace = 0.1;

const whole = `
version: 1
network:
  eth0:
    method: static
    address: 10.20.0.77/24
    gateway: 10.20.0.1
    ipv6: { method: off }
dns:
  servers: [8.8.8.8]
  searchDomains: [example.org]
proxy: { enabled: false, proxies: [{ host: proxy.lab.test, port: 3128, user: lab, password: TOPSECRET }] }
hosts:
  - { name: files.example.org, address: 10.20.0.9 }
time: { servers: [1.debian.pool.ntp.org], zone: Europe/Madrid }
platform: { suffix: platform.gatehouse.test }
ssh: { enabled: true }
console: { passwordBeforeChanges: true, idleLockMinutes: 10, windowSeconds: 90 }
operator:
  password: Correct horse
  sshKeys: [${key}]
`;

async function firstBoot(prepare: (root: string) => Promise<void> = async () => undefined) {
  const lab = await quickLab({ machine: 'first-boot' });
  await prepare(join(lab.state, 'root'));
  const world = await applianceOn(lab.machine, lab.state, defaultBrand, pace);
  const settings = async () =>
    (await (await openStore(join(lab.state, 'settings'), { notice: () => undefined })).read()).settings;
  return { ...world, lab, settings };
}

const apply = (appliance: Appliance, text: string, call: Partial<Call<UnattendedNews>> = root) =>
  appliance.unattended.apply({ text }, call);

async function refused(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return sentence(error.problem);
  throw error;
}

test('a whole set-up is applied in one go, and applied again it changes nothing and says so', async () => {
  const { appliance, settings, entries } = await firstBoot();
  const news: string[] = [];
  const first = await apply(appliance, whole, {
    ...root,
    progress: (one) => void news.push('step' in one ? one.step : 'test' in one ? one.test.test : ''),
  });
  expect(first.tests.filter(({ passed }) => !passed)).toEqual([]);
  expect(first.tests.map(({ test: name }) => name)).toEqual(expect.arrayContaining(['link', 'gateway', 'DNS']));
  expect(news).toEqual(
    expect.arrayContaining(['Checking', 'Testing', 'Setting the password of operator', 'Switching SSH on']),
  );
  const [eth0] = await appliance.network.read({});
  expect(eth0?.addresses[0]?.address).toBe('10.20.0.77/24');
  expect(await appliance.ssh.read({})).toMatchObject({ enabled: true });
  expect(await appliance.access.read({})).toMatchObject({ passwordSet: true, keySet: true, idleLockMinutes: 10 });
  expect((await appliance.time.read({})).settings).toEqual({
    servers: ['1.debian.pool.ntp.org'],
    zone: 'Europe/Madrid',
  });
  expect(await appliance.setup.read({})).toMatchObject({ finished: true, unattended: { outcome: 'applied' } });
  const [before, count] = [await settings(), entries.length];
  expect(await apply(appliance, whole)).toEqual({ differences: [], tests: [] });
  expect(await settings()).toEqual(before);
  expect(entries.length).toBe(count);
  expect(JSON.stringify([entries, first, news])).not.toMatch(/TOPSECRET|Correct horse/);
});

test('a dry run tells every difference, without a secret, and changes nothing', async () => {
  const { appliance, settings, lab } = await firstBoot();
  const before = [await settings(), await readdir(join(lab.state, 'root/etc'))];
  const { differences } = await appliance.unattended.plan({ text: whole }, root);
  const lines = differences.map(({ what, now, will }) => `${what}: ${now} -> ${will}`);
  expect(lines).toEqual(
    expect.arrayContaining([
      'interfaces.eth0.address: none -> 10.20.0.77/24',
      'dns.servers: none -> 8.8.8.8',
      'proxy.proxies.1.password: none -> ••••',
      'time.zone: none -> Europe/Madrid',
      'suffix: none -> platform.gatehouse.test',
      'ssh.enabled: false -> true',
      'operator.password: none -> set',
      'operator.sshKeys: none -> ssh-ed25519 anna@example.org',
    ]),
  );
  expect(lines.join()).not.toMatch(/TOPSECRET|Correct horse/);
  expect([await settings(), await readdir(join(lab.state, 'root/etc'))]).toEqual(before);
});

test('exported and applied on a second machine it gives the same settings, and the same file again', async () => {
  const [one, other] = [await firstBoot(), await firstBoot()];
  await apply(one.appliance, whole);
  const { text } = await one.appliance.unattended.export({ secrets: true }, root);
  expect(text).toContain('It has passwords in it');
  await apply(other.appliance, text);
  expect(await other.settings()).toEqual(await one.settings());
  expect((await other.appliance.unattended.export({ secrets: true }, root)).text).toBe(text);
  expect(await other.appliance.access.check({ password: 'Correct horse' })).toEqual({ right: true });
});

test('without secrets it has none, says what is left out, and can be applied all the same', async () => {
  const [one, other] = [await firstBoot(), await firstBoot()];
  await apply(one.appliance, whole);
  const { text } = await one.appliance.unattended.export({}, member);
  expect(text).not.toMatch(/TOPSECRET|Correct horse|\$7\$/);
  expect(text).toContain('# Left out: the passwords of proxies');
  expect(text).toContain("# Left out: the operator's password");
  const told = await refused(apply(other.appliance, text));
  expect(told).toMatch(/console\.passwordBeforeChanges \(line \d+\): no password is set/);
  await apply(other.appliance, `${text}\n`.replace('operator:', 'operator:\n  password: Another one'));
  expect((await other.settings()).hosts).toEqual((await one.settings()).hosts);
});

test('only root gets the secrets, or sets another password where one is set', async () => {
  const { appliance } = await firstBoot();
  await apply(appliance, whole, member);
  expect(await refused(appliance.unattended.export({ secrets: true }, member))).toContain('Only root');
  const another = 'operator: { password: Staple battery }';
  expect(await refused(apply(appliance, another, member))).toContain('only root sets another password');
  expect((await apply(appliance, another)).differences).toHaveLength(1);
  // The member's guess is held against whoever tries next.
  const tried = () => appliance.access.check({ password: 'Staple battery' });
  await vi.waitFor(async () => expect(await tried()).toEqual({ right: true }));
});

test('everything that is wrong is told at once, each with its line, and nothing is changed', async () => {
  const { appliance, settings } = await firstBoot();
  const before = await settings();
  const wrong = [
    'network:',
    '  eth0: { method: static, address: 10.20.0.300/24 }',
    '  eth9: { method: dhcp }',
    'dns: { servers: [8.8.8.8, dns.example.org] }',
    'time: { zone: Europe/Atlantis }',
    'nonsense: 1',
    'operator: { passwordHash: TOPSECRET }',
  ].join('\n');
  const told = await refused(apply(appliance, wrong));
  for (const part of [
    'network.eth0.address (line 2)',
    'dns.servers.1 (line 4)',
    'nonsense (line 6)',
    'operator.passwordHash (line 7)',
  ])
    expect(told).toContain(part);
  expect(told).not.toContain('TOPSECRET');
  const byMachine = await refused(
    apply(appliance, 'network: { eth9: { method: dhcp } }\ntime: { zone: Europe/Atlantis }'),
  );
  expect(byMachine).toContain('network.eth9 (line 1): this machine has no interface eth9');
  expect(byMachine).toContain('time.zone (line 2): this machine does not know it');
  expect(await settings()).toEqual(before);
  expect(await appliance.setup.read({})).not.toHaveProperty('unattended');
});

test('where the tests fail all of it goes back by itself, and what failed is said and kept', async () => {
  const { appliance, settings, lab } = await firstBoot();
  const before = await settings();
  const told = await refused(apply(appliance, whole.replace('gateway: 10.20.0.1', 'gateway: 10.20.0.254')));
  expect(told).toContain('The test of gateway failed');
  expect(await settings()).toMatchObject({ interfaces: {}, dns: before.dns, hosts: [] });
  expect((await appliance.network.read({}))[0]?.addresses[0]?.address).toBe('10.20.0.15/24');
  expect(await readFile(join(lab.state, 'root/etc/hosts'), 'utf8')).not.toContain('files.example.org');
  expect(await appliance.access.read({})).toMatchObject({ passwordSet: false });
  const { finished, unattended } = await appliance.setup.read({});
  expect([finished, unattended?.outcome, unattended?.problem?.code]).toEqual([false, 'failed', 'change-undone']);
});

test('whoever gives up only stops waiting', async () => {
  const { appliance } = await firstBoot();
  const enough = new AbortController();
  const progress = (news: UnattendedNews) => void ('step' in news && news.step === 'Testing' && enough.abort());
  await refused(apply(appliance, whole, { ...root, signal: enough.signal, progress }));
  const outcome = async () => (await appliance.setup.read({})).unattended?.outcome;
  await vi.waitFor(async () => expect(await outcome()).toBe('applied'), 10_000);
  expect(await appliance.access.read({})).toMatchObject({ passwordSet: true });
});

const seed = (label: string, name: string, text: string) => async (folder: string) => {
  await mkdir(join(folder, 'media', label), { recursive: true });
  await writeFile(join(folder, 'media', label, name), text);
};
const endOf = (appliance: Appliance) =>
  vi.waitFor(async () => {
    const { finished, unattended } = await appliance.setup.read({});
    expect(unattended?.outcome).toMatch(/applied|failed/);
    return { finished, unattended };
  }, 10_000);

/** The service started anew on that machine; `looked`: how often it has looked for a disk, and decided. */
async function startedAgain({ lab, closing }: Awaited<ReturnType<typeof firstBoot>>) {
  closing.abort();
  let looks = 0;
  const find = async (signal: AbortSignal) => {
    looks += 1;
    return lab.machine.seeds.find(signal);
  };
  const { appliance } = await applianceOn({ ...lab.machine, seeds: { find } }, lab.state, defaultBrand, pace);
  // Each takes a turn of its own, and some time.
  const looked = async () => {
    for (let turn = 0; turn < 5; turn += 1) await appliance.ping.run({ host: '10.20.0.1', count: 3 });
    return looks;
  };
  return { appliance, looked };
}

test('a disk that is there at the first boot sets the machine up, once', async () => {
  const world = await firstBoot(seed('GATEHOUSE', 'gatehouse.yaml', whole));
  const { finished, unattended } = await endOf(world.appliance);
  expect([finished, unattended?.from, unattended?.outcome]).toEqual([
    true,
    'gatehouse.yaml on the disk GATEHOUSE',
    'applied',
  ]);
  const said = /Unattended set-up: gatehouse.yaml on the disk GATEHOUSE: \d+ settings changed/;
  await vi.waitFor(() => expect(world.log.join('')).toMatch(said));
  await world.appliance.hosts.set({ entries: [] });
  const { appliance, looked } = await startedAgain(world);
  expect(await looked()).toBe(0);
  expect((await appliance.hosts.read({})).entries).toEqual([]);
  expect((await appliance.setup.read({})).unattended).toEqual(unattended);
});

test('cloud-init’s disk does the same by a key of its user-data, and one without that key is not ours', async () => {
  const data = `#cloud-config\nhostname: gate\nusers: &all [default]\nothers: *all\ngatehouse:\n  platform: { suffix: platform.gatehouse.test }\n`;
  const { appliance } = await firstBoot(seed('cidata', 'user-data', data));
  expect((await endOf(appliance)).unattended).toMatchObject({
    from: 'user-data on the disk cidata',
    outcome: 'applied',
  });
  expect((await appliance.platform.read({})).suffix).toBe('platform.gatehouse.test');
  expect((await appliance.setup.read({})).finished).toBe(false);
  const other = await firstBoot(seed('CIDATA', 'user-data', '#cloud-config\nhostname: gate\n'));
  await other.appliance.ping.run({ host: '10.20.0.1', count: 1 });
  expect(await other.appliance.setup.read({})).not.toHaveProperty('unattended');
});

test('a file that fails leaves the machine at its first boot, with what failed; a later boot does not try it again', async () => {
  const world = await firstBoot(seed('GATEHOUSE', 'gatehouse.yaml', 'dns: { servers: [nonsense!] }'));
  const { finished, unattended } = await endOf(world.appliance);
  expect([finished, unattended?.outcome, unattended?.problem?.code]).toEqual([false, 'failed', 'bad-values']);
  const { appliance, looked } = await startedAgain(world);
  expect(await looked()).toBe(1);
  expect((await appliance.setup.read({})).unattended).toEqual(unattended);
});

test('a disk that cannot be read is told of', async () => {
  const world = await firstBoot(
    async (folder) => void (await mkdir(join(folder, 'media/GATEHOUSE'), { recursive: true })),
  );
  const { unattended } = await endOf(world.appliance);
  const why = { what: 'gatehouse.yaml', why: 'It is not on the disk.' };
  expect(unattended).toMatchObject({ outcome: 'failed', problem: { code: 'unavailable', details: why } });
});

test('a machine that has settings is left alone, whatever disk is in it', async () => {
  const world = await firstBoot();
  await world.appliance.platform.set({ suffix: 'platform.gatehouse.test' });
  await seed('GATEHOUSE', 'gatehouse.yaml', whole)(join(world.lab.state, 'root'));
  const { appliance, looked } = await startedAgain(world);
  expect(await looked()).toBe(0);
  expect(await appliance.setup.read({})).not.toHaveProperty('unattended');
});

test('a machine that cannot say what is on it is not set up by a guess', async () => {
  const lab = await quickLab({ machine: 'first-boot' });
  const seeds = { find: () => Promise.reject(new Error('broken')) };
  const { appliance, log } = await applianceOn({ ...lab.machine, seeds }, temporaryFolder());
  await vi.waitFor(() => expect(log.join('')).toContain('Unattended set-up: Gatehouse made a mistake'));
  expect(await appliance.setup.read({})).not.toHaveProperty('unattended');
});

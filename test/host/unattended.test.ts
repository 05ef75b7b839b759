/**
 * Unattended set-up with the installed product on a real machine: applied, applied again, on a second machine, wrong,
 * cut in the middle, and picked up at a boot. That a disk is found by its label is shown in unattended-disk.test.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SetupState } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { until } from './machine.ts';
import { RegistrationHost, type RunningPlatform, registrationNeeds, suffix } from './registration-host.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKgVHbd+vUKkSyVZ3IuUnvKn8vaYCfqxrXCSEWBJd5ZJ anna@example.org';

const file = (code = '', gateway = '10.77.0.1') => `
network:
  eth0: { method: static, address: 10.77.0.9/24, gateway: ${gateway}, ipv6: { method: off } }
dns: { servers: [10.77.0.1] }
proxy: { enabled: false, proxies: [{ host: proxy.corp.test, port: 3128, user: anna, password: TOPSECRET }] }
hosts: [{ name: files.example.org, address: 10.77.0.8 }]
time: { zone: Europe/Madrid }
platform: { suffix: ${suffix}${code && `, code: ${code}`} }
ssh: { enabled: true }
console: { idleLockMinutes: 10, windowSeconds: 30 }
operator:
  password: Correct horse battery
  sshKeys: [${key}]
`;

/** What an image has: an account, and an address that gives way to ours. */
const image = {
  '/var/lib/gatehouse/setup.json': '',
  '/etc/systemd/network/10-eth0.network': '',
  '/etc/systemd/network/80-image.network':
    '[Match]\nName=eth0\n[Network]\nAddress=10.77.0.2/24\nGateway=10.77.0.1\nDNS=10.77.0.1\n',
};

describeWith({ ...registrationNeeds, paths: [...registrationNeeds.paths, program] }, 'unattended set-up', () => {
  let machine: RegistrationHost;
  let platform: RunningPlatform;

  const begin = async () => {
    machine = await RegistrationHost.boot(image);
    await run('useradd', '-m', '-g', 'operator', '-G', 'gatehouse', '-s', '/bin/sh', 'operator');
    // What is at home may be written since the service has seen it there.
    await run('systemctl', 'restart', 'gatehouse.service');
    await machine.answers();
    platform = await machine.servePlatform();
    await machine.trust(platform.ca);
  };
  const end = () => machine?.end();

  const run = (...argv: string[]) => machine.host.run(argv, { limit: 120_000 });
  const write = (text: string) =>
    machine.host.run(['sh', '-c', 'umask 077; printf %s "$1" >/srv/set-up.yaml', 'sh', text]);
  const apply = async (text: string, ...options: string[]) => {
    await write(text);
    return run('gatehouse', 'apply', '/srv/set-up.yaml', ...options);
  };
  const setup = async () => JSON.parse((await run('gatehouse', '--json', 'setup', 'status')).stdout) as SetupState;
  const settings = () => {
    const stored = JSON.parse(
      readFileSync(join(machine.host.disk, 'var/lib/gatehouse/settings/settings.json'), 'utf8'),
    );
    return stored.settings as Record<string, unknown>;
  };
  const isReachable = async (address: string) =>
    (await machine.host.neighbour.run(['ping', '-c1', '-W1', address])).exitCode === 0;
  const last = (text: string) => text.trim().split('\n').at(-1);

  let exported = '';
  let first: Record<string, unknown> = {};

  describe('on one machine', () => {
    beforeAll(begin);
    afterAll(end);

    test('wrong network: it comes back by itself, and says which test failed', async () => {
      const { exitCode, stderr } = await apply(file('', '10.77.0.99'));
      expect(stderr).toContain('The test of gateway failed: The gateway 10.77.0.99 does not answer');
      expect(exitCode).toBe(1);
      expect(await isReachable('10.77.0.2')).toBe(true);
      expect((await run('find', '/etc/systemd/network', '-name', '*gatehouse*')).stdout).toBe('');
      expect((await run('cat', '/etc/hosts')).stdout).not.toContain('files.example.org');
      expect((await run('passwd', '-S', 'operator')).stdout).toContain('operator L');
      expect(await setup()).toMatchObject({ finished: false, unattended: { outcome: 'failed' } });
    });

    test('everything that is wrong is told at once, and nothing is changed', async () => {
      const wrong = file().replace('eth0', 'eth7').replace('Europe/Madrid', 'Europe/Atlantis');
      const { exitCode, stderr } = await apply(wrong);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/network.eth7 \(line 3\): this machine has no interface eth7/);
      expect(stderr).toMatch(/time.zone \(line 7\): this machine does not know it/);
      expect((await run('passwd', '-S', 'operator')).stdout).toContain('operator L');
    });

    test('applied: reached, registered, and what was set is in effect; nothing of it is told', async () => {
      const { code } = await platform.admin.createCode({ name: 'gate1' });
      const { exitCode, stdout, stderr } = await apply(file(code));
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(last(stdout)).toMatch(/^Registered as gate1 \(/);
      expect(await isReachable('10.77.0.9')).toBe(true);
      expect((await run('timedatectl', 'show', '-p', 'Timezone')).stdout).toContain('Europe/Madrid');
      expect((await run('getent', 'hosts', 'files.example.org')).stdout).toContain('10.77.0.8');
      expect((await run('passwd', '-S', 'operator')).stdout).toContain('operator P');
      expect((await run('systemctl', 'is-active', 'ssh.service')).stdout.trim()).toBe('active');
      const keys = '/home/operator/.ssh/authorized_keys';
      expect((await run('cat', keys)).stdout).toBe(`${key}\n`);
      expect((await run('stat', '-c', '%U %a', keys)).stdout.trim()).toBe('operator 600');
      const { finished, steps, unattended } = await setup();
      expect([finished, unattended?.outcome]).toEqual([true, 'applied']);
      expect(steps.filter(({ name }) => ['password', 'network', 'suffix', 'registration'].includes(name))).toEqual(
        ['password', 'network', 'suffix', 'registration'].map((name) => expect.objectContaining({ name, done: true })),
      );
      const told = await run('sh', '-c', 'journalctl -u gatehouse --no-pager; cat /var/lib/gatehouse/audit.jsonl');
      expect(`${told.stdout}${stdout}`).not.toMatch(/TOPSECRET|Correct horse/);
    });

    test('applied again it changes nothing, and says so', async () => {
      const before = [settings(), (await run('sha256sum', '/etc/shadow', '/etc/hosts')).stdout];
      const { exitCode, stdout } = await apply(file());
      expect([exitCode, last(stdout)]).toEqual([0, 'Nothing was changed: it is as the file says.']);
      expect([settings(), (await run('sha256sum', '/etc/shadow', '/etc/hosts')).stdout]).toEqual(before);
    });

    test('exported, without secrets and with', async () => {
      const plain = await run('gatehouse', 'export');
      expect(plain.stdout).toContain("# Left out: the operator's password");
      expect(plain.stdout).not.toMatch(/TOPSECRET|passwordHash: /);
      exported = (await run('gatehouse', 'export', '--secrets')).stdout;
      expect(exported).toMatch(/passwordHash: \$y\$/);
      expect(exported).toContain('password: TOPSECRET');
      first = settings();
      const member = ['setpriv', '--reuid', 'operator', '--regid', 'gatehouse', '--clear-groups', '--'];
      const refused = await run(...member, 'gatehouse', 'export', '--secrets');
      expect([refused.exitCode, refused.stdout]).toEqual([4, '']);
    });
  });

  describe('on a second machine', () => {
    beforeAll(begin);
    afterAll(end);

    test('killed in the middle of the tests it goes back, and applied again it is whole', async () => {
      await write(exported);
      const command = 'gatehouse apply /srv/set-up.yaml >/srv/said 2>&1 & ';
      await run('sh', '-c', command);
      await until('the tests', async () => (await run('cat', '/srv/said')).stdout.includes('Testing'), 30_000);
      await run('systemctl', 'kill', '--signal=KILL', 'gatehouse.service');
      await machine.answers();
      await until('it to be back', () => isReachable('10.77.0.2'), 60_000);
      await until('the end to be known', async () => (await setup()).unattended?.outcome === 'failed', 60_000);
      expect((await setup()).finished).toBe(false);
      const { exitCode, stderr } = await apply(exported);
      expect([exitCode, stderr]).toEqual([0, '']);
    });

    test('its settings are those of the first, its password and keys too', async () => {
      expect(settings()).toEqual(first);
      const { exitCode, stdout } = await apply(file());
      expect([exitCode, last(stdout)]).toEqual([0, 'Nothing was changed: it is as the file says.']);
      expect((await run('gatehouse', 'export', '--secrets')).stdout).toBe(exported);
    });
  });
});

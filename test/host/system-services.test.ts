/** Time, host names, SSH, the operator's password and the proxy of a real machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EffectiveTime } from '../../src/adapters/time/time.ts';
import type { SshState, TestResult } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { bundle } from '../terminal/bundle.ts';
import { hostNeeds, until } from './machine.ts';
import { bootSystem, type SystemHost } from './system-probed.ts';

/** All special characters of the guide. */
const special = '_-\\/|~!?@#$%^&*+=(){}[]<>:;"`,.';
const encoded = encodeURIComponent(special).replace(
  /[!'()*]/g,
  (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
);

/** timesyncd refuses to run in a container. Without the capability it cannot touch the clock of the machine around. */
const timesyncd =
  '[Unit]\nConditionVirtualization=\nConditionCapability=\n[Service]\nAmbientCapabilities=\nCapabilityBoundingSet=\n';
/** What the container engine's unit is to us: a program that has an environment. */
const engine = '[Service]\nExecStart=/usr/bin/sleep infinity\n';

describeWith(
  { ...hostNeeds, programs: [...hostNeeds.programs, 'openssl', 'ssh'] },
  'services of a real machine',
  () => {
    let system: SystemHost;
    let servers: ReturnType<typeof bundle>;
    let folder: string;
    const inside = async (...argv: string[]) => (await system.host.run(argv)).stdout;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gatehouse-services-'));
      servers = bundle('test/host/system-servers.ts');
      certificate(folder);
      system = await bootSystem({
        files: {
          '/etc/systemd/system/systemd-timesyncd.service.d/test.conf': timesyncd,
          '/etc/systemd/system/docker.service': engine,
        },
      });
      system.serve(['node', servers.file, folder, special]);
      await until('the servers', async () =>
        (await system.host.neighbour.run(['ss', '-Hltn'])).stdout.includes(':3128'),
      );
    });
    afterAll(async () => {
      await system?.end();
      servers?.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    test('time: only the given servers are asked; which one answered, when, how far off; and the defaults again', async () => {
      const asked = () => inside('timedatectl', 'show-timesync', '-p', 'SystemNTPServers', '-p', 'FallbackNTPServers');
      await system.call('setTime', [[], ['ntp1.example.com', 'ntp2.example.com']]);
      const defaults = 'ntp1.example.com ntp2.example.com';
      expect(await asked()).toBe(`SystemNTPServers=${defaults}\nFallbackNTPServers=${defaults}\n`);
      expect((await system.call<EffectiveTime>('time')).server).toBeUndefined();

      await system.call('setTime', [['10.77.0.1'], ['ntp1.example.com']]);
      expect(await asked()).toBe('SystemNTPServers=10.77.0.1\nFallbackNTPServers=10.77.0.1\n');
      const time = await until('an answer', async () => {
        const time = await system.call<EffectiveTime>('time');
        return time.server !== undefined && time;
      });
      expect(time).toMatchObject({
        server: '10.77.0.1',
        stratum: 3,
        zone: 'Etc/UTC',
        synchronised: expect.any(Boolean),
      });
      // The server's clock is 250 ms ahead.
      expect(time.offset).toBeGreaterThan(200);
      expect(time.offset).toBeLessThan(300);
      expect(Math.abs(Date.parse(time.lastSync ?? '') - Date.now())).toBeLessThan(30_000);
      expect(await inside('timedatectl', 'timesync-status')).toMatch(/Server: 10\.77\.0\.1 [\s\S]*Stratum: 3\n/);
    });

    test('the time zone: one that the machine knows, and no other', async () => {
      const zones = await system.call<string[]>('zones');
      expect(zones).toEqual(expect.arrayContaining(['Europe/Madrid', 'Asia/Kathmandu', 'UTC']));
      await system.call('setZone', ['Asia/Kathmandu']);
      expect(await inside('date', '+%z')).toBe('+0545\n');
      const { now, zone } = await system.call<EffectiveTime>('time');
      expect([zone, now.slice(-6)]).toEqual(['Asia/Kathmandu', '+05:45']);
      expect(await system.problemOf('setZone', ['Europe/Atlantis'])).toMatchObject({ code: 'bad-value' });
      expect(await inside('timedatectl', 'show', '-p', 'Timezone')).toBe('Timezone=Asia/Kathmandu\n');
    });

    test('host names: found by every program, the rest of the file as it was', async () => {
      const before = await inside('cat', '/etc/hosts');
      await system.call('setHosts', [
        [
          { name: 'intranet.example.com', address: '10.1.2.3' },
          { name: 'intranet.example.com', address: '2001:db8::3' },
        ],
      ]);
      expect(await inside('getent', 'ahostsv4', 'intranet.example.com')).toContain('10.1.2.3');
      expect(await inside('getent', 'ahostsv6', 'intranet.example.com')).toContain('2001:db8::3');
      expect(await inside('stat', '-c', '%a %U', '/etc/hosts')).toBe('644 root\n');
      await system.call('setHosts', [[]]);
      expect(await inside('cat', '/etc/hosts')).toBe(before);
    });

    test('the password: hashed by the system, checked, and shown nowhere', async () => {
      await inside('useradd', '-m', '-g', 'operator', '-s', '/bin/sh', 'operator');
      expect(await system.call('login', ['nobody-here'])).toEqual({ exists: false, hasPassword: false, keys: 0 });
      expect(await system.call('login', ['operator'])).toEqual({ exists: true, hasPassword: false, keys: 0 });
      expect(await system.call('isPassword', ['operator'], '')).toBe(false);
      const password = `canary ${special}ü`;
      await system.call('setPassword', ['operator'], password);
      expect(await system.call('login', ['operator'])).toMatchObject({ hasPassword: true });
      expect(await inside('getent', 'shadow', 'operator')).toMatch(/^operator:\$y\$/);
      expect(await system.call('isPassword', ['operator'], password)).toBe(true);
      for (const wrong of ['', 'canary', `${password}x`, password.slice(0, -1), password.toUpperCase()])
        expect(await system.call('isPassword', ['operator'], wrong)).toBe(false);
      expect(await system.call('isPassword', ['nobody-here'], password)).toBe(false);
      expect(await inside('journalctl', '--no-pager', '-o', 'json', '--all')).not.toContain('canary');
      expect((await system.problemOf('setPassword', ['operator'], 'x\nroot:canary'))?.code).toBe('bad-value');
      expect((await system.problemOf('setPassword', ['root:x'], 'canary'))?.code).toBe('bad-value');
      expect(JSON.stringify(await system.problemOf('setPassword', ['nobody-here'], 'canary'))).not.toContain('canary');
      await inside('passwd', '-l', 'operator');
      expect(await system.call('login', ['operator'])).toMatchObject({ hasPassword: false });
      expect(await system.call('isPassword', ['operator'], password)).toBe(false);
    });

    test('SSH: off now and at the next start, on again; fingerprints; who is logged in', async () => {
      const active = async () => (await inside('systemctl', 'is-active', 'ssh.service')).trim();
      const enabled = async () => (await inside('systemctl', 'is-enabled', 'ssh.service')).trim();
      await system.call('disableSsh');
      expect([await active(), await enabled()]).toEqual(['inactive', 'disabled']);
      expect((await system.call<SshState>('ssh')).enabled).toBe(false);

      await inside('sh', '-c', 'echo Nonsense yes >/etc/ssh/sshd_config.d/broken.conf');
      expect(await system.problemOf('enableSsh')).toMatchObject({
        code: 'program-failed',
        details: { program: 'sshd' },
      });
      expect(await enabled()).toBe('disabled');
      await inside('rm', '/etc/ssh/sshd_config.d/broken.conf');
      await system.call('enableSsh');
      expect([await active(), await enabled()]).toEqual(['active', 'enabled']);

      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
      const key = readFileSync(join(folder, 'key.pub'), 'utf8');
      const keys = '/home/operator/.ssh/authorized_keys';
      await inside(
        'sh',
        '-c',
        `install -d -o operator -m 700 /home/operator/.ssh; printf '# keys\\n${key.trim()}\\n' >${keys}`,
      );
      expect(await system.call('login', ['operator'])).toMatchObject({ keys: 1 });
      expect((await system.call<SshState>('ssh')).sessions).toEqual([]);
      const known = join(folder, 'known');
      const options = `-i ${join(folder, 'key')} -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${known} -o BatchMode=yes`;
      system.serve(['ssh', '-tt', ...options.split(' '), 'operator@10.77.0.2', 'sleep 600']);
      const state = await until('the session', async () => {
        const state = await system.call<SshState>('ssh');
        return state.sessions.length > 0 && state;
      });
      expect(state.sessions).toEqual([{ user: 'operator', from: '10.77.0.1', since: expect.stringMatching(/Z$/) }]);
      expect(Math.abs(Date.parse(state.sessions[0]?.since ?? '') - Date.now())).toBeLessThan(30_000);
      const seen = execFileSync('ssh-keygen', ['-l', '-f', known], { encoding: 'utf8' });
      expect(state.fingerprints.map(({ type }) => type).sort()).toEqual(['ECDSA', 'ED25519', 'RSA']);
      expect(state.fingerprints.some(({ sha256 }) => seen.includes(sha256))).toBe(true);
    });

    test('the proxy: used by updates and the engine, with every special character, and for root only', async () => {
      const url = `http://operator:${encoded}@10.77.0.1:3128`;
      await system.call('setProxy', [true, true], url);
      await inside('systemctl', 'start', 'docker.service');
      const files = ['/etc/apt/apt.conf.d/90gatehouse-proxy', '/etc/gatehouse/proxy.env'];
      for (const file of files) {
        expect(await inside('stat', '-c', '%a %U', file)).toBe('600 root\n');
        expect(await inside('setpriv', '--reuid=operator', '--clear-groups', 'cat', file)).toBe('');
      }
      const pid = (await inside('systemctl', 'show', '-P', 'MainPID', 'docker.service')).trim();
      const environment = (await inside('cat', `/proc/${pid}/environ`)).split('\0');
      expect(environment).toEqual(expect.arrayContaining([`HTTP_PROXY=${url}`, `HTTPS_PROXY=${url}`]));
      expect(await inside('systemctl', 'show', 'docker.service')).not.toContain(encoded);

      await inside(
        'sh',
        '-c',
        'echo "deb [trusted=yes] http://updates.example.com/debian stable main" >/etc/apt/sources.list',
      );
      await system.host.run(['apt-get', '-o', 'Acquire::Retries=0', 'update']);
      expect(readFileSync(join(folder, 'requests'), 'utf8')).toContain('accepted GET http://updates.example.com/');
      // apt works for others too, who cannot read that file.
      const policy = await system.host.run([
        'setpriv',
        '--reuid=operator',
        '--clear-groups',
        'apt-cache',
        'policy',
        'bash',
      ]);
      expect(policy.exitCode).toBe(0);

      await system.call('setProxy', [false, true], url);
      expect(await inside('ls', ...files)).toBe('');
      const next = (await inside('systemctl', 'show', '-P', 'MainPID', 'docker.service')).trim();
      expect(next).not.toBe(pid);
      expect(await inside('cat', `/proc/${next}/environ`)).not.toContain('PROXY');
    });

    test('the way to the platform through a proxy, and each way it can fail in its own words', async () => {
      const trusted = readFileSync(join(folder, 'cert.pem'), 'utf8');
      const platform = (...proxies: string[]) =>
        system.call<TestResult>('platform', ['platform.test', 8443, trusted], proxies.join('\n'));
      const good = `http://operator:${encoded}@10.77.0.1:3128`;
      expect(await platform(good)).toEqual({
        test: 'platform',
        passed: true,
        said: 'platform.test answers through the proxy 10.77.0.1:3128.',
      });
      const said = async (...proxies: string[]) => {
        const result = await platform(...proxies);
        expect(result.passed).toBe(false);
        return result.said;
      };
      expect(await said('http://10.77.0.1:3128')).toBe('The proxy 10.77.0.1:3128 wants a user and a password (407).');
      expect(await said('http://operator:wrong@10.77.0.1:3128')).toBe(
        'The proxy 10.77.0.1:3128 does not accept the user or the password (407).',
      );
      expect(await said('http://10.77.0.1:3129')).toBe(
        'The proxy 10.77.0.1:3129 refuses connections: nothing listens at that port.',
      );
      expect(await said('http://10.77.0.1:123')).toContain('refuses connections');
      expect(await said('http://10.77.0.1:8443')).toMatch(/is not an HTTP proxy|cut the connection/);
      expect(await said('http://10.77.0.1:3130')).toBe('The proxy 10.77.0.1:3130 did not answer within 10 s.');
      expect(await said('http://proxy.nowhere.invalid:3128')).toBe(
        'The name of the proxy, proxy.nowhere.invalid, was not found.',
      );
      // One that fails is said, though another leads there.
      expect(await platform('http://10.77.0.1:3129', good)).toMatchObject({
        passed: true,
        said: expect.stringMatching(/^platform\.test answers through .*:3128\. The proxy 10\.77\.0\.1:3129 refuses/),
      });
      const untrusted = await system.call<TestResult>('platform', ['other.test', 8443, trusted], good);
      expect(untrusted.said).toBe('The certificate of other.test is not trusted; the proxy may be opening TLS.');
      const closed = await system.call<TestResult>('platform', ['closed.test', 8443, trusted], good);
      expect(closed.said).toBe('The proxy 10.77.0.1:3128 could not reach closed.test (502).');
      const forbidden = await system.call<TestResult>('platform', ['forbidden.test', 8443, trusted], good);
      expect(forbidden.said).toBe('The proxy 10.77.0.1:3128 does not let through to forbidden.test (403).');
    });
  },
);

function certificate(folder: string): void {
  const out = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=platform.test', '-addext', 'subjectAltName=DNS:platform.test'];
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ');
  execFileSync('openssl', ['req', ...kind, ...out, ...name], { stdio: 'ignore' });
  writeFileSync(join(folder, 'requests'), '');
}

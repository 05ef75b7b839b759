/** A report is fetched from a real machine whose SSH is off: by whom it was offered to, once, and nothing else is. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { type Fetching, finished, HandoverHost, report, reportName } from './handover-host.ts';
import { hostNeeds, until } from './machine.ts';

describeWith(
  { ...hostNeeds, programs: [...hostNeeds.programs, 'sftp', 'scp', 'curl'] },
  'a report that is offered',
  () => {
    let machine: HandoverHost;
    beforeAll(async () => {
      machine = await HandoverHost.boot();
    });
    afterAll(() => machine?.end());
    afterEach(() => machine.close());

    const sumHere = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(machine.folder, name)))
        .digest('hex');
    const sumThere = async () => (await machine.inside('sha256sum', report)).slice(0, 64);
    const listening = async () => (await machine.inside('ss', '-Hltn')).includes(':2222');

    test('is fetched with its signature and checksum; then nothing of the offer is left', async () => {
      const offered = await machine.offer();
      expect(offered.offer).toMatchObject({ user: 'diagnostics', addresses: ['10.77.0.2'], port: 2222, triesLeft: 5 });
      expect(offered.password).toMatch(/^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){4}$/);
      const { stdout, exitCode } = await machine.sftp(
        ['pwd', 'ls -1', `get ${reportName}`, `get ${reportName}.sig`, `get ${reportName}.sha256`],
        {
          password: offered.password,
        },
      );
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Remote working directory: /report');
      expect(stdout).toContain(`${reportName}\n${reportName}.sha256\n${reportName}.sig\n`);
      await offered.becomes('complete');
      expect(offered.offer).toMatchObject({ from: '10.77.0.1', fetched: 3_000_000 });
      expect(sumHere(reportName)).toBe(await sumThere());
      expect(readFileSync(join(machine.folder, `${reportName}.sha256`), 'utf8')).toBe(
        `${await sumThere()}  ${reportName}\n`,
      );
      await offered.isClosed();
      expect(await listening()).toBe(false);
      expect(
        await machine.inside(
          'sh',
          '-c',
          'ls -d /run/gatehouse-handover /etc/pam.d/gatehouse-handover 2>/dev/null; systemctl list-units --all "gatehouse-handover*" --no-legend; findmnt -n | grep -c handover',
        ),
      ).toBe('0\n');
      expect(await machine.inside('stat', '-c', '%U:%G %a', report)).toBe('root:diagnostics 640\n');
      expect(await machine.inside('systemctl', 'is-active', 'ssh.service')).toBe('inactive\n');
    });

    test('the password counts as it is read aloud: without hyphens, in capitals', async () => {
      const offered = await machine.offer();
      const { exitCode } = await machine.sftp([`get ${reportName}`], {
        password: offered.password.replaceAll('-', '').toUpperCase(),
      });
      expect(exitCode).toBe(0);
      await offered.becomes('complete');
    });

    test('of six logins at once exactly one is let in, and no other later', async () => {
      const offered = await machine.offer();
      const { password } = offered;
      const all = await Promise.all(Array.from({ length: 6 }, () => machine.sftp(['pwd'], { password })));
      expect(all.filter(({ exitCode }) => exitCode === 0)).toHaveLength(1);
      expect((await machine.sftp(['pwd'], { password })).exitCode).not.toBe(0);
      // It logged in, fetched nothing and left.
      await offered.becomes('broken off');
      await offered.isClosed();
    });

    test('five wrong passwords burn it; each is told with who typed it', async () => {
      const offered = await machine.offer();
      await machine.sftp(['pwd'], { password: 'wrong-one' });
      await offered.becomes('waiting');
      await until('three wrong ones', () => offered.offer.triesLeft === 2);
      await machine.sftp(['pwd'], { password: 'wrong-two', options: ['NumberOfPasswordPrompts=2'] });
      await offered.becomes('burnt');
      expect(offered.offers.map(({ triesLeft }) => triesLeft)).toEqual([5, 4, 3, 2, 1, 0]);
      await offered.isClosed();
      expect((await machine.sftp(['pwd'], { password: offered.password })).exitCode).not.toBe(0);
      const everything = await machine.inside('sh', '-c', 'journalctl --no-pager -o export | grep -ac "wrong-"');
      expect(everything).toBe('0\n');
    });

    test('other users are not let in, whatever they type, and cost no try', async () => {
      const offered = await machine.offer();
      await machine.inside(
        'sh',
        '-c',
        'id operator || useradd -m operator; echo operator:secret | chpasswd; echo root:secret | chpasswd',
      );
      for (const user of ['root', 'operator', 'nobody', 'typed-by-mistake'])
        for (const password of ['secret', offered.password])
          expect(
            (await machine.sftp(['pwd'], { user, password, options: ['NumberOfPasswordPrompts=1'] })).exitCode,
          ).not.toBe(0);
      expect(offered.offer).toMatchObject({ state: 'waiting', triesLeft: 5 });
      expect(await machine.inside('sh', '-c', 'journalctl --no-pager -o export | grep -ac typed-by-mistake')).toBe(
        '0\n',
      );
    });

    test('nothing is written, removed, renamed, linked or seen beyond the report', async () => {
      const offered = await machine.offer();
      const attempts = [
        'put askpass',
        'put askpass /dev/shm',
        `put askpass ${reportName}`,
        `rm ${reportName}`,
        `rename ${reportName} other`,
        `ln -s /etc/passwd passwd`,
        `ln ${reportName} hard`,
        `chmod 777 ${reportName}`,
        `chown 1 ${reportName}`,
        'mkdir new',
        'rmdir /report',
        'ls /',
        'ls ..',
        'ls /dev',
        'get ../../../etc/passwd stolen',
        'get /etc/passwd stolen',
        'get /proc/self/environ stolen',
        'get ../sshd_config stolen',
        'get ../once/live stolen',
      ];
      const before = await sumThere();
      // With "-" a failed command does not end the session.
      const { stderr, exitCode } = await machine.sftp([...attempts.map((line) => `-${line}`), 'ls -1'], {
        password: offered.password,
      });
      expect(exitCode).toBe(0);
      expect(stderr.trim().split('\n').length).toBeGreaterThanOrEqual(attempts.length - 2);
      expect(() => readFileSync(join(machine.folder, 'stolen'))).toThrow();
      expect(await sumThere()).toBe(before);
      expect(await machine.inside('ls', '/var/diagnostics')).toBe(`${reportName}\n${reportName}.sig\n`);
      await offered.becomes('broken off');
    });

    /** A login with that command line of ssh; each needs an offer of its own. */
    async function tried(args: readonly string[], more: Fetching = {}) {
      const offered = await machine.offer();
      const answer = await machine.client('ssh', args, { ...more, password: offered.password });
      await offered.becomes('broken off');
      await offered.isClosed();
      return answer;
    }

    test('no shell, no command, no terminal, no scp', async () => {
      const host = 'diagnostics@10.77.0.2';
      for (const args of [[host], ['-tt', host], [host, 'id'], [host, '/bin/sh', '-c', 'id'], ['-s', host, 'other']]) {
        const { stdout } = await tried(args);
        expect(stdout).not.toMatch(/uid=|\$|#/);
      }
      const offered = await machine.offer();
      const scp = ['-O', `${host}:/report/${reportName}`, 'copied'];
      expect((await machine.client('scp', scp, { password: offered.password })).exitCode).not.toBe(0);
      expect(existsSync(join(machine.folder, 'copied'))).toBe(false);
      await offered.becomes('broken off');
    });

    test('nothing is forwarded: ports, sockets, agent, X11, tunnels, environment', async () => {
      await machine.inside(
        'sh',
        '-c',
        "systemd-run --quiet --unit=web --collect node -e \"require('http').createServer((q, r) => r.end('inside')).listen(8080, '127.0.0.1')\"",
      );
      const host = 'diagnostics@10.77.0.2';
      for (const forward of [
        ['-L', '9090:127.0.0.1:8080'],
        ['-D', '9090'],
      ]) {
        const offered = await machine.offer();
        const child = machine.spawn('ssh', [...forward, '-N', host], { password: offered.password });
        const ended = finished(child, 20_000);
        await offered.becomes('logged in');
        await until('the port here', async () =>
          (await machine.host.neighbour.run(['ss', '-Hltn'])).stdout.includes(':9090'),
        );
        const way =
          forward[0] === '-D' ? ['--socks5', '127.0.0.1:9090', 'http://127.0.0.1:8080'] : ['http://127.0.0.1:9090'];
        expect((await machine.host.neighbour.run(['curl', '-sS', '-m', '5', ...way])).stdout).not.toContain('inside');
        child.kill();
        await ended;
        await offered.isClosed();
      }
      const remote = await tried(['-R', '9191:127.0.0.1:22', '-o', 'ExitOnForwardFailure=yes', '-N', host]);
      expect(remote.stderr).toMatch(/remote port forwarding failed/i);
      expect(
        (await tried(['-R', '/tmp/socket:127.0.0.1:22', '-o', 'ExitOnForwardFailure=yes', '-N', host])).exitCode,
      ).not.toBe(0);
      expect((await tried(['-w', 'any:any', '-o', 'ExitOnForwardFailure=yes', '-N', host])).exitCode).not.toBe(0);
      expect((await tried(['-W', '127.0.0.1:8080', host])).stdout).not.toContain('inside');
      const sent = await tried(['-X', '-A', '-o', 'SetEnv=LD_PRELOAD=/x', host, 'env']);
      expect(sent.stdout).not.toContain('LD_PRELOAD');
    });

    test('while it is fetched slowly the percentage grows; what expires in the middle is cut off', async () => {
      await machine.makeReport(30_000_000);
      const offered = await machine.offer(12);
      const child = machine.spawn('sftp', ['-l', '8000', `diagnostics@10.77.0.2:${reportName}`, 'slow'], {
        password: offered.password,
      });
      const ended = finished(child, 60_000);
      await offered.becomes('downloading');
      await offered.becomes('expired', 30_000);
      const [first, ...rest] = offered.offers
        .filter(({ state }) => state === 'downloading')
        .map(({ fetched }) => fetched);
      expect(rest.length).toBeGreaterThan(5);
      expect(rest.at(-1)).toBeGreaterThan(first ?? 0);
      expect(rest.at(-1)).toBeLessThan(30_000_000);
      expect((await ended).exitCode).not.toBe(0);
      await offered.isClosed();
      expect(statSync(join(machine.folder, 'slow')).size).toBeLessThan(30_000_000);
      expect(await listening()).toBe(false);
      expect(await machine.inside('sh', '-c', 'pgrep -u diagnostics | wc -l')).toBe('0\n');
    });

    test('a download that breaks off is told as that; another login needs a new password', async () => {
      await machine.makeReport(30_000_000);
      const offered = await machine.offer();
      const child = machine.spawn('sftp', ['-l', '8000', `diagnostics@10.77.0.2:${reportName}`, 'slow'], {
        password: offered.password,
      });
      await offered.becomes('downloading');
      child.kill('SIGKILL');
      const broken = await offered.becomes('broken off');
      expect(broken.fetched).toBeGreaterThan(0);
      await offered.isClosed();
      expect((await machine.sftp(['pwd'], { password: offered.password })).exitCode).not.toBe(0);
      expect(await listening()).toBe(false);
    });

    test('a service that is killed: the offer goes on, and the next one tells how it ended', async () => {
      await machine.makeReport(3_000_000);
      const offered = await machine.offer();
      await machine.sftp(['pwd'], { password: 'wrong', options: ['NumberOfPasswordPrompts=1'] });
      await until('the wrong one', () => offered.offer.triesLeft === 4);
      await machine.inside('pkill', '-KILL', '-f', 'probe/main.mjs');
      await until('its end', () => offered.child.exitCode !== null || offered.child.signalCode !== null);
      await machine.sftp(['pwd'], { password: 'wrong', options: ['NumberOfPasswordPrompts=1'] });
      expect((await machine.sftp([`get ${reportName}`], { password: offered.password })).exitCode).toBe(0);
      const next = machine.start({ again: true });
      await next.becomes('complete');
      expect(next.offers.map(({ triesLeft, state }) => `${state} ${triesLeft}`)[0]).toBe('waiting 3');
      await next.isClosed();
      expect(await listening()).toBe(false);
    });

    test('without a service it ends in time by itself, and the next one clears up', async () => {
      const offered = await machine.offer(3);
      await machine.inside('pkill', '-KILL', '-f', 'probe/main.mjs');
      await until('its end', async () => !(await listening()), 15_000);
      const next = machine.start({ again: true });
      await next.becomes('expired');
      await next.isClosed();
      expect(await machine.inside('ls', '-d', '/run/gatehouse-handover')).toBe('');
      expect(offered.offer.state).toBe('waiting');
    });

    test('no journal, a port that is taken, no host key, programs forbidden in /run: it works all the same', async () => {
      await machine.inside(
        'sh',
        '-c',
        'systemctl stop systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service; mv /etc/ssh/ssh_host_ed25519_key /srv/',
      );
      await machine.inside('mount', '-o', 'remount,noexec,nosuid,nodev', '/run');
      await machine.inside(
        'sh',
        '-c',
        'systemd-run --quiet --unit=taken --collect node -e "require(\'net\').createServer().listen(2222)"',
      );
      await until('the port to be taken', listening);
      await machine.makeReport(8_000_000);
      const offered = await machine.offer();
      expect(offered.offer.port).toBe(2223);
      const own = await machine.inside('ssh-keygen', '-lf', '/var/lib/probe/handover_host_key');
      expect(offered.offer.fingerprint).toBe(own.split(' ')[1]);
      const { exitCode } = await machine.sftp([`get ${reportName}`], {
        password: offered.password,
        port: 2223,
        options: [],
      });
      expect(exitCode).toBe(0);
      const ended = await offered.becomes('broken off', 30_000).catch(() => offered.offer);
      expect(['complete', 'broken off']).toContain(ended.state);
      expect(sumHere(reportName)).toBe(await sumThere());
      await machine.inside(
        'sh',
        '-c',
        'systemctl stop taken; mv /srv/ssh_host_ed25519_key /etc/ssh/; systemctl start systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service',
      );
    });
  },
);

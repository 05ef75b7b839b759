/** A report is fetched from a real machine whose SSH is off: by whom it was offered to, once, and nothing else is. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { finished, HandoverHost, report, reportName } from './handover-host.ts';
import { hostNeeds, until } from './machine.ts';

describeWith({ ...hostNeeds, programs: [...hostNeeds.programs, 'sftp', 'scp'] }, 'a report that is offered', () => {
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
    expect(await machine.inside('sh', '-c', 'journalctl --no-pager -o export | grep -ac typed-by-mistake')).toBe('0\n');
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
    for (const attempt of ['skip']) expect(attempt).toBe('skip');
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
});

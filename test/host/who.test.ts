/** Who asks, on a real Debian: over SSH, on a terminal, from a service, as a viewer; and the password before changes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds } from './machine.ts';
import { OperatorHost, program } from './operator-host.ts';

const needs = { ...hostNeeds, programs: [...hostNeeds.programs, 'ssh', 'ssh-keygen'], paths: [program] };
/** The neighbour's address, where its operators come from. */
const there = '10.77.0.1';

describeWith(needs, 'who asks', () => {
  let appliance: OperatorHost;
  beforeAll(async () => {
    appliance = await OperatorHost.boot({ window: 60 });
    await appliance.addOperator();
    await appliance.addKey();
    await appliance.inside('groupadd', '--system', 'gatehouse-viewer');
    await appliance.inside('useradd', '-m', '-G', 'gatehouse-viewer', '-s', '/bin/sh', 'watcher');
    await appliance.inside('systemctl', 'restart', 'gatehouse.service');
    await appliance.answers();
  }, 240_000);
  afterAll(() => appliance?.end());

  const newest = async () => (await appliance.json<{ entries: AuditEntry[] }>('audit', '-n', '1')).entries[0];
  let last = 0;
  /** A change that is another one each time. */
  const change = () => {
    last += 1;
    return `gatehouse hosts set files.example.com=10.0.0.${last}`;
  };
  const as = (user: string, ...argv: string[]) =>
    appliance.host.run(['setpriv', `--reuid=${user}`, '--init-groups', ...argv]);

  test('an operator over SSH is named with where they come from and their terminal', async () => {
    const pty = appliance.ssh('10.77.0.2', change());
    expect(await pty.exited).toMatchObject({ exitCode: 0 });
    expect(await newest()).toMatchObject({
      by: `operator from ${there} (ssh)`,
      user: 'operator',
      address: there,
      console: expect.stringMatching(/^pts\/\d+$/),
      what: 'change Static host names',
      outcome: 'done',
    });
  });

  test('what they say of themselves counts for nothing, and what goes on after they leave is theirs', async () => {
    const forged = 'SSH_CONNECTION="6.6.6.6 1 7.7.7.7 22" SSH_TTY=/dev/tty1 USER=root LOGNAME=root SUDO_USER=root';
    const pty = appliance.ssh('10.77.0.2', `env ${forged} sh -c 'exec setsid ${change()}'`);
    await pty.exited;
    expect(await newest()).toMatchObject({ by: `operator from ${there} (ssh)`, user: 'operator' });
    expect(JSON.stringify(await newest())).not.toMatch(/6\.6\.6\.6|tty1/);
  });

  test('an operator in a terminal of the machine itself is named with it', async () => {
    const switching = ['setpriv', '--reuid=operator', '--regid=operator', '--init-groups'];
    const pty = appliance.host.pty([...switching, ...change().split(' ')]);
    await pty.exited;
    const entry = await newest();
    expect(entry).toMatchObject({ by: `operator on ${entry?.console}`, console: expect.stringMatching(/^pts\//) });
    expect(entry).not.toHaveProperty('address');
  });

  test('a service is named after what it is, and a user without account by their number', async () => {
    const unit = ['systemd-run', '--wait', '--unit=nightly', '--uid=operator', '-p', 'SupplementaryGroups=gatehouse'];
    await appliance.inside(...unit, ...change().split(' '));
    expect(await newest()).toMatchObject({ by: 'operator (nightly)', unit: 'nightly', user: 'operator' });
    const gid = (await appliance.inside('getent', 'group', 'gatehouse')).split(':')[2];
    const unknown = ['setpriv', '--reuid=48211', '--regid=48211', `--groups=${gid}`];
    await appliance.inside(...unknown, ...change().split(' '));
    expect(await newest()).toMatchObject({ by: expect.stringContaining('user 48211 (name unknown)'), uid: 48211 });
  });

  test('a viewer sees, is told so, and changes nothing', async () => {
    const { stdout, exitCode } = await as('watcher', 'gatehouse', 'status');
    expect({ stdout, exitCode }).toMatchObject({ stdout: expect.stringContaining('viewer'), exitCode: 0 });
    expect((await as('watcher', 'gatehouse', 'info')).exitCode).toBe(0);
    const refused = await as('watcher', ...change().split(' '));
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('only operators change things') });
    expect(await newest()).toMatchObject({ user: 'watcher', what: 'hosts.set', outcome: 'not-allowed' });
    expect((await as('watcher', 'gatehouse', '--socket', '/run/gatehouse/gatehouse.sock', 'status')).exitCode).toBe(3);
  });

  test('each socket is open to its group and to nobody else', async () => {
    const stat = await appliance.inside(
      'stat',
      '-c',
      '%a %U %G',
      '/run/gatehouse',
      '/run/gatehouse/gatehouse.sock',
      '/run/gatehouse/viewer.sock',
    );
    expect(stat.trim().split('\n')).toEqual(['751 root gatehouse', '660 root gatehouse', '660 root gatehouse-viewer']);
    expect((await as('nobody', 'gatehouse', 'status')).exitCode).toBe(3);
    expect((await as('operator', 'gatehouse', '--viewer', 'status')).exitCode).toBe(3);
  });

  test('with the password before changes, a script is refused, gives it, or root is not asked', async () => {
    expect((await appliance.gatehouse(['console', 'set-password'], 'gut und lang 42\n')).exitCode).toBe(0);
    expect((await appliance.gatehouse(['console', 'set', '--ask', 'on'])).exitCode).toBe(0);
    const refused = await as('operator', ...change().split(' '));
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('needs the password of operator') });
    await appliance.inside(
      'sh',
      '-c',
      'umask 077; echo "gut und lang 42" >/home/operator/pw; chown operator /home/operator/pw',
    );
    const given = ['gatehouse', '--operator-password-file', '/home/operator/pw'];
    expect((await as('operator', ...given, ...change().split(' ').slice(1))).exitCode).toBe(0);
    expect((await appliance.gatehouse(change().split(' ').slice(1))).exitCode).toBe(0);
  });

  test('at a terminal it is asked for, and a wrong one is in the audit with where it came from', async () => {
    const right = appliance.ssh('10.77.0.2', change());
    await right.waitFor('Password of operator:', 15_000);
    right.send('gut und lang 42\r');
    expect((await right.exited).exitCode).toBe(0);
    expect(await newest()).toMatchObject({ what: 'change Static host names', address: there });
    const wrong = appliance.ssh('10.77.0.2', change());
    await wrong.waitFor('Password of operator:', 15_000);
    wrong.send('falsch\r');
    expect((await wrong.exited).exitCode).toBe(4);
    expect(await newest()).toMatchObject({
      by: `operator from ${there} (ssh)`,
      what: 'try the password of operator',
      outcome: 'wrong',
      address: there,
    });
  });
});

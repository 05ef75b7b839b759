/** Reboot and shutdown of a real machine: counted down in its service, seen by all, called off by whoever likes. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { AuditEntry, ChangesState, PowerState, Status } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

const program = new URL('../../dist/gatehouse', import.meta.url).pathname;

const image = `[Match]
Name=eth0
[Network]
Address=10.77.0.2/24
Gateway=10.77.0.1
DNS=10.77.0.1
`;

describeWith({ ...hostNeeds, paths: [program] }, 'gatehouse power on a real machine', () => {
  let host: Host;
  beforeAll(async () => {
    // What an image brings along gives way to files of ours, which come earlier.
    const files = { '/etc/systemd/network/10-eth0.network': '', '/etc/systemd/network/80-image.network': image };
    host = await bootHost({ gatehouse: true, files });
    await answers();
  });
  afterAll(() => host?.end());

  const run = (...argv: string[]) => host.run(argv, { limit: 100_000 });
  const json = async <T>(...argv: string[]) => {
    const { exitCode, stdout } = await run('gatehouse', '--json', ...argv);
    return exitCode === 0 ? (JSON.parse(stdout) as T) : undefined;
  };
  const answers = () => until('the service', () => json<Status>('status'));
  const state = () => until('the state', () => json<PowerState>('power', 'status'));
  const audit = async () => (await json<{ entries: AuditEntry[] }>('audit'))?.entries ?? [];
  const startOfMachine = async () => (await run('cat', '/proc/sys/kernel/random/boot_id')).stdout;

  test('a reboot is seen on every console, and called off by another: nothing happens', async () => {
    const started = await startOfMachine();
    const { scheduled } = (await json<PowerState>('power', 'reboot', '--in', '2')) as PowerState;
    expect(scheduled).toMatchObject({ action: 'reboot', by: 'root' });
    expect((await answers()).power).toEqual({ action: 'reboot', at: scheduled?.at });
    const second = await run('gatehouse', 'power', 'shutdown');
    expect(second).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('busy') });
    expect((await run('gatehouse', 'power', 'cancel')).stdout).toBe('The reboot is called off.\n');
    expect(await state()).not.toHaveProperty('scheduled');
    expect(await answers()).not.toHaveProperty('power');
    const at = Date.parse(scheduled?.at ?? '');
    await until('its time to be over', () => Date.now() > at + 1500);
    expect(await startOfMachine()).toBe(started);
    expect((await audit()).map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual(
      expect.arrayContaining(['schedule reboot: done', 'call off reboot: done']),
    );
  });

  test('who else is logged in over SSH is told, and not who asks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-power-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const key = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const text = readFileSync(`${key}.pub`, 'utf8').trim();
    await run('sh', '-c', `mkdir -pm 700 ~root/.ssh; echo '${text}' >~root/.ssh/authorized_keys`);
    const options = `-i ${key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -o LogLevel=ERROR`;
    const ssh = (command: string) => host.neighbour.enter(['ssh', ...options.split(' '), 'root@10.77.0.2', command]);
    const [program = '', ...args] = ssh('sleep 600');
    const other = spawn(program, args, { stdio: 'ignore' });
    onTestFinished(() => void other.kill());
    const { sessions } = await until('the session', async () => {
      const now = await state();
      return now.sessions.length > 0 && now;
    });
    expect(sessions).toEqual([{ user: 'root', from: '10.77.0.1', since: expect.stringMatching(/Z$/) }]);
    const [, ...asker] = ssh('gatehouse power status');
    const { stdout } = await promisify(execFile)(program, asker);
    expect(stdout.match(/root is logged in from 10\.77\.0\.1/g)).toHaveLength(1);
  });

  test('the service killed, or started anew: it is called off, and the log says so', async () => {
    for (const signal of ['KILL', 'TERM']) {
      const { scheduled } = (await json<PowerState>('power', 'shutdown', '--in', '3')) as PowerState;
      await run('systemctl', 'kill', `--signal=${signal}`, 'gatehouse.service');
      await until('the next service', async () => (await json<Status>('status')) && !(await state()).scheduled);
      const { stdout } = await run('journalctl', '-u', 'gatehouse.service', '-o', 'cat', '--no-pager');
      expect(stdout).toContain(`call off the shutdown at ${scheduled?.at}, asked for by root: the service was started`);
      const at = Date.parse(scheduled?.at ?? '');
      await until('its time to be over', () => Date.now() > at + 1000);
    }
    expect((await run('systemctl', 'is-system-running')).stdout).toMatch(/running|degraded/);
  });

  test('its time over, it reboots, though who asked is gone; a change that waits is taken back first', {
    timeout: 120_000,
  }, async () => {
    const started = await startOfMachine();
    await run(...'gatehouse network set eth0 --static 10.77.0.3/24 --gateway 10.77.0.1'.split(' '));
    expect((await state()).pending).toBe('Network settings of eth0');
    await run('gatehouse', 'power', 'reboot', '--in', '1');
    expect(await host.wentDown()).toBe('reboot');
    await host.boot();
    await answers();
    expect(await startOfMachine()).not.toBe(started);
    const changes = await json<ChangesState>('changes', 'show');
    const why =
      'asked by root; the test of DNS failed: There is no DNS server: none is set, and none was given by DHCP';
    expect(changes?.last).toMatchObject({ outcome: 'undone', why });
    const entries = (await audit()).map(({ what, after }) => `${what}: ${after}`);
    expect(entries).toContain('reboot: begun');
    expect(await state()).toEqual({ sessions: [], jobs: [] });
  });

  test('shut down it is off', { timeout: 60_000 }, async () => {
    await run('gatehouse', 'power', 'shutdown', '--in', '0');
    expect(await host.wentDown()).toBe('off');
    await host.boot();
    await answers();
    expect(await audit()).toEqual(expect.arrayContaining([expect.objectContaining({ what: 'shutdown' })]));
  });

  test('where the machine does not take it, everything goes on, and every console is told', async () => {
    await run('systemctl', 'mask', '--runtime', 'reboot.target');
    await run('gatehouse', 'power', 'reboot', '--in', '0');
    const failed = await until('the failure', async () => (await state()).failed);
    expect(failed).toMatchObject({ action: 'reboot', problem: { code: 'program-failed' } });
    expect(await state()).not.toHaveProperty('scheduled');
    await run('systemctl', 'unmask', '--runtime', 'reboot.target');
  });
});

/** The harness itself: what the other tests of this folder take for granted. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { must } from './machine/programs.ts';
import { runs } from './machine/root.ts';
import { bootHost, type Host, hostNeeds, until } from './machine.ts';

/** Every process whose command line has that text in it. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

const inCgroups = (command: string) =>
  must(['unshare', '--mount', 'sh', '-ec', `mount -t cgroup2 cgroup2 /sys/fs/cgroup; cd /sys/fs/cgroup; ${command}`]);

describeWith(hostNeeds, 'a booted host', () => {
  let host: Host;
  beforeAll(async () => {
    host = await bootHost({ files: { '/etc/greeting': 'hello\n' } });
  });
  afterAll(() => host?.end());

  test('runs all its units, with the files that it was given', async () => {
    const failed = await host.run(['systemctl', '--failed', '--plain', '--no-legend']);
    expect(failed.stdout).toBe('');
    expect((await host.run(['cat', '/etc/greeting'])).stdout).toBe('hello\n');
    expect((await host.run(['node', '--version'])).stdout.trim()).toBe(process.version);
  });

  test('reaches its neighbour and is reached', async () => {
    expect((await host.run(['ping', '-c1', '-W2', host.neighbour.address])).exitCode).toBe(0);
    expect((await host.neighbour.run(['ping', '-c1', '-W2', host.address])).exitCode).toBe(0);
  });

  test('shows a program in a terminal of the size asked for', async () => {
    const terminal = host.pty(['sh', '-c', 'stty size; echo $TERM; tty -s </dev/tty && hostname'], {
      columns: 100,
      rows: 30,
      term: 'vt220',
    });
    await terminal.exited;
    await until('its last line', () => terminal.screen()[2] === 'appliance');
    expect(terminal.screen().slice(0, 2)).toEqual(['30 100', 'vt220']);
  });

  test('keeps its files over a power cut, and nothing that ran', async () => {
    await host.run(['sh', '-c', 'echo kept >/etc/kept; echo gone >/run/gone; sync']);
    const before = (await host.run(['cat', '/proc/sys/kernel/random/boot_id', '/proc/1/stat'])).stdout;
    await host.powerCut();
    await host.boot();
    expect((await host.run(['cat', '/proc/sys/kernel/random/boot_id', '/proc/1/stat'])).stdout).not.toBe(before);
    expect((await host.run(['cat', '/etc/kept'])).stdout).toBe('kept\n');
    expect((await host.run(['cat', '/run/gone'])).exitCode).not.toBe(0);
  });

  test('mounts nothing on the machine around it', () => {
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('gatehouse');
  });

  test('leaves nothing when it ends: no process, no file, no cgroup', async () => {
    const other = await bootHost();
    const name = other.upper.split('/').at(-2) ?? '';
    expect(processesWith(name)).not.toEqual([]);
    expect(await inCgroups('ls')).toContain(name);
    await other.end();
    expect(processesWith(name)).toEqual([]);
    expect(existsSync(join(runs, name))).toBe(false);
    expect(await inCgroups('ls')).not.toContain(name);
  });

  test('clears away what a killed test run has left, and nothing of those that run', async () => {
    // No process has so high a number (proc(5), pid_max).
    const dead = 'gatehouse-test-4194305-1-1';
    mkdirSync(join(runs, dead, 'upper'), { recursive: true });
    writeFileSync(join(runs, dead, 'upper/file'), '');
    await inCgroups(`mkdir -p ${dead}/payload/init.scope`);
    await (await bootHost()).end();
    expect(existsSync(join(runs, dead))).toBe(false);
    expect(await inCgroups('ls')).not.toContain(dead);
    expect(existsSync(host.upper)).toBe(true);
    expect((await host.run(['true'])).exitCode).toBe(0);
  });
});

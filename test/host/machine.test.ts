/** The harness itself: what the other tests of this folder take for granted. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../setup/needs.ts';
import { bootHost, type Host, hostNeeds } from './machine.ts';

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
});

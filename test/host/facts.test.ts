/** What a real machine's adapters read of it. */
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InterfaceFacts, ZoneFacts } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { bundle } from '../terminal/bundle.ts';
import { hostNeeds } from './machine.ts';
import { bootProbed, type ProbedHost } from './probed.ts';

describeWith(hostNeeds, 'facts of a real machine', () => {
  let machine: ProbedHost;
  beforeAll(async () => {
    const folder = dirname(bundle('test/host/interfaces-probe.ts').file);
    machine = await bootProbed({ interfaces: ['eth0', 'eth1'], shown: { '/opt/interfaces': folder } });
  });
  afterAll(() => machine?.end());

  async function fact<T>(name: string): Promise<T> {
    const { result, problem } = await machine.probe<T>(`facts.${name}`);
    expect(problem).toBeUndefined();
    return result;
  }

  test('its own name, interfaces and addresses, the one with the default route first', async () => {
    expect(await fact('hostName')).toBe('appliance');
    const [first, second] = await fact<InterfaceFacts[]>('interfaces');
    expect(first).toMatchObject({ name: 'eth0', link: 'up', mac: expect.stringMatching(/^[0-9a-f:]{17}$/) });
    expect(first?.addresses[0]).toBe('10.77.0.2/24');
    expect(second).toMatchObject({ name: 'eth1', link: 'down' });
  });

  test('a pulled cable shows', async () => {
    await machine.host.unplug('eth0');
    expect((await fact<InterfaceFacts[]>('interfaces')).find(({ name }) => name === 'eth0')?.link).toBe('no carrier');
    await machine.host.plug('eth0');
    expect((await fact<InterfaceFacts[]>('interfaces')).find(({ name }) => name === 'eth0')?.link).toBe('up');
  });

  test('ip is asked for them only where something has changed', async () => {
    const { stdout, stderr } = await machine.host.run(['node', '/opt/interfaces/main.mjs']);
    expect(stderr).toBe('');
    const steps = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(steps.map(({ asked }) => asked)).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 8]);
    const first = (at: number): InterfaceFacts => steps[at].found[0];
    expect(first(2).addresses).toContain('10.88.0.1/24');
    expect(steps[3].found[1].link).not.toBe('down');
    expect([first(4).name, first(5).name, first(6).name]).toEqual(['eth0', 'eth1', 'eth0']);
    expect(steps[7].found[1].mac).toBe('02:00:00:00:00:07');
    expect(first(8).addresses).toContain('fd00::7/64');
  });

  test('the DNS servers in effect; those of resolv.conf where resolved is off', async () => {
    expect(await fact('dnsServers')).toEqual(['10.77.0.1', '2001:db8::53']);
    await machine.host.run(['systemctl', 'mask', '--runtime', '--now', 'systemd-resolved.service']);
    await machine.host.run(['sh', '-c', 'rm /etc/resolv.conf; echo nameserver 192.0.2.53 >/etc/resolv.conf']);
    expect(await fact('dnsServers')).toEqual(['192.0.2.53']);
  });

  test('the time zone that it is set to, also when that changes', async () => {
    expect(await fact<ZoneFacts>('zone')).toMatchObject({ offset: '+0000', abbreviation: 'UTC' });
    expect((await machine.host.run(['timedatectl', 'set-timezone', 'Asia/Kathmandu'])).exitCode).toBe(0);
    expect(await fact('zone')).toEqual({ name: 'Asia/Kathmandu', abbreviation: '+0545', offset: '+0545' });
    const { now, synchronised } = await fact<{ now: string; synchronised: boolean }>('time');
    expect(now).toMatch(/\+05:45$/);
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(5000);
    expect(synchronised).toBeTypeOf('boolean');
  });

  test('updates, build, disk, processor, memory', async () => {
    const { pending, security, rebootNeeded } = await fact<Record<string, unknown>>('updates');
    expect([typeof pending, typeof security, rebootNeeded]).toEqual(['number', 'number', false]);
    await machine.host.run(['touch', '/run/reboot-required']);
    expect(await fact('updates')).toMatchObject({ rebootNeeded: true });
    expect(await fact('buildVersion')).toMatch(/^Debian GNU\/Linux 12/);
    const disks = await fact<{ disk1: { used: number; total: number } }>('disks');
    expect(disks).toMatchObject({ disk1: { device: 'rootfs' }, disk2: null });
    expect(disks.disk1.used).toBeLessThan(disks.disk1.total);
    const cpu = await fact<{ count: number; load: number }>('cpu');
    expect(cpu.count).toBeGreaterThan(0);
    expect(cpu.load).toBeLessThanOrEqual(100);
    const memory = await fact<{ total: number; available: number }>('memory');
    expect(memory.total).toBe(totalmem());
    expect(memory.available).toBeLessThan(memory.total);
  });

  test('without lists of packages: says so, and does not claim that all is up to date', async () => {
    await machine.host.run(['sh', '-c', 'rm -r /var/lib/apt/lists/*']);
    const { problem } = await machine.probe('facts.updates');
    expect(problem).toMatchObject({
      code: 'unavailable',
      details: { why: expect.stringContaining('not been fetched') },
    });
  });
});

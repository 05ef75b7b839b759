/** What a real machine's adapters read of it. */
import { totalmem } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InterfaceFacts, ZoneFacts } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { hostNeeds } from './machine.ts';
import { bootProbed, type ProbedHost } from './probed.ts';

describeWith(hostNeeds, 'facts of a real machine', () => {
  let machine: ProbedHost;
  beforeAll(async () => {
    machine = await bootProbed({ interfaces: ['eth0', 'eth1'] });
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

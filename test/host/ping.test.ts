/** Ping on a real machine: who answers, who does not, and why not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PingSummary } from '../../src/appliance.ts';
import { describeWith } from '../setup/needs.ts';
import { type Host, hostNeeds, until } from './machine.ts';
import { bootProbed, type ProbedHost } from './probed.ts';

/** Echo requests that the neighbour has received (RFC 2011, InEchos). */
async function echoesIn(neighbour: Host['neighbour']): Promise<number> {
  const { stdout } = await neighbour.run(['cat', '/proc/net/snmp']);
  const [names = [], values = []] = stdout
    .split('\n')
    .filter((line) => line.startsWith('Icmp: '))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('InEchos')]);
}

describeWith(hostNeeds, 'ping of a real machine', () => {
  let machine: ProbedHost;
  beforeAll(async () => {
    machine = await bootProbed();
    await machine.host.run(['sh', '-c', 'echo 10.77.0.1 neighbour.example >>/etc/hosts']);
  });
  afterAll(() => machine?.end());

  const ping = (host: string, count = 1) => machine.probe<PingSummary>('ping.run', [{ host, count }]);

  test('a neighbour answers, by address and by name', async () => {
    const { news, result } = await ping('10.77.0.1', 2);
    expect(news.map(({ kind }) => kind)).toEqual(['start', 'reply', 'reply']);
    expect(result).toMatchObject({ address: '10.77.0.1', sent: 2, received: 2, loss: 0 });
    expect(result.times?.max).toBeGreaterThan(0);
    expect((await ping('neighbour.example')).result).toMatchObject({ address: '10.77.0.1', received: 1 });
    expect((await ping('::1')).result).toMatchObject({ address: '::1', received: 1 });
  });

  test('nobody at that address: losses, with the reason', async () => {
    const { news, result } = await ping('10.77.0.99', 3);
    expect(news).toContainEqual({ kind: 'lost', seq: 1 });
    expect(news).toContainEqual({ kind: 'error', seq: 3, from: '10.77.0.2', text: 'Destination Host Unreachable' });
    expect(result).toEqual({ address: '10.77.0.99', sent: 3, received: 0, loss: 100 });
  });

  test('some get lost: each shows as it happens, and counts', async () => {
    const { neighbour } = machine.host;
    const ignore = (value: 0 | 1) => neighbour.run(['sysctl', '-qw', `net.ipv4.icmp_echo_ignore_all=${value}`]);
    const before = await echoesIn(neighbour);
    await ignore(1);
    const answer = ping('10.77.0.1', 6);
    await until('three requests to be ignored', async () => (await echoesIn(neighbour)) >= before + 3);
    await ignore(0);
    const { news, result } = await answer;
    const lost = news.filter(({ kind }) => kind === 'lost').length;
    expect(news.slice(0, 4).map(({ kind }) => kind)).toEqual(['start', 'lost', 'lost', 'lost']);
    expect(news.at(-1)).toMatchObject({ kind: 'reply', seq: 6 });
    expect(result).toMatchObject({ sent: 6, received: 6 - lost, loss: Number(((lost / 6) * 100).toPrecision(6)) });
  });

  test('stopped by the operator: ends at once, with the summary of what was seen', async () => {
    const { news, result } = await machine.probe<PingSummary>('ping.run', [{ host: '127.0.0.1' }], { stopAfter: 3 });
    expect(news).toHaveLength(3);
    expect(result).toMatchObject({ sent: 2, received: 2, loss: 0 });
    expect((await machine.host.run(['pgrep', '-x', 'ping'])).stdout).toBe('');
  });

  test('an unknown name, no route, and a broken name are told apart', async () => {
    expect((await ping('nosuch.invalid')).problem).toEqual({
      code: 'name-not-found',
      details: { host: 'nosuch.invalid' },
    });
    expect((await ping('2001:db8::9')).problem).toMatchObject({
      code: 'unavailable',
      details: { what: expect.stringContaining('route') },
    });
    expect((await ping('10.77.0.255')).problem).toMatchObject({ code: 'not-allowed' });
    expect((await ping('-f')).problem).toMatchObject({ code: 'bad-value', details: { field: 'host' } });
  });

  test('without the program: says so', async () => {
    await machine.host.run(['rm', '/usr/bin/ping']);
    expect((await ping('127.0.0.1')).problem).toMatchObject({ code: 'unavailable', details: { what: 'ping' } });
  });
});

/** Ping in the lab, as the operator sees it run. */
import { expect, test } from 'vitest';
import type { PingLine } from '../../src/appliance.ts';
import { oddMachine, quickLab } from './place.ts';

const never = new AbortController().signal;

async function pinged(host: string, count: number, machine = 'healthy') {
  const lab = await quickLab({ machine });
  const lines: PingLine[] = [];
  const summary = await lab.machine.ping.run({ host, count }, { signal: never, progress: (line) => lines.push(line) });
  return { lines, summary };
}

test('a host that answers: the address, a line for each reply, and the times', async () => {
  const { lines, summary } = await pinged('dns.google', 4);
  expect(lines[0]).toEqual({ kind: 'start', address: '8.8.8.8', bytes: 56 });
  expect(lines.slice(1).map((line) => line.kind === 'reply' && line.seq)).toEqual([1, 2, 3, 4]);
  expect(summary).toMatchObject({ address: '8.8.8.8', sent: 4, received: 4, loss: 0 });
  const { min, avg, max } = summary.times ?? { min: 0, avg: 0, max: 0 };
  expect(11.7 <= min && min <= avg && avg <= max && max <= 16.7).toBe(true);
});

test('a host is found by address, by name in any case, and by IPv6 in any spelling', async () => {
  for (const host of ['8.8.8.8', 'DNS.Google', 'dns.google.'])
    expect((await pinged(host, 1)).summary.address).toBe('8.8.8.8');
  expect((await pinged('2001:4860:4860:0::8888', 1)).summary.received).toBe(1);
});

test('a lossy host loses about as much as the data says, and what is lost is told', async () => {
  const { lines, summary } = await pinged('lossy.lab.test', 200);
  expect(summary.loss).toBeGreaterThan(20);
  expect(summary.loss).toBeLessThan(50);
  expect(lines.filter((line) => line.kind === 'lost')).toHaveLength(summary.sent - summary.received);
});

test('a silent host, known or not, loses everything and has no times', async () => {
  for (const host of ['silent.lab.test', '192.0.2.77'])
    expect((await pinged(host, 2)).summary).toEqual({ address: expect.any(String), sent: 2, received: 0, loss: 100 });
});

test('an unreachable host is said to be so by who knows it', async () => {
  const { lines, summary } = await pinged('unreachable.lab.test', 2);
  expect(lines[1]).toEqual({ kind: 'error', seq: 1, from: '10.20.0.15', text: 'Destination Host Unreachable' });
  expect(summary).toMatchObject({ sent: 2, received: 0, loss: 100 });
});

test('a name that nobody knows is not found', async () => {
  await expect(pinged('nowhere.lab.test', 1)).rejects.toMatchObject({ problem: { code: 'name-not-found' } });
});

test('what is no host is refused, as on a real machine', async () => {
  for (const host of ['', '-f', 'two words', '999.1.1.1'])
    await expect(pinged(host, 1)).rejects.toMatchObject({ problem: { code: 'bad-value', details: { field: 'host' } } });
});

test('a machine without ping says that it is not installed', async () => {
  const problem = { code: 'unavailable', details: { what: 'ping', why: 'it is not installed on this machine' } };
  await expect(pinged('8.8.8.8', 1, oddMachine('no-systemd'))).rejects.toMatchObject({ problem });
});

test('a ping without a count runs until it is stopped, and then gives its summary at once', async () => {
  const lab = await quickLab({ pace: { ping: 60_000 } });
  const stop = new AbortController();
  const progress = (line: PingLine) => line.kind === 'reply' && stop.abort();
  const summary = await lab.machine.ping.run({ host: '127.0.0.1' }, { signal: stop.signal, progress });
  expect(summary).toMatchObject({ sent: 1, received: 1, loss: 0 });
});

test('one line a second, unless told otherwise', async () => {
  const lab = await quickLab({ pace: {} });
  const began = performance.now();
  await lab.machine.ping.run({ host: '127.0.0.1', count: 2 }, { signal: never, progress: () => undefined });
  expect(performance.now() - began).toBeGreaterThan(950);
});

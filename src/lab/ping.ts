/** The lab's ping: hosts of the machine file answer, lose and refuse as it says. No packet leaves the machine. */
import { isIP, SocketAddress } from 'node:net';
import type { Ping } from '../adapters/machine.ts';
import type { Call, PingLine, PingRequest, PingSummary } from '../appliance.ts';
import { fail } from '../errors.ts';
import { parseHost } from '../values/host.ts';
import { chance } from './chance.ts';
import type { HostData, MachineData } from './schema.ts';
import { deliver, pause } from './waiting.ts';

type Random = () => number;

/** What ping(8) sends without -s. */
const bytes = 56;

/** @param period milliseconds from one echo request to the next */
export function labPing({ name, ping }: MachineData, period: number): Ping {
  const random = chance(`${name} ping`);
  return {
    async run(request, call) {
      const parsed = parseHost(request.host, { zone: true });
      if (!parsed.ok) throw fail('bad-value', { field: 'host', why: parsed.why, right: parsed.right });
      const { hosts } = await deliver(ping, 'ping', call.signal);
      return echo(find(hosts, parsed.value), request, call, period, random);
    },
  };
}

function canonical(address: string): string {
  return isIP(address) === 6 ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}

function find(hosts: readonly HostData[], wanted: string): HostData {
  const name = wanted.toLowerCase().replace(/\.$/, '');
  const address = canonical(wanted);
  const known = hosts.find((host) => canonical(host.address) === address || host.names.includes(name));
  if (known) return known;
  if (!isIP(wanted)) throw fail('name-not-found', { host: wanted });
  return { names: [], address: wanted, time: 1, jitter: 0, ttl: 64, loss: 100 };
}

/** One request and what becomes of it, `period` long at most. */
async function one(
  host: HostData,
  seq: number,
  period: number,
  random: Random,
  signal: AbortSignal,
): Promise<PingLine> {
  if (host.unreachable) {
    await pause(period, signal);
    return { kind: 'error', seq, ...host.unreachable };
  }
  if (random() * 100 < host.loss) {
    await pause(period, signal);
    return { kind: 'lost', seq };
  }
  const time = Math.max(0.01, host.time + host.jitter * (2 * random() - 1));
  await pause(Math.min(time, period), signal);
  return { kind: 'reply', seq, from: host.address, ttl: host.ttl, time: Math.round(time * 1000) / 1000 };
}

async function echo(
  host: HostData,
  { count = Infinity }: PingRequest,
  { signal, progress }: Call<PingLine>,
  period: number,
  random: Random,
): Promise<PingSummary> {
  const times: number[] = [];
  let sent = 0;
  progress({ kind: 'start', address: host.address, bytes });
  try {
    while (sent < count) {
      const due = performance.now() + period;
      sent += 1;
      const line = await one(host, sent, period, random, signal);
      if (line.kind === 'reply') times.push(line.time);
      progress(line);
      if (sent < count) await pause(due - performance.now(), signal);
    }
  } catch (error) {
    // Stopped by the asker: that is how a ping without a count ends.
    if (!signal.aborted) throw error;
  }
  return summary(host.address, sent, times);
}

function summary(address: string, sent: number, times: readonly number[]): PingSummary {
  const received = times.length;
  const counted = {
    address,
    sent,
    received,
    loss: sent ? Number((((sent - received) * 100) / sent).toPrecision(6)) : 0,
  };
  if (received === 0) return counted;
  const avg = times.reduce((sum, time) => sum + time, 0) / received;
  return {
    ...counted,
    times: { min: Math.min(...times), avg: Math.round(avg * 1000) / 1000, max: Math.max(...times) },
  };
}

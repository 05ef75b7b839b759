/**
 * What iputils' ping(8) says, line by line (Debian 12: 20221126, Debian 13: 20240905; C locale, -n, -O).
 * Pure: nothing here starts a ping. What it counts is in tally.ts.
 */
import type { PingLine } from '../../appliance.ts';
import { type Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import { parseAddress } from '../../values/host.ts';
import { notUnderstood } from '../understood.ts';

/** What a line of ping means to us. */
export type PingSaid =
  | PingLine
  /** Of the closing statistics. */
  | { kind: 'counts'; sent: number; received: number }
  /** Milliseconds. */
  | { kind: 'times'; min: number; avg: number; max: number };

const number = String.raw`(\d{1,9}(?:\.\d{1,6})?)`;
// "PING name (192.0.2.1) 56(84) bytes of data." and "PING ::1(::1) 56 data bytes"; some versions put a blank there too.
const start = /^PING .*\(([0-9A-Za-z.:%_-]+)\) (\d{1,6})(?:\(\d+\))? (?:data bytes|bytes of data\.)$/;
const reply = new RegExp(String.raw`^\d+ bytes from (\S+): icmp_seq=(\d{1,9}) ttl=(\d{1,3}) time=${number} ms\b`);
const lost = /^no answer yet for icmp_seq=(\d{1,9})$/;
const error = /^From (\S+?):? icmp_seq=(\d{1,9}) (\S.*)$/;
const counts = /^(\d{1,9}) packets transmitted, (\d{1,9}) received,/;
const times = new RegExp(`^rtt min/avg/max/mdev = ${number}/${number}/${number}/`);

/**
 * The meaning of a line; undefined for those that mean nothing to us (blank, headings, dumps of wrong bytes).
 * @throws Failure 'not-understood' where it begins as the first line does, but names no address
 */
export function parsePingLine(line: string): PingSaid | undefined {
  return parseStart(line) ?? parseEcho(line) ?? parseStatistics(line);
}

function parseStart(line: string): PingSaid | undefined {
  if (!line.startsWith('PING ')) return undefined;
  const [, address = '', bytes] = start.exec(line) ?? [];
  const parsed = parseAddress(address, { zone: true });
  if (!parsed.ok) return notUnderstood('ping', line);
  return { kind: 'start', address: parsed.value, bytes: Number(bytes) };
}

function parseEcho(line: string): PingSaid | undefined {
  const replied = reply.exec(line);
  if (replied) {
    const [, from = '', seq, ttl, time] = replied;
    return {
      kind: 'reply',
      seq: Number(seq),
      from: harmless(from, { most: 60 }),
      ttl: Number(ttl),
      time: Number(time),
    };
  }
  const missing = lost.exec(line);
  if (missing) return { kind: 'lost', seq: Number(missing[1]) };
  const [, from = '', seq, text = ''] = error.exec(line) ?? [];
  if (seq === undefined) return undefined;
  return { kind: 'error', seq: Number(seq), from: harmless(from, { most: 60 }), text: harmless(text, { most: 200 }) };
}

function parseStatistics(line: string): PingSaid | undefined {
  const counted = counts.exec(line);
  if (counted) return { kind: 'counts', sent: Number(counted[1]), received: Number(counted[2]) };
  const [, min, avg, max] = times.exec(line) ?? [];
  return min === undefined ? undefined : { kind: 'times', min: Number(min), avg: Number(avg), max: Number(max) };
}

/** The texts are those of gai_strerror(3) and strerror(3) in the C locale. */
const reasons: [RegExp, (host: string) => Failure][] = [
  [
    /Name or service not known|Temporary failure in name|No address associated/,
    (host) => fail('name-not-found', { host }),
  ],
  [
    /Network is unreachable|No route to host|Cannot assign requested address/,
    (host) =>
      fail('unavailable', {
        what: `A route to ${host}`,
        why: 'Network is unreachable: no route of this machine leads there.',
      }),
  ],
  [
    /broadcast/,
    (host) =>
      fail('not-allowed', {
        what: `Ping of ${host}`,
        why: 'It is a broadcast address: every machine of the subnet would answer.',
      }),
  ],
  [
    /Operation not permitted|Permission denied/,
    (host) =>
      fail('not-allowed', {
        what: `Ping of ${host}`,
        why: 'The machine forbids it: a firewall rule, or a missing privilege.',
      }),
  ],
];

/** Why a ping ended before it began, from the last line of its errors; undefined where that says nothing known. */
export function pingFailure(host: string, said: string): Failure | undefined {
  return reasons.find(([text]) => text.test(said))?.[1](host);
}

/** What the operator sees of a ping, from what ping(8) said. */
import { describe, expect, test } from 'vitest';
import { type PingSaid, parsePingLine, pingFailure } from '../../../src/adapters/ping/parse.ts';
import { pingArguments } from '../../../src/adapters/ping/ping.ts';
import { Tally } from '../../../src/adapters/ping/tally.ts';
import { codeOf, neverBreaksOn } from '../rubbish.ts';
import { answered, linkLocal, silent, six, unreachable } from './recorded.ts';

function follow(text: string): { shown: PingSaid[]; tally: Tally } {
  const tally = new Tally();
  const said = text.split('\n').map(parsePingLine);
  return { tally, shown: said.flatMap((line) => (line ? [tally.count(line)] : [])) };
}

describe('the lines of a ping', () => {
  test('an answered one: start, replies with their times', () => {
    expect(follow(answered).shown.slice(0, 3)).toEqual([
      { kind: 'start', address: '10.77.0.1', bytes: 56 },
      { kind: 'reply', seq: 1, from: '10.77.0.1', ttl: 64, time: 0.469 },
      { kind: 'reply', seq: 2, from: '10.77.0.1', ttl: 64, time: 0.075 },
    ]);
  });

  test('one without answer: losses as they happen, and who said why', () => {
    expect(follow(unreachable).shown.slice(1, 4)).toEqual([
      { kind: 'lost', seq: 1 },
      { kind: 'lost', seq: 2 },
      { kind: 'error', seq: 1, from: '10.77.0.2', text: 'Destination Host Unreachable' },
    ]);
  });

  test('IPv6, also of one link', () => {
    expect(follow(six).shown[0]).toEqual({ kind: 'start', address: '::1', bytes: 56 });
    expect(follow(linkLocal).shown[0]).toEqual({ kind: 'start', address: 'fe80::1%eth0', bytes: 56 });
    expect(follow(linkLocal).shown[1]).toMatchObject({ from: 'fe80::58cc:3ff:fe2e:688f%eth0' });
  });

  test('a name, as ping writes it before an address, with and without a blank', () => {
    expect(parsePingLine('PING www.example.org (192.0.2.7) 56(84) bytes of data.')).toMatchObject({
      address: '192.0.2.7',
    });
    expect(parsePingLine('PING www.example.org (2001:db8::7) 56 data bytes')).toMatchObject({ address: '2001:db8::7' });
    expect(parsePingLine('PING www.example.org(2001:db8::7) 56 data bytes')).toMatchObject({ address: '2001:db8::7' });
  });

  test('a first line without an address is not understood', () => {
    expect(codeOf(() => parsePingLine('PING x (nonsense) 56(84) bytes of data.'))).toBe('not-understood');
  });

  test('what a router says cannot move the cursor', () => {
    const said = parsePingLine('From 192.0.2.1 icmp_seq=1 \x1b[2JDestination \x9b31mHost');
    expect(said).toEqual({ kind: 'error', seq: 1, from: '192.0.2.1', text: 'Destination Host' });
  });

  test('no rubbish breaks it', () => {
    for (const real of [answered, unreachable, linkLocal])
      neverBreaksOn(real, (text) => {
        const { tally } = follow(text);
        tally.silent();
        const { sent, received, loss } = tally.summary('192.0.2.1');
        expect([sent, received, loss].every(Number.isFinite)).toBe(true);
      });
  });
});

describe('the summary of a ping', () => {
  test('is what ping itself reckoned, where it came to its end', () => {
    expect(follow(answered).tally.summary('10.77.0.1')).toEqual({
      address: '10.77.0.1',
      sent: 2,
      received: 2,
      loss: 0,
      times: { min: 0.075, avg: 0.272, max: 0.469 },
    });
  });

  test('has no times where nothing came back', () => {
    const summary = { address: 'x', received: 0, loss: 100 };
    expect(follow(unreachable).tally.summary('x')).toEqual({ ...summary, sent: 3 });
    expect(follow(silent).tally.summary('x')).toEqual({ ...summary, sent: 1 });
  });

  test('of one that was stopped is what was seen', () => {
    const stopped = unreachable.split('\n').slice(0, 3).join('\n');
    expect(follow(stopped).tally.summary('x')).toMatchObject({ sent: 2, received: 0, loss: 100 });
    const [start, first, second] = answered.split('\n');
    const { tally } = follow(
      [start, first, 'no answer yet for icmp_seq=2', second?.replace('seq=2', 'seq=3')].join('\n'),
    );
    expect(tally.summary('x')).toEqual({
      address: 'x',
      sent: 3,
      received: 2,
      loss: 33.3333,
      times: { min: 0.075, avg: 0.272, max: 0.469 },
    });
  });

  test('counts an answer that came twice, or late, once', () => {
    const line = (seq: number) => `64 bytes from 192.0.2.1: icmp_seq=${seq} ttl=64 time=1.0 ms`;
    const { tally } = follow([line(1), `${line(1)} (DUP!)`, 'no answer yet for icmp_seq=2', line(2)].join('\n'));
    expect(tally.summary('x')).toMatchObject({ sent: 2, received: 2, loss: 0 });
  });

  test('goes on counting when the 16 bits of icmp_seq begin anew', () => {
    const line = (seq: number) => `64 bytes from 192.0.2.1: icmp_seq=${seq} ttl=64 time=1.0 ms`;
    const all = Array.from({ length: 65540 }, (_, i) => line((i + 1) % 65536));
    const { tally, shown } = follow(all.join('\n'));
    expect(tally.summary('x')).toMatchObject({ sent: 65540, received: 65540, loss: 0 });
    expect(shown.at(-1)).toMatchObject({ seq: 65540 });
  });

  test('tells which requests no line told of', () => {
    expect(follow(silent).tally.silent()).toEqual([1]);
    expect(follow(answered).tally.silent()).toEqual([]);
  });
});

describe('a ping that cannot begin says why', () => {
  // What Debian's ping said, and the code for it.
  const said: [string, string][] = [
    ['ping: nosuch.example: Temporary failure in name resolution', 'name-not-found'],
    ['ping: nosuch.example: Name or service not known', 'name-not-found'],
    ['ping: nosuch.example: No address associated with hostname', 'name-not-found'],
    ['ping: connect: Network is unreachable', 'unavailable'],
    ['ping: socktype: SOCK_RAW: Operation not permitted', 'not-allowed'],
    ['ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules', 'not-allowed'],
  ];
  test.each(said)('%s', (line, code) => {
    expect(pingFailure('nosuch.example', line)?.problem.code).toBe(code);
  });
  test('or nothing that is known', () => {
    expect(pingFailure('x', 'ping: the dog ate it')).toBeUndefined();
  });
});

test('the host comes last and is never taken for an option', () => {
  expect(pingArguments('192.0.2.1', 3)).toEqual(['-n', '-W', '2', '-c', '3', '-s', '56', '-O', '--', '192.0.2.1']);
  expect(pingArguments('192.0.2.1')).not.toContain('-c');
});

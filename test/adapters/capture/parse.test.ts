/** What tcpdump, ip and getent say, as they said it; and rubbish, which must end in a sentence or in nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddresses, parseMac, parseRoute, parseSaid } from '../../../src/adapters/capture/parse.ts';
import { Failure } from '../../../src/errors.ts';

const listening =
  'tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 128 bytes\n' +
  'tcpdump: 0 packets captured, 8 packets received by filter, 0 packets dropped by kernel\n' +
  'tcpdump: 412 packets captured, 1 packet received by filter, 7 packets dropped by kernel\n';

test('counts are those of the last time that they were asked for', () => {
  expect(parseSaid(listening)).toEqual({ isListening: true, dropped: 7, complaint: '', isDiskFull: false });
  const end = `${listening}4 packets captured\n8 packets received by filter\n12 packets dropped by kernel\n`;
  expect(parseSaid(end)).toEqual({ isListening: true, dropped: 12, complaint: '', isDiskFull: false });
  expect(parseSaid('')).toEqual({ isListening: false, dropped: 0, complaint: '', isDiskFull: false });
});

test.each([
  ['tcpdump: pcap_loop: The interface disappeared', 'the interface is not there any more'],
  ['tcpdump: up0: No such device exists\n(No such device exists)', 'the interface is not there any more'],
  ['tcpdump: eth0: That device is not up', 'the interface is down'],
  ['tcpdump: pcap_loop: The interface went down', 'the interface is down'],
  [
    "tcpdump: eth0: You don't have permission to perform this capture on that device",
    'tcpdump was not allowed to, by a rule of this machine such as AppArmor',
  ],
  ["tcpdump: can't parse filter expression: syntax error", 'tcpdump does not understand the filter'],
  ['tcpdump: something \u001b[31mnew.', 'something new'],
])('%s', (line, complaint) => {
  expect(parseSaid(`${listening}${line}\n`).complaint).toBe(complaint);
});

test('counts that come too late are no complaint', () => {
  const late = 'tcpdump: pcap_stats: failed to get statistics from socket: Bad file descriptor\n';
  expect(parseSaid(listening + late).complaint).toBe('');
});

test('what it tells of a device, or warns of, is no complaint', () => {
  const any = 'tcpdump: data link type LINUX_SLL2\n';
  expect(parseSaid(any + listening.replace('eth0, link-type EN10MB (Ethernet)', 'any'))).toMatchObject({
    isListening: true,
    complaint: '',
  });
  expect(parseSaid("tcpdump: WARNING: any: That device doesn't support promiscuous mode\n").complaint).toBe('');
});

test('a full disk is told from other ends', () => {
  const full = 'tcpdump: Unable to write output: No space left on device\n';
  expect(parseSaid(listening + full)).toMatchObject({ isDiskFull: true });
  expect(parseSaid(listening)).toMatchObject({ isDiskFull: false });
});

test('routes have a device, and a gateway where there is one', () => {
  const route = '[{"dst":"192.0.2.9","gateway":"10.77.0.1","dev":"eth0","prefsrc":"10.77.0.2","flags":[],"uid":0}]';
  expect(parseRoute(route)).toEqual({ device: 'eth0', gateway: '10.77.0.1' });
  expect(parseRoute('[{"dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0","flags":[]}]')).toEqual({
    device: 'eth0',
    gateway: 'fe80::1',
  });
  expect(parseRoute('[{"dst":"192.0.2.9","dev":"ppp0"}]')).toEqual({ device: 'ppp0' });
  expect(parseRoute('[ ]')).toBeUndefined();
  expect(parseRoute('')).toBeUndefined();
});

test('a link address is taken only where it is one of Ethernet', () => {
  expect(parseMac('[{"dst":"10.0.0.1","lladdr":"02:00:00:00:00:01","state":["REACHABLE"]}]')).toBe('02:00:00:00:00:01');
  expect(parseMac('[{"dst":"10.0.0.1","state":["FAILED"]}]')).toBeUndefined();
  expect(parseMac('[{"dst":"10.0.0.1","lladdr":"02:00 or port 22","state":[]}]')).toBeUndefined();
  expect(parseMac('')).toBeUndefined();
});

test('addresses come once each, and nothing else passes for one', () => {
  const said = '192.0.2.7       STREAM proxy.example.org\n192.0.2.7       DGRAM  \n2001:db8::7     STREAM \n';
  expect(parseAddresses(said)).toEqual(['192.0.2.7', '2001:db8::7']);
  expect(parseAddresses('or port 22 STREAM x\n-x\n\n')).toEqual([]);
});

test('rubbish ends in a sentence or in nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (rubbish) => {
      expect(parseSaid(rubbish).complaint.length).toBeLessThan(220);
      parseAddresses(rubbish);
      for (const parse of [parseRoute, parseMac])
        try {
          parse(rubbish);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
    }),
  );
});

/** Keys and sessions of SSH, as programs and process titles tell them on Debian 12 and 13. */
import { expect, test } from 'vitest';
import { beganAt, parseFingerprint, parsePeers, parseTitle } from '../../../src/adapters/ssh/parse.ts';
import { neverBreaksOn } from '../rubbish.ts';

const fingerprint = '256 SHA256:0sLrVXH8bnCkiCQXfCJ4fN2OKHZM4tcWFt6ZU1GJ3lI root@my (old) host (ED25519)';

test('a fingerprint, whatever the comment is', () => {
  expect(parseFingerprint(fingerprint)).toEqual({
    type: 'ED25519',
    sha256: 'SHA256:0sLrVXH8bnCkiCQXfCJ4fN2OKHZM4tcWFt6ZU1GJ3lI',
  });
  neverBreaksOn(fingerprint, parseFingerprint);
});

test.each([
  ['sshd: operator@pts/0', 'operator'],
  ['sshd: root@notty', 'root'],
  ['sshd: operator@pts/0,pts/1 ', 'operator'],
  ['sshd-session: operator@pts/0', 'operator'],
  // Not logged in yet, and what only watches over a session.
  ['sshd: operator [priv]', undefined],
  ['sshd: root [net]', undefined],
  ['sshd: [accepted]', undefined],
  ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', undefined],
  ['vim sshd: operator@pts/0', undefined],
])('%s', (title, user) => {
  expect(parseTitle(title)).toBe(user);
});

test('where the sessions come from', () => {
  const ss = `0      0      10.77.0.2:22   10.77.0.1:44444  users:(("sshd",pid=301,fd=4),("sshd",pid=294,fd=4))
0      0      [2001:db8::2]:22  [2001:db8::9]:5555 users:(("sshd-session",pid=400,fd=4))
0      0      10.77.0.2:443  10.77.0.1:44445  users:(("node",pid=500,fd=9))
`;
  expect([...parsePeers(ss)]).toEqual([
    [301, '10.77.0.1'],
    [294, '10.77.0.1'],
    [400, '2001:db8::9'],
  ]);
  neverBreaksOn(ss, parsePeers);
});

test('when a process began, whatever its name is', () => {
  const stat = `301 (a) b) S 294 ${'0 '.repeat(17)}12345 0 0`;
  expect(beganAt(stat, 'cpu 1 2\nbtime 1795249800\n')).toBe('2026-11-21T08:32:03.450Z');
  expect(beganAt('', '')).toBeUndefined();
});

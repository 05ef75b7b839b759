/** What is read of a listener, with names that somebody chose to mislead. */
import { describe, expect, test } from 'vitest';
import { parsePosition, parseSeen, parseSession, parseUid } from '../../../src/adapters/handover/parse.ts';
import { renderConfig } from '../../../src/adapters/handover/render.ts';

const journal = (MESSAGE: unknown) => JSON.stringify({ MESSAGE });

describe('what is seen of a listener', () => {
  test('the lines of the check, and nothing else', () => {
    expect(parseSeen('login 10.0.0.9')).toEqual({ kind: 'login', from: '10.0.0.9' });
    expect(parseSeen('wrong 2001:db8::1 3')).toEqual({ kind: 'wrong password', from: '2001:db8::1', triesLeft: 3 });
    for (const line of ['', 'login', 'login a b', 'wrong 10.0.0.9', 'wrong x 1', ' login 10.0.0.9'])
      expect(parseSeen(line)).toBeUndefined();
  });

  test('a reading counts when whoever reads has ended it, of the report only', () => {
    expect(parseSession(journal('close "/report/r.age" bytes read 500 written 0'), 'r.age')).toEqual({
      kind: 'closed',
      bytes: 500,
    });
    expect(parseSession(journal('close "r.age" bytes read 500 written 0'), 'r.age')).toEqual({
      kind: 'closed',
      bytes: 500,
    });
    expect(parseSession(journal('session closed for local user diagnostics from [10.0.0.9]'), 'r.age')).toEqual({
      kind: 'ended',
    });
    for (const message of [
      'forced close "/report/r.age" bytes read 500 written 0',
      'close "/report/r.age.sig" bytes read 500 written 0',
      'open "/report/r.age" flags READ mode 0666',
      'opendir "close "/report/r.age" bytes read 500 written 0"',
      [1, 2, 3],
      null,
    ])
      expect(parseSession(journal(message), 'r.age')).toBeUndefined();
    expect(parseSession('no JSON', 'r.age')).toBeUndefined();
  });

  test('/proc: whose a process is, and how far a file has been read', () => {
    expect(parseUid('Name:\tsshd\nUid:\t0\t999\t0\t0\n')).toBe(999);
    expect(parseUid('')).toBeUndefined();
    expect(parsePosition('pos:\t262144\nflags:\t0100000\n')).toBe(262144);
    expect(parsePosition('')).toBe(0);
  });
});

describe('the configuration of the listener', () => {
  const plan = { hostKey: '/etc/ssh/key', port: 2222, addresses: ['10.0.0.5', '2001:db8::5'] };

  test('listens at the addresses that are shown, and nowhere else', () => {
    const lines = renderConfig({ ...plan, version: [9, 2] }).split('\n');
    expect(lines.filter((line) => line.startsWith('ListenAddress'))).toEqual([
      'ListenAddress 10.0.0.5:2222',
      'ListenAddress [2001:db8::5]:2222',
    ]);
  });

  test('names its PAM service where sshd can be told, and nothing that an older one would refuse', () => {
    expect(renderConfig({ ...plan, version: [9, 2] })).not.toContain('PAMServiceName');
    for (const version of [
      [9, 8],
      [10, 0],
    ] as const)
      expect(renderConfig({ ...plan, version })).toContain('PAMServiceName gatehouse-handover');
  });
});

/** Sessions as logind tells them by busctl (systemd 252), those that count, and answers that are none. */
import { expect, test } from 'vitest';
import { parseSession, parseSessionPaths } from '../../../src/adapters/power/parse.ts';
import { Failure } from '../../../src/errors.ts';

const listed =
  '{"type":"a(susso)","data":[[["3",1000,"operator","","/org/freedesktop/login1/session/_33"],["c1",0,"root","seat0","/org/freedesktop/login1/session/c1"]]]}';

const session = (changes: Record<string, unknown> = {}) => {
  const values = {
    Id: '3',
    Name: 'operator',
    Timestamp: 1_795_248_000_123_456,
    TTY: 'pts/0',
    Remote: true,
    RemoteHost: '10.0.0.7',
    Display: '',
    Class: 'user',
    State: 'active',
    ...changes,
  };
  // The types are not looked at.
  const typed = Object.entries(values).map(([name, data]) => [name, { type: 's', data }]);
  return JSON.stringify({ type: 'a{sv}', data: [Object.fromEntries(typed)] });
};

test('each has its object', () => {
  expect(parseSessionPaths(listed)).toEqual([
    '/org/freedesktop/login1/session/_33',
    '/org/freedesktop/login1/session/c1',
  ]);
  expect(parseSessionPaths('{"type":"a(susso)","data":[[]]}')).toEqual([]);
});

test('over SSH it is from an address, at the machine from its terminal', () => {
  expect(parseSession(session())).toEqual({
    user: 'operator',
    from: '10.0.0.7',
    since: '2026-11-21T08:00:00.123Z',
    terminal: 'pts/0',
  });
  expect(parseSession(session({ RemoteHost: '', TTY: 'ttyS0' }))).toMatchObject({ from: 'ttyS0', terminal: 'ttyS0' });
  expect(parseSession(session({ RemoteHost: '', TTY: '' }))).toMatchObject({ from: 'unknown' });
});

test('as systemd 252 writes it', () => {
  const text =
    '{"type":"a{sv}","data":[{"Id":{"type":"s","data":"c1"},"User":{"type":"(uo)","data":[0,"/org/freedesktop/login1/user/_0"]},"Name":{"type":"s","data":"root"},"Timestamp":{"type":"t","data":1795263604899293},"TimestampMonotonic":{"type":"t","data":17407761432},"VTNr":{"type":"u","data":0},"Seat":{"type":"(so)","data":["","/"]},"TTY":{"type":"s","data":"pts/7"},"Display":{"type":"s","data":""},"Remote":{"type":"b","data":true},"RemoteHost":{"type":"s","data":"10.0.0.7"},"RemoteUser":{"type":"s","data":""},"Service":{"type":"s","data":"sshd"},"Desktop":{"type":"s","data":""},"Scope":{"type":"s","data":"session-c1.scope"},"Leader":{"type":"u","data":69},"Audit":{"type":"u","data":4294967295},"Type":{"type":"s","data":"tty"},"Class":{"type":"s","data":"user"},"Active":{"type":"b","data":true},"State":{"type":"s","data":"active"},"IdleHint":{"type":"b","data":false},"IdleSinceHint":{"type":"t","data":0},"IdleSinceHintMonotonic":{"type":"t","data":0},"LockedHint":{"type":"b","data":false}}]}';
  expect(parseSession(text)).toEqual({
    user: 'root',
    from: '10.0.0.7',
    since: '2026-11-21T12:20:04.899Z',
    terminal: 'pts/7',
  });
});

test('login screens, cron, and those that have ended are nobody who would be cut off', () => {
  for (const changes of [{ Class: 'greeter' }, { Class: 'background' }, { Class: 'manager' }, { State: 'closing' }])
    expect(parseSession(session(changes))).toBeUndefined();
});

test('what a session is named cannot move the cursor', () => {
  expect(parseSession(session({ RemoteHost: '\u001b[2Jhost' }))?.from).not.toContain('\u001b');
});

test('an answer that is none is said to be none', () => {
  for (const text of [
    '',
    'Call failed',
    '{"data":[]}',
    session({ Timestamp: 'yesterday' }),
    session({ Timestamp: -1 }),
  ])
    expect(() => parseSession(text)).toThrow(Failure);
  expect(() => parseSessionPaths('{"data":[["x"]]}')).toThrow(Failure);
});

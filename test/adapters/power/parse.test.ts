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

/** What the kernel's files say of a process, as recorded on Debian 12, and as somebody would forge it. */
import { expect, test } from 'vitest';
import {
  nameOf,
  parseConnections,
  parseStat,
  parseUids,
  parseUnit,
  pseudoTerminal,
} from '../../../src/adapters/peer/parse.ts';
import { saidOf } from '../../../src/service/who.ts';

const stat = (name: string, terminal: number) =>
  `4711 (${name}) S 4700 4711 4711 ${terminal} 4711 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 1000 100 18446744073709551615`;

test.each([
  ['bash', 1088, '4:64'],
  ['bash', 1025, '4:1'],
  ['bash', 34819, '136:3'],
  ['bash', 0x100000 * 3 + 0x8800 + 4, '136:772'],
  ['a) S 1 1 1 1025 (b', 34819, '136:3'],
])('the terminal of %s at %i is %s', (name, terminal, device) => {
  expect(parseStat(stat(name, terminal))).toEqual({ parent: 4700, terminal: device, began: 123456 });
});

test('a process without a terminal has none, and what is no process is none', () => {
  expect(parseStat(stat('cron', 0))).toEqual({ parent: 4700, began: 123456 });
  for (const text of ['', ')', '4711 (x', '4711 (x) S a b c d']) expect(parseStat(text)).toBeUndefined();
});

test('pseudo terminals are named; others are the kernel to name', () => {
  expect(pseudoTerminal('136:3')).toBe('pts/3');
  expect(pseudoTerminal('137:0')).toBe('pts/256');
  expect(pseudoTerminal('4:64')).toBeUndefined();
});

test('the uids of a process', () => {
  expect(parseUids('Name:\tx\nUid:\t1000\t0\t1000\t1000\nGid:\t5\t5\t5\t5\n')).toEqual([1000, 0, 1000, 1000]);
  expect(parseUids('Name:\tx\n')).toEqual([]);
});

test.each([
  ['0::/system.slice/cron.service\n', 'cron'],
  ['0::/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service\n', 'serial-getty@ttyS0'],
  ['12:pids:/x\n1:name=systemd:/system.slice/backup.service/sub\n', 'backup'],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/cron.service\n', undefined],
  ['0::/user.slice/user-1000.slice/session-3.scope\n', undefined],
  ['0::/user.slice/system.slice/cron.service\n', undefined],
  ['0::/\n', undefined],
])('of the control group %j the service is %s', (cgroup, unit) => {
  expect(parseUnit(cgroup)).toBe(unit);
});

test('the other ends of established connections, by inode', () => {
  const v4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 20000 1 0 100 0 0 10 0
   1: 02004D0A:0016 01004D0A:C350 01 00000000:00000000 02:000A2D2F 00000000     0        0 20001 2 0 20 4 29 10 -1
`;
  const v6 = `  sl  local_address                         remote_address                        st tx rx tr uid timeout inode
   0: 0000000000000000FFFF000002004D0A:0016 0000000000000000FFFF000007000A0A:C351 01 0:0 0:0 0 0 0 20002 1
   1: B80D0120000000000000000005000000:0016 B80D0120000000000000000006000000:C351 01 0:0 0:0 0 0 0 20003 1
`;
  expect([...parseConnections(v4)]).toEqual([['20001', '10.77.0.1']]);
  expect([...parseConnections(v6)]).toEqual([
    ['20002', '10.10.0.7'],
    ['20003', '2001:db8::6'],
  ]);
  expect([...parseConnections('rubbish\n1 2 zz 01\n')]).toEqual([]);
});

test('a name that no account can have is not shown', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\nroot on tty1\x1b[2J:x:1000:1000::/:/bin/sh\nop:x:1001:1001::/:/bin/sh\n';
  expect([0, 1000, 1001, 1002].map((uid) => nameOf(uid, passwd))).toEqual(['root', undefined, 'op', undefined]);
});

test.each([
  [{ user: 'operator', uid: 1000, console: 'ttyS0' }, 'operator on ttyS0'],
  [{ user: 'operator', uid: 1000, console: 'pts/3', address: '10.0.0.7' }, 'operator from 10.0.0.7 (ssh)'],
  [{ user: 'root', uid: 0, console: 'tty1', login: 'operator' }, 'root, logged in as operator, on tty1'],
  [{ user: 'root', uid: 0, login: 'operator' }, 'root, logged in as operator'],
  [{ user: 'operator', uid: 1000, unit: 'cron' }, 'operator (cron)'],
  [{ uid: 1000 }, 'user 1000 (name unknown)'],
])('%j is said as %s', (who, said) => {
  expect(saidOf(who)).toBe(said);
});

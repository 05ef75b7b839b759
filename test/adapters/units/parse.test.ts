/** What the operator sees of a unit and its log, from what systemctl and journalctl said. */
import { describe, expect, test } from 'vitest';
import { briefUnit, fullUnit, parseLog, parseProperties, refusal } from '../../../src/adapters/units/parse.ts';
import { codeOf, neverBreaksOn } from '../rubbish.ts';

// Debian 12, systemd 252: systemctl show --property=… --timestamp=us+utc -- ssh.service nosuch.service
const ssh = `MainPID=40
Result=success
NRestarts=0
ExecMainStartTimestamp=Sat 2026-11-21 07:58:25.175231 UTC
ExecMainCode=0
ExecMainStatus=0
MemoryCurrent=[not set]
Description=OpenBSD Secure Shell server
LoadState=loaded
ActiveState=active
SubState=running
FragmentPath=/lib/systemd/system/ssh.service
SourcePath=
UnitFileState=enabled
StateChangeTimestamp=Sat 2026-11-21 07:58:25.190829 UTC
`;
const nosuch = `ExecMainStartTimestamp=
Description=nosuch.service
LoadState=not-found
ActiveState=inactive
SubState=dead
StateChangeTimestamp=
`;
const names = ['ssh.service', 'nosuch.service'];
const both = `${ssh}\n${nosuch}`;

function unit(text: string) {
  const [properties = new Map()] = parseProperties(text, ['a.service']);
  return fullUnit('a.service', properties, []);
}

describe('units', () => {
  test('are told in the order asked, also those that the machine has not', () => {
    const [first, second] = parseProperties(both, names).map((properties, i) => briefUnit(names[i] ?? '', properties));
    expect(first).toEqual({
      name: 'ssh.service',
      description: 'OpenBSD Secure Shell server',
      state: 'active',
      subState: 'running',
      startedAt: '2026-11-21T07:58:25.175Z',
      since: '2026-11-21T07:58:25.190Z',
    });
    expect(second).toEqual({ name: 'nosuch.service', description: '', state: 'absent', subState: 'dead' });
  });

  test('in full, with what systemd knows of the main process', () => {
    expect(unit(ssh)).toMatchObject({ mainPid: 40, restarts: 0, result: 'success', enabled: 'enabled' });
    expect(unit(ssh)).toMatchObject({ source: '/lib/systemd/system/ssh.service', log: [] });
    expect(unit(ssh)).not.toHaveProperty('memory');
    expect(unit(ssh)).not.toHaveProperty('exitCode');
  });

  test('that failed say with what exit code; by a signal, with none', () => {
    const failed = ssh
      .replace('=active', '=failed')
      .replace('Result=success', 'Result=exit-code')
      .replace('MainPID=40', 'MainPID=0');
    const exited = failed.replace('ExecMainCode=0', 'ExecMainCode=1').replace('ExecMainStatus=0', 'ExecMainStatus=203');
    expect(unit(exited)).toMatchObject({ state: 'failed', result: 'exit-code', exitCode: 203 });
    expect(unit(exited)).not.toHaveProperty('mainPid');
    expect(unit(exited.replace('ExecMainCode=1', 'ExecMainCode=2'))).not.toHaveProperty('exitCode');
  });

  test('that are masked are inactive and say so', () => {
    const masked = ssh
      .replace('LoadState=loaded', 'LoadState=masked')
      .replace('=active', '=inactive')
      .replace('=enabled', '=masked');
    expect(unit(masked)).toMatchObject({ state: 'inactive', enabled: 'masked' });
  });

  test('memory is in bytes', () => {
    expect(unit(ssh.replace('[not set]', '7340032'))).toMatchObject({ memory: 7340032 });
    expect(unit(ssh.replace('[not set]', '18446744073709551615'))).not.toHaveProperty('memory');
  });

  test('a description can neither act on the terminal nor fill it', () => {
    const hostile = unit(
      ssh.replace('OpenBSD Secure Shell server', `\x1b]0;owned\x07{red-fg}\x9b2J\u202e${'x'.repeat(90_000)}`),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(hostile.description).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
    expect(hostile.description.length).toBeLessThan(300);
  });

  test('an answer for more or fewer units than asked is not understood', () => {
    expect(codeOf(() => parseProperties(ssh, names))).toBe('not-understood');
    expect(codeOf(() => parseProperties(both, ['ssh.service']))).toBe('not-understood');
    expect(codeOf(() => unit(ssh.replace('ActiveState=active', 'ActiveState=asleep')))).toBe('not-understood');
  });

  test('no rubbish breaks it', () => {
    neverBreaksOn(both, (text) =>
      parseProperties(text, names).map((properties) => fullUnit('a.service', properties, [])),
    );
  });
});

// Debian 12, journalctl --output=json, shortened to the fields that are asked for.
const record = `{"__CURSOR":"s=facc;i=8c","PRIORITY":"6","__REALTIME_TIMESTAMP":"1795247905190848","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"Server listening on :: port 22.","_COMM":"sshd","__MONOTONIC_TIMESTAMP":"1708052988","_BOOT_ID":"c912e41d2a21412c8c22a7bc89df3b1c"}`;
const withMessage = (message: unknown) => record.replace('"Server listening on :: port 22."', JSON.stringify(message));
const textOf = (message: unknown) => parseLog(withMessage(message))[0]?.text ?? '';

describe('log lines', () => {
  test('say when, who, what, and how bad', () => {
    expect(parseLog(`${record}\n${record}\n`)).toHaveLength(2);
    expect(parseLog(record)).toEqual([
      { at: '2026-11-21T07:58:25.190Z', from: 'sshd', text: 'Server listening on :: port 22.', priority: 6 },
    ]);
  });

  test('of bytes that are no text are shown as far as they are', () => {
    expect(textOf([104, 27, 91, 50, 74, 105, 255])).toBe('hi\ufffd');
  });

  test('of any length are cut at 4096 characters', () => {
    expect(textOf('x'.repeat(4096))).toBe('x'.repeat(4096));
    for (const length of [4097, 90_000, 3_000_000]) {
      const text = textOf('x'.repeat(length));
      expect(text.startsWith('x'.repeat(4096))).toBe(true);
      expect(text.length).toBeLessThan(4140);
    }
    expect(textOf(Array(90_000).fill(120)).length).toBeLessThan(4140);
  });

  test('that journalctl leaves out say so', () => {
    expect(textOf(null)).toBe('(a line too long to be shown)');
  });

  test('given twice: the last counts; with none: empty', () => {
    expect(textOf(['one', 'two'])).toBe('two');
    expect(parseLog(record.replace('"MESSAGE"', '"OTHER"'))[0]?.text).toBe('');
    expect(parseLog(record.replace('"PRIORITY":"6"', '"PRIORITY":"nine"'))[0]?.priority).toBe(6);
  });

  test('cannot act on the terminal', () => {
    expect(textOf('\x1b[2J\x1b]52;c;cm0gLXJm\x07\u009b31mred\u202e\r\n{bold}')).toBe('red {bold}');
  });

  test('no rubbish breaks it', () => {
    neverBreaksOn(record, parseLog);
  });
});

describe('what systemctl refuses', () => {
  const codeFor = (exitCode: number, said: string) => refusal('start', 'a.service', exitCode, said)?.problem.code;
  test('a job that ended badly is no refusal: the state tells', () => {
    const said =
      'Job for a.service failed because the control process exited with error code.\nSee "systemctl status a.service" for details.';
    expect(codeFor(1, said)).toBeUndefined();
    expect(codeFor(1, "A dependency job for a.service failed. See 'journalctl -xe' for details.")).toBeUndefined();
    expect(codeFor(0, '')).toBeUndefined();
  });
  test.each([
    [1, 'Failed to start a.service: Unit a.service is masked.', 'not-allowed'],
    [5, 'Failed to start a.service: Unit a.service not found.', 'unknown-unit'],
    [5, 'Failed to stop a.service: Unit a.service not loaded.', 'unknown-unit'],
    [
      4,
      'Failed to restart a.service: Access denied\nSee system logs and "systemctl status a.service" for details.',
      'not-allowed',
    ],
    [1, 'Failed to start a.service: Connection reset by peer', 'program-failed'],
  ])('%d %s', (exitCode, said, code) => {
    expect(codeFor(exitCode, said)).toBe(code);
  });
});

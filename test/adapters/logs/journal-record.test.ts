/** Lines of the journal, from whatever journalctl prints of a message. */
import { describe, expect, test } from 'vitest';
import { LineSplitter } from '../../../src/adapters/logs/journal-lines.ts';
import { parseRecord } from '../../../src/adapters/logs/journal-record.ts';
import { recordOf } from '../../../src/adapters/logs/journal-stream.ts';
import { neverBreaksOn } from '../rubbish.ts';

const record = (fields: object) =>
  JSON.stringify({ __CURSOR: 's=1', __REALTIME_TIMESTAMP: '1795247905190848', PRIORITY: '6', ...fields });
const entry = (fields: object) => parseRecord(record(fields)).entry();

describe('a line of the journal', () => {
  test('is as it was written: text, bytes, several, none', () => {
    expect(entry({ MESSAGE: 'plain' })).toEqual({
      place: 's=1',
      at: '2026-11-21T07:58:25.190Z',
      text: 'plain',
      priority: 6,
    });
    expect(entry({ MESSAGE: [0x1b, 0x5b, 0x32, 0x4a, 0xc3, 0xa9, 0xff] }).text).toBe('\x1b[2Jé\ufffd');
    expect(entry({ MESSAGE: ['one', [116, 119, 111], null] }).text).toBe('one\ntwo\n');
    expect(entry({ MESSAGE: null }).text).toBe('');
    expect(entry({}).text).toBe('');
  });

  test('says who wrote it', () => {
    expect(entry({ SYSLOG_IDENTIFIER: 'sshd', _COMM: 'x', _PID: '41' }).from).toBe('sshd[41]');
    expect(entry({ _COMM: 'dockerd', SYSLOG_PID: '7' }).from).toBe('dockerd[7]');
    expect(entry({ SYSLOG_IDENTIFIER: ['a', '\x1b[2Jb'], _PID: 'none' }).from).toBe('a b');
    expect(entry({ PRIORITY: 'nine' })).not.toHaveProperty('priority');
  });

  test('is cut at 16 Ki characters, not within one, and says how many there are more', () => {
    expect(entry({ MESSAGE: 'x'.repeat(20_000) })).toMatchObject({ text: 'x'.repeat(16_384), more: 3616 });
    expect(entry({ MESSAGE: `x${'😀'.repeat(10_000)}` }).text).toBe(`x${'😀'.repeat(8191)}`);
  });

  test('too long to be read at all still has its place and time, whatever it says itself', () => {
    const message = `"__CURSOR":"s=forged","__REALTIME_TIMESTAMP":"1"${'x'.repeat(3000)}`;
    const splitter = new LineSplitter(2000);
    const bytes = Buffer.from(`${record({ MESSAGE: message })}\n${record({ MESSAGE: 'next' })}\n`);
    const lines = [...bytes].flatMap((byte) => splitter.add(Buffer.of(byte)));
    expect(lines.map((line) => recordOf(line)?.entry())).toMatchObject([
      { place: 's=1', at: '2026-11-21T07:58:25.190Z', text: '(a line too long to be shown)' },
      { place: 's=1', text: 'next' },
    ]);
  });

  test('that is rubbish is not understood, and breaks nothing', () => {
    neverBreaksOn(record({ MESSAGE: 'text' }), (text) => parseRecord(text).entry());
    expect(recordOf({ text: '{"MESSAGE":"no cursor"}' })).toBeUndefined();
  });
});

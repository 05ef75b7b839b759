/** The journal's own files in a report: read by journalctl as before, and without secrets, in packed fields too. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanJournal } from '../../../src/jobs/report/journal-file.ts';
import { Redaction } from '../../../src/jobs/report/redact.ts';
import { describeWith } from '../../setup/needs.ts';
import { folder } from './making.ts';

const remote = '/lib/systemd/systemd-journal-remote';
const secret = 'Kolibri-Feder/7&x';
const long = ' lorem ipsum dolor sit amet'.repeat(40);
const boot = '0123456789abcdef0123456789abcdef';

/** Fields of more than 512 bytes are packed. */
function messages(): string[] {
  return Array.from({ length: 2000 }, (_, line) => {
    const tail = line % 3 === 0 ? long : '';
    if (line % 7 === 0) return `user said ${secret} at ${line}${tail}`;
    return line % 11 === 0 ? `password=geheim${line} x${tail}` : `plain line ${line}${tail}`;
  });
}

function journalOf(place: string): string {
  const entries = messages().map((message, line) => {
    const time = 1_700_000_000_000_000 + line * 1000;
    const fields = [`__REALTIME_TIMESTAMP=${time}`, `__MONOTONIC_TIMESTAMP=${line * 1000}`, `_BOOT_ID=${boot}`];
    return [...fields, `_MACHINE_ID=${boot}`, `MESSAGE=${message}`, `_SYSTEMD_UNIT=x${line % 5}.service`, '', ''].join(
      '\n',
    );
  });
  writeFileSync(join(place, 'in.export'), entries.join(''));
  const path = join(place, 'system.journal');
  execFileSync(remote, ['-o', path, join(place, 'in.export')], { stdio: 'pipe' });
  return path;
}

async function cleaned(path: string, redaction: Redaction) {
  const file = await open(path);
  const { size } = await file.stat();
  const { pieces, damage } = cleanJournal(file, size, redaction, 'system.journal');
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  await file.close();
  const bytes = Buffer.concat(all);
  expect(bytes.length).toBeLessThanOrEqual(size);
  return { bytes: Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]), damage: damage() };
}

function read(bytes: Buffer, ...args: string[]): string {
  const place = join(folder(), 'journal');
  mkdirSync(place);
  writeFileSync(join(place, 'system.journal'), bytes);
  const argv = ['--directory', place, '--all', '--no-pager', ...args];
  return execFileSync('journalctl', argv, { encoding: 'utf8', maxBuffer: 64 << 20 });
}

describeWith({ programs: ['journalctl'], paths: [remote] }, "a journal's file in a report", () => {
  test('is read line by line as it was, but for secrets', async () => {
    const redaction = new Redaction([{ kind: 'proxy password', text: secret }]);
    const path = journalOf(folder());
    const { bytes, damage } = await cleaned(path, redaction);
    expect(damage).toBeUndefined();
    expect(bytes.includes(secret)).toBe(false);
    const lines = read(bytes, '-o', 'cat').trimEnd().split('\n');
    expect(lines).toHaveLength(2000);
    const hidden = (text: string) =>
      text.replaceAll(secret, '*'.repeat(secret.length)).replace(/geheim\d+/, (one) => '*'.repeat(one.length));
    // Of a field that was packed as much is there as it had room for.
    for (const [index, message] of messages().entries())
      if (message.length < 500) expect(lines[index]).toBe(hidden(message));
      else expect(hidden(message).startsWith(lines[index]?.trimEnd().slice(0, 30) ?? '-')).toBe(true);
    const exported = read(bytes, '-o', 'export');
    expect(exported).not.toContain(secret);
    expect(exported).not.toContain('geheim');
    expect(read(bytes, '-o', 'cat', '-u', 'x1', '-n', '1')).toBe(`${messages()[1996]}\n`);
    expect(redaction.removals).toEqual([
      { file: 'system.journal', kind: 'named secret', count: 156 },
      { file: 'system.journal', kind: 'proxy password', count: 286 },
    ]);
  });

  test('that is cut short is there up to the cut; what is no journal is not there', async () => {
    const path = journalOf(folder());
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 4_000_000));
    const { bytes, damage } = await cleaned(path, new Redaction([]));
    expect(damage).toMatch(/^it is damaged from byte 39\d{5} on$/);
    expect(bytes.subarray(300, 500_000).equals(whole.subarray(300, 500_000))).toBe(true);
    writeFileSync(path, Buffer.from(`${secret.repeat(100)}`));
    const other = await cleaned(path, new Redaction([]));
    expect(other.damage).toBe('it does not begin as a journal');
    expect(other.bytes.every((byte) => byte === 0)).toBe(true);
  });

  test('that is damaged, at any place, shows no secret behind it', async () => {
    const path = journalOf(folder());
    const whole = readFileSync(path);
    for (let round = 0; round < 40; round += 1) {
      const broken = Buffer.from(whole);
      const at = 240 + Math.floor(Math.random() * 3_000_000);
      broken.fill(Math.floor(Math.random() * 256), at, at + 64);
      writeFileSync(path, broken);
      const { bytes } = await cleaned(path, new Redaction([{ kind: 'proxy password', text: secret }]));
      expect(bytes.includes(secret)).toBe(false);
    }
  });
});

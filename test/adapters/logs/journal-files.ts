/** Journals as files, written by systemd-journal-remote from the export format (systemd.io, Journal Export Formats). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const journalRemote = '/lib/systemd/systemd-journal-remote';

const units = ['docker.service', 'ssh.service', 'camsd.service', 'systemd-networkd.service'];
/** 2026-11-01T00:00:00Z, in microseconds. */
export const begin = 1793491200_000_000;

/** Entry `i` is written at second `i`, by unit `i % 4`; each thousandth is an error. */
function entry(i: number): string {
  const unit = units[i % units.length] as string;
  const name = unit.split('.')[0];
  return `__REALTIME_TIMESTAMP=${begin + i * 1_000_000}
__MONOTONIC_TIMESTAMP=${i * 1_000_000 + 1}
_BOOT_ID=c912e41d2a21412c8c22a7bc89df3b1c
_SYSTEMD_UNIT=${unit}
_PID=${100 + (i % units.length)}
SYSLOG_IDENTIFIER=${name}
PRIORITY=${i % 1000 === 0 ? 3 : 6}
MESSAGE=line ${i} of the journal, connection from 10.0.${(i >> 8) & 255}.${i & 255} took ${i % 977} ms

`;
}

function* entries(count: number): Generator<string> {
  let text = '';
  for (let i = 0; i < count; i++) {
    text += entry(i);
    if (text.length < 1 << 16) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Writes so many entries to a journal file of that path, and to others beside it where it grows large. */
export async function writeJournal(file: string, count: number, more: Iterable<string> = []): Promise<void> {
  const child = spawn(journalRemote, [`--output=${file}`, '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit');
  await pipeline(
    Readable.from(
      (function* () {
        yield* entries(count);
        yield* more;
      })(),
    ),
    child.stdin,
  );
  const [code] = await ended;
  if (code !== 0) throw new Error(`systemd-journal-remote ended with ${code}`);
}

/**
 * The audit: every change of the machine, one JSON line each, appended to a file of root's own and told to the journal.
 * Never rewritten; read in audit-read.ts. A disk that fails is said in the journal and stops nothing.
 */
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AuditEntry } from '../appliance.ts';
import { rotate } from './audit-files.ts';
import type { Log } from './log.ts';

/** As the one who changes something says it; the time is added here. */
export type Noted = Omit<AuditEntry, 'time'>;

export interface Audit {
  /** Never rejects. */
  note(entry: Noted): Promise<void>;
}

/** Characters of one field; more of it is left out, and marked by an ellipsis. */
const longest = 4000;

/** Of the folder of what the service keeps. */
export const auditFile = (state: string) => join(state, 'audit.jsonl');

/**
 * @param rotates whether this process also puts a full file aside: the service alone does, since two at once could
 *   take each other's
 */
export function auditTo(file: string, log: Log, { rotates = false } = {}): Audit {
  let last: Promise<void> = Promise.resolve();
  return {
    note(entry) {
      const line = JSON.stringify({ time: new Date().toISOString(), ...entry }, cut);
      log.notice(`audit: ${line}`);
      last = last
        .then(() => append(file, line, rotates))
        .catch((error: Error) => {
          log.warning(`the audit log ${file} could not be written: ${error.message}`);
        });
      return last;
    },
  };
}

const cut = (_key: string, value: unknown) =>
  typeof value === 'string' && value.length > longest ? `${value.slice(0, longest)}…` : value;

async function append(file: string, line: string, rotates: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  if (rotates) await rotate(file);
  const handle = await open(file, 'a+', 0o600);
  try {
    // In one write, so that lines of two processes never mix.
    await handle.appendFile(`${(await endsWhole(handle)) ? '' : '\n'}${line}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Not where the machine, or the room on the disk, went away in the middle of a line: that line is lost, no other. */
async function endsWhole(handle: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === newline;
}

const newline = 0x0a;

/**
 * The audit log: every change of the machine, one JSON line each, appended to a file of root's own and told to the
 * journal. Never read here, never rewritten. A disk that fails is said in the journal and stops nothing.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from './log.ts';

export interface AuditEntry {
  /** "client 3 of /run/gatehouse/socket" */
  by: string;
  /** "restart docker.service" */
  what: string;
  /** State before and after, in few words. */
  before: string;
  after: string;
  /** "done", or the code of the problem. */
  outcome: string;
}

export interface Audit {
  /** Never rejects. */
  note(entry: AuditEntry): Promise<void>;
}

export function auditTo(file: string, log: Log): Audit {
  let last: Promise<void> = Promise.resolve();
  return {
    note(entry) {
      const line = JSON.stringify({ time: new Date().toISOString(), ...entry });
      log.notice(`audit: ${line}`);
      last = last
        .then(() => append(file, line))
        .catch((error: Error) => {
          log.warning(`the audit log ${file} could not be written: ${error.message}`);
        });
      return last;
    },
  };
}

async function append(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, `${line}\n`, { mode: 0o600, flush: true });
}

/** What is read of a listener, understood: the lines of the check, of the journal and of /proc. Pure. */
import type { OfferEvent } from '../../jobs/handover/offer.ts';

/** A line of `once/seen` (render.ts). */
export function parseSeen(line: string): OfferEvent | undefined {
  const [, login] = /^login ([0-9A-Fa-f.:]*)$/.exec(line) ?? [];
  if (login !== undefined) return { kind: 'login', from: login };
  const [, from, left] = /^wrong ([0-9A-Fa-f.:]*) (\d+)$/.exec(line) ?? [];
  if (from !== undefined) return { kind: 'wrong password', from, triesLeft: Number(left) };
  return undefined;
}

export type SessionNews = { kind: 'closed'; bytes: number } | { kind: 'ended' };

/**
 * A line of journalctl --output=json: what internal-sftp says of the report (sftp-server.c of OpenSSH 9.2 and 10.0).
 * "forced close" is what it says of files that were open when the connection broke.
 */
export function parseSession(line: string, name: string): SessionNews | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line).MESSAGE;
  } catch {
    return undefined;
  }
  if (typeof message !== 'string') return undefined;
  if (message.startsWith('session closed for local user ')) return { kind: 'ended' };
  const [, path = '', bytes] = /^close "(.*)" bytes read (\d+) written \d+$/.exec(message) ?? [];
  if (path.split('/').at(-1) !== name) return undefined;
  return { kind: 'closed', bytes: Number(bytes) };
}

/** /proc/PID/status: the effective user. */
export function parseUid(status: string): number | undefined {
  const [, uid] = /^Uid:\s+\d+\s+(\d+)/m.exec(status) ?? [];
  return uid === undefined ? undefined : Number(uid);
}

/** /proc/PID/fdinfo/N: how far it has been read, in bytes. */
export function parsePosition(fdinfo: string): number {
  return Number(/^pos:\s+(\d+)/m.exec(fdinfo)?.[1] ?? 0);
}

/** A page of a file: its lines before or behind an offset. Knows no patterns. */
import type { LogEntry } from '../../appliance.ts';
import { type Bytes, lineEnd, lineStart } from './bytes.ts';
import { entryAt } from './entry.ts';

/** Characters after which a page ends, whatever was asked for: it goes over the socket in one piece. */
const MOST = 4 << 20;

export interface Pages {
  bytes: Bytes;
  inode: string;
  /** At most so many. */
  lines: number;
  signal: AbortSignal;
}

/** Oldest first. `end`: where the last of them ends; lines from `from` on are not looked at. */
export async function linesBefore({ bytes, inode, lines, signal }: Pages, end: number, from = 0): Promise<LogEntry[]> {
  const found: LogEntry[] = [];
  let length = 0;
  for (let at = end; at > from && found.length < lines && length < MOST; ) {
    signal.throwIfAborted();
    const start = Math.max(from, await lineStart(bytes, at - 1));
    const entry = await entryAt(bytes, inode, start, at);
    found.push(entry);
    length += entry.text.length;
    at = start;
  }
  return found.reverse();
}

/** `start`: where the first of them begins. */
export async function linesBehind({ bytes, inode, lines, signal }: Pages, start: number): Promise<LogEntry[]> {
  const found: LogEntry[] = [];
  let length = 0;
  for (let at = start; at < bytes.size && found.length < lines && length < MOST; ) {
    signal.throwIfAborted();
    const end = await lineEnd(bytes, at);
    const entry = await entryAt(bytes, inode, at, end);
    found.push(entry);
    length += entry.text.length;
    at = end;
  }
  return found;
}

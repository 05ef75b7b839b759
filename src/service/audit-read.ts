/**
 * Reading the audit: newest first, by pages, across the files that were put aside. A line that is torn or strange is
 * passed over. A place is "file number:byte" of the oldest line that was given.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Appliance, AuditEntry, AuditPage } from '../appliance.ts';
import { fail } from '../errors.ts';
import { auditFile } from './audit.ts';
import { auditFiles } from './audit-files.ts';

/** Bytes of one page, and of one line that is looked at. */
const most = 1 << 20;
/** Bytes read at once. */
const chunk = 1 << 16;
const newline = 0x0a;

interface Place {
  number: number;
  /** The lines before this byte are older. */
  end: number;
}

export function auditOf(state: string): Appliance['audit'] {
  const file = auditFile(state);
  return {
    async read({ before, lines }) {
      const from = before === undefined ? { number: Infinity, end: Infinity } : placeOf(before);
      return (await pageOf(file, from, lines)) ?? (await pageOf(file, from, lines)) ?? { entries: [] };
    },
  };
}

function placeOf(before: string): Place {
  const [, number, end] = /^(\d{1,15}):(\d{1,15})$/.exec(before) ?? [];
  if (number === undefined)
    throw fail('bad-value', { field: 'before', why: 'no place in the audit', right: 'what the page before gave' });
  return { number: Number(number), end: Number(end) };
}

/** undefined where the file was put aside meanwhile: its number was another's. */
async function pageOf(file: string, from: Place, lines: number): Promise<AuditPage | undefined> {
  const entries: AuditEntry[] = [];
  let room = most;
  let older: string | undefined;
  const files = (await auditFiles(file)).filter(({ number }) => number <= from.number);
  for (const [index, { number, path }] of files.entries()) {
    for await (const { text, at } of linesOf(path, number === from.number ? from.end : Infinity)) {
      const entry = entryOf(text);
      if (!entry) continue;
      entries.push(entry);
      room -= text.length;
      if (entries.length < lines && room > 0) continue;
      if (at > 0 || index < files.length - 1) older = `${number}:${at}`;
      break;
    }
    if (entries.length >= lines || room <= 0) break;
  }
  const [now] = await auditFiles(file);
  if (from.number > now.number && files[0]?.number !== now.number) return undefined;
  return { entries, ...(older === undefined ? {} : { older }) };
}

async function* linesOf(path: string, before: number): AsyncGenerator<{ text: string; at: number }> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return;
  try {
    yield* linesBefore(handle, Math.min(before, (await handle.stat()).size));
  } finally {
    await handle.close();
  }
}

/** Newest first, each with the byte that it begins at. */
async function* linesBefore(handle: FileHandle, end: number): AsyncGenerator<{ text: string; at: number }> {
  let rest: Buffer = Buffer.alloc(0);
  for (let start = end; start > 0 && rest.length < most; ) {
    const length = Math.min(chunk, start);
    start -= length;
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, start);
    const bytes = Buffer.concat([buffer, rest]);
    let stop = bytes.length;
    for (let at = stop - 1; at >= 0 && stop > 0; at = stop - 1) {
      const line = bytes.lastIndexOf(newline, at) + 1;
      if (line === 0) break;
      yield { text: bytes.toString('utf8', line, stop), at: start + line };
      stop = line - 1;
    }
    rest = bytes.subarray(0, stop);
    if (start === 0 && stop > 0) yield { text: rest.toString('utf8'), at: 0 };
  }
}

const texts = ['time', 'by', 'what', 'before', 'after', 'outcome'] as const;

function entryOf(line: string): AuditEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const found = JSON.parse(line) as Record<string, unknown> | null;
    const isEntry = found !== null && texts.every((name) => typeof found[name] === 'string');
    return isEntry ? (found as unknown as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

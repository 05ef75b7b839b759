/**
 * What journalctl prints as JSON, as lines of a log: systemd.journal-fields(7), "Journal JSON Format" of systemd.io.
 * Pure: nothing here runs it.
 */
import type { LogEntry } from '../../appliance.ts';
import { harmless } from '../../values/harmless.ts';
import { notUnderstood } from '../understood.ts';

/** Those that a line is made of; journalctl adds __CURSOR and the times by itself. */
export const fields = ['MESSAGE', 'PRIORITY', 'SYSLOG_IDENTIFIER', '_COMM', '_PID', 'SYSLOG_PID'];

/** Characters of a text that are handed out. */
const KEPT = 16 << 10;

export interface JournalRecord {
  cursor: string;
  /** Microseconds since 1970. */
  at: number;
  /** The whole message: what patterns are looked for in. */
  message: string;
  entry(): LogEntry;
}

/** The rest is looked at when the entry is asked for: most records are only searched. @throws Failure 'not-understood' */
export function parseRecord(json: string): JournalRecord {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    notUnderstood('journalctl', json, cause);
  }
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: at } = value ?? {};
  if (typeof cursor !== 'string' || typeof at !== 'string' || !/^\d{1,16}$/.test(at)) notUnderstood('journalctl', json);
  const record = { cursor, at: Number(at), message: textOf(value.MESSAGE) };
  return { ...record, entry: () => ({ ...placed(record), ...said(value, record.message) }) };
}

/** A record that is larger than is read: when and where it is, and no more. Undefined where even that is lacking. */
export function parseOversized(head: string, tail: string): JournalRecord | undefined {
  // Within a JSON string each quote stands behind a backslash, so that no message can imitate a field.
  const of = (name: string) => {
    const pattern = new RegExp(`[{,]"${name}":"([^"\\\\]{1,300})"`);
    return (pattern.exec(head) ?? pattern.exec(tail))?.[1];
  };
  const cursor = of('__CURSOR');
  const at = Number(of('__REALTIME_TIMESTAMP'));
  if (cursor === undefined || !Number.isSafeInteger(at)) return undefined;
  const record = { cursor, at, message: '' };
  const entry = { ...placed(record), text: '(a line too long to be shown)' };
  return { ...record, entry: () => entry };
}

function placed({ cursor, at }: { cursor: string; at: number }) {
  const moment = new Date(at / 1000);
  return { place: cursor, ...(Number.isNaN(moment.getTime()) ? {} : { at: moment.toISOString() }) };
}

function said(found: Record<string, unknown>, text: string): Omit<LogEntry, 'place' | 'at'> {
  const whole = text.length > KEPT ? cut(text) : text;
  const more = text.length - whole.length;
  const name = harmless(textOf(found.SYSLOG_IDENTIFIER) || textOf(found._COMM), { most: 64 });
  const pid = textOf(found._PID) || textOf(found.SYSLOG_PID);
  const from = name && /^\d{1,10}$/.test(pid) ? `${name}[${pid}]` : name;
  const priority = textOf(found.PRIORITY);
  return {
    text: whole,
    ...(more > 0 ? { more } : {}),
    ...(from ? { from } : {}),
    ...(/^[0-7]$/.test(priority) ? { priority: Number(priority) } : {}),
  };
}

/** Not between the halves of a character. */
function cut(text: string): string {
  const last = text.charCodeAt(KEPT - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? KEPT - 1 : KEPT);
}

/**
 * A field is text; bytes where it is no printable UTF-8; null where journalctl finds it too large; or a list of those,
 * where it was given more than once: all of it is what was said.
 */
function textOf(field: unknown): string {
  if (typeof field === 'string') return field;
  if (!Array.isArray(field)) return '';
  if (field.every((byte) => typeof byte === 'number')) return Buffer.from(field).toString('utf8');
  return field.map(textOf).join('\n');
}

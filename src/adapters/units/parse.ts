/**
 * What systemctl and journalctl say (systemd 252 of Debian 12, 257 of Debian 13): properties, log records, refusals.
 * Pure: nothing here runs them.
 */
import * as z from 'zod';
import type { LogLine, Unit, UnitState, UnitStatus } from '../../appliance.ts';
import { type Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import { notUnderstood, understood } from '../understood.ts';

/** Of `systemctl show`; org.freedesktop.systemd1(5) has their meaning. */
export const briefProperties = [
  'Description',
  'LoadState',
  'ActiveState',
  'SubState',
  'ExecMainStartTimestamp',
  'StateChangeTimestamp',
] as const;

export const fullProperties = [
  ...briefProperties,
  'MainPID',
  'MemoryCurrent',
  'NRestarts',
  'Result',
  'ExecMainCode',
  'ExecMainStatus',
  'UnitFileState',
  'FragmentPath',
  'SourcePath',
] as const;

const descriptionMost = 256;
const lineMost = 4096;
const answer = 'systemctl show';

export type Properties = ReadonlyMap<string, string>;

/**
 * The answer for several units: one block of "Name=value" each, in the order asked, a blank line between.
 * systemctl escapes a newline in a value, so that a description cannot begin a block.
 * @throws Failure 'not-understood', also where there are more or fewer blocks than names
 */
export function parseProperties(text: string, names: readonly string[]): Properties[] {
  const blocks = text.trim() === '' ? [] : text.trim().split(/\n\n+/);
  if (blocks.length !== names.length) notUnderstood(answer, text);
  return blocks.map(parseBlock);
}

function parseBlock(block: string): Properties {
  const found = new Map<string, string>();
  for (const line of block.split('\n')) {
    const at = line.indexOf('=');
    if (at < 1) notUnderstood(answer, line);
    const name = line.slice(0, at);
    const before = found.get(name);
    // Commands come one a line, each with the name.
    found.set(name, before === undefined ? line.slice(at + 1) : `${before}\n${line.slice(at + 1)}`);
  }
  return found;
}

const states: Record<string, UnitState> = {
  active: 'active',
  reloading: 'reloading',
  refreshing: 'reloading',
  inactive: 'inactive',
  maintenance: 'inactive',
  failed: 'failed',
  activating: 'activating',
  deactivating: 'deactivating',
};

export function briefUnit(name: string, properties: Properties): Unit {
  const active = required(properties, 'ActiveState');
  const state = required(properties, 'LoadState') === 'not-found' ? 'absent' : lookUp(states, active);
  const startedAt = moment(properties.get('ExecMainStartTimestamp'));
  const since = moment(properties.get('StateChangeTimestamp'));
  return {
    name,
    // systemd puts the name in place of a description that it does not have.
    description: state === 'absent' ? '' : harmless(properties.get('Description') ?? '', { most: descriptionMost }),
    state: state ?? notUnderstood(answer, `ActiveState=${active}`),
    subState: harmless(required(properties, 'SubState'), { most: 40 }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(since === undefined ? {} : { since }),
  };
}

export function fullUnit(name: string, properties: Properties, log: LogLine[]): UnitStatus {
  const mainPid = whole(properties.get('MainPID'));
  const memory = whole(properties.get('MemoryCurrent'));
  const exitCode = whole(properties.get('ExecMainStatus'));
  const source = properties.get('FragmentPath') || properties.get('SourcePath');
  // CLD_EXITED of waitid(2); otherwise ExecMainStatus is the number of a signal, or nothing ended yet.
  const exited = properties.get('ExecMainCode') === '1';
  return {
    ...briefUnit(name, properties),
    ...(mainPid ? { mainPid } : {}),
    ...(memory === undefined ? {} : { memory }),
    restarts: whole(properties.get('NRestarts')) ?? 0,
    result: properties.get('Result') || 'success',
    ...(exited && exitCode !== undefined ? { exitCode } : {}),
    enabled: properties.get('UnitFileState') ?? '',
    ...(source ? { source: harmless(source, { most: descriptionMost }) } : {}),
    log,
  };
}

function required(properties: Properties, name: string): string {
  return properties.get(name) ?? notUnderstood(answer, `no ${name}`);
}

function lookUp<T>(table: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** "Sat 2026-11-21 07:58:25.190697 UTC" of --timestamp=us+utc; empty, "n/a" or 0 is never. */
function moment(text = ''): string | undefined {
  const [, day, time] = /^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\d{0,3} UTC$/.exec(text) ?? [];
  const at = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** "[not set]" and 2^64-1 are none. */
function whole(text = ''): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

// ---------------------------------------------------------------- journalctl -o json

/** Of a record; systemd.journal-fields(7). */
export const logFields = ['MESSAGE', 'PRIORITY', 'SYSLOG_IDENTIFIER', '_COMM', '_SOURCE_REALTIME_TIMESTAMP'] as const;

/** Text; bytes where it is not printable UTF-8; null where it is longer than journalctl cares to show; several. */
const field = z.union([z.string(), z.null(), z.array(z.number()), z.array(z.unknown())]).optional();
const record = z.object({
  __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,16}$/),
  MESSAGE: field,
  PRIORITY: field,
  SYSLOG_IDENTIFIER: field,
  _COMM: field,
});

/** One record a line, oldest first. @throws Failure 'not-understood' */
export function parseLog(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseRecord);
}

function parseRecord(json: string): LogLine {
  const found = understood('journalctl', record, json);
  const at = new Date(Number(found.__REALTIME_TIMESTAMP) / 1000);
  if (Number.isNaN(at.getTime())) notUnderstood('journalctl', json);
  const priority = Number(written(found.PRIORITY) || Number.NaN);
  return {
    at: at.toISOString(),
    from: harmless(written(found.SYSLOG_IDENTIFIER) || written(found._COMM), { most: 64 }),
    text: found.MESSAGE === null ? '(a line too long to be shown)' : shown(written(found.MESSAGE)),
    // What has none counts as informational, as systemd has it.
    priority: Number.isInteger(priority) && priority >= 0 && priority <= 7 ? priority : 6,
  };
}

/** Cut before it is cleaned, so that a message of any size costs the same. */
function shown(text: string): string {
  const cut = text.length > 2 * lineMost ? text.slice(0, 2 * lineMost) : text;
  const clean = harmless(cut, { most: lineMost });
  return cut === text || clean.includes('more character') ? clean : `${clean}…`;
}

function written(value: z.infer<typeof field>): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  if (value.every((byte) => typeof byte === 'number'))
    return Buffer.from((value as number[]).slice(0, 4 * lineMost)).toString('utf8');
  // Several fields of one name: the last was set last.
  return written(value.at(-1) as z.infer<typeof field>);
}

// ---------------------------------------------------------------- refusals

/**
 * What an ended systemctl start, stop or restart means: undefined where systemd took the job on, and it ended badly;
 * the unit's state then tells. Source: systemd's src/shared/bus-wait-for-jobs.c and src/systemctl/systemctl-start-unit.c.
 */
export function refusal(action: string, name: string, exitCode: number, said: string): Failure | undefined {
  if (exitCode === 0 || /(^|\n)(A dependency job|Job|Assertion failed on job) for /.test(said)) return undefined;
  if (/\bis masked\./.test(said))
    return fail('not-allowed', { what: `To ${action} ${name}`, why: 'The unit is masked.' });
  // Something that it needs has no file: the unit's state tells.
  if (/bad unit file setting/.test(said) || other(said, name)) return undefined;
  if (/\bnot found\.|not loaded\./.test(said)) return fail('unknown-unit', { name });
  if (/access denied|permission denied|authentication required|operation refused/i.test(said))
    return fail('not-allowed', { what: `To ${action} ${name}`, why: `systemd said: ${lastLine(said)}` });
  return fail('program-failed', { program: 'systemctl', exitCode, said: lastLine(said) });
}

function other(said: string, name: string): boolean {
  const [, missing] = /\bUnit (\S+) not found\./.exec(said) ?? [];
  return missing !== undefined && missing !== name;
}

function lastLine(said: string): string {
  const lines = said.trim().split('\n');
  const telling = lines.filter((line) => !/^See (system logs|"|')/.test(line));
  return harmless((telling.at(-1) ?? lines.at(-1) ?? '').slice(0, 1000), { most: 200 });
}

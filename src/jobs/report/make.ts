/**
 * A report made, from what is chosen to a signed file with its name: room, archive, items, manifest, signature. Either
 * there is a whole report at the end, or nothing of it. Who may ask, and that it is one at a time, is the service's.
 */
import { chmod, open, rename, rm, stat, statfs } from 'node:fs/promises';
import type { ItemState, Report, ReportJob } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { within } from '../../within.ts';
import { Archive, freeOf } from './archive.ts';
import { collect } from './collect.ts';
import type { Item } from './item.ts';
import { type Keep, type ReportFiles, reportName, syncFolder } from './keep.ts';
import type { KnownSecret } from './known.ts';
import { Redaction } from './redact.ts';

/** Bytes that stay free, where that is less than this part of the disk. */
const SPARE = 200e6;
const SPARE_SHARE = 0.05;
/** How much smaller zstd makes what is collected, at least; of logs it is 4 and more. */
const PACKED = 3;

export interface Making {
  keep: Keep;
  items: readonly Item[];
  /** Told of, and changed, as it goes on. */
  job: ReportJob;
  /** The machine's name. */
  machine: string;
  version: string;
  secrets: readonly KnownSecret[];
  /** age recipients. */
  recipients: readonly string[];
  /** A private key of OpenSSH's that it is signed with; none: it is not signed. */
  hostKey?: string;
  signal: AbortSignal;
  changed(): void;
  /** Is that report handed over just now? It stays then. */
  isUsed(name: string): boolean;
  /** Older reports that had to go. */
  removed(names: string[]): void;
}

export interface Made {
  report: Report;
  /** Why it has no signature. */
  unsigned?: string;
}

/** @throws Failure 'no-support-key', 'disk-full', 'unavailable', 'report-failed', 'aborted'; nothing is left then */
export async function makeReport(making: Making): Promise<Made> {
  const { keep, job, recipients, signal } = making;
  if (recipients.length === 0) throw fail('no-support-key', {});
  const name = reportName(making.machine, new Date(job.startedAt));
  const files = keep.filesOf(name);
  const spare = await room(making);
  const archive = await Archive.begin({ partial: files.partial, recipients, spare, signal });
  try {
    const removed = await fill(making, archive);
    job.phase = 'finishing';
    making.changed();
    const { size, sha256 } = await archive.finish();
    await fits(making, size);
    const unsigned = await sign(making, files);
    signal.throwIfAborted();
    const { startedAt: at, by, items } = job;
    const report: Report = { name, at, size, sha256, by, items: structuredClone(items), removed };
    await place(files, report, keep.folder);
    making.removed(await keep.makeRoom(making.isUsed));
    return { report, ...(unsigned === undefined ? {} : { unsigned }) };
  } catch (error) {
    await archive.abandon();
    for (const path of [files.signature, files.description, `${files.partial}.sig`]) await rm(path, { force: true });
    throw signal.aborted ? fail('aborted', {}, error) : error;
  }
}

/** Items into the archive, the manifest before and behind. @returns how many secrets were removed */
async function fill(making: Making, archive: Archive): Promise<number> {
  const { items, job, machine, version, secrets, hostKey, signal, changed } = making;
  const redaction = new Redaction(secrets);
  const manifest = async (isComplete: boolean) => {
    const text = JSON.stringify(
      {
        report: 'gatehouse diagnostics report',
        format: 1,
        isComplete,
        machine,
        version,
        at: job.startedAt,
        endedAt: isComplete ? new Date().toISOString() : undefined,
        by: job.by,
        signedBy: hostKey === undefined ? 'nobody: the machine has no host key' : "the machine's SSH host key",
        items: job.items.map((state, index) => ({ ...state, about: items[index]?.about })),
        removed: redaction.removals.reduce((sum, { count }) => sum + count, 0),
      },
      null,
      2,
    );
    await archive.entry('manifest.json', redaction.bytes(Buffer.from(`${text}\n`), 'manifest.json'));
  };
  // What becomes of each item is known at the end only. An entry of the same name takes the place of one before it
  // when the archive is unpacked, and whoever reads only the beginning sees what was asked for.
  await manifest(false);
  const told = () => {
    job.bytes = archive.size;
    changed();
  };
  await collect({ items, states: job.items, archive, redaction, signal, changed: told });
  const list = Buffer.from(`${JSON.stringify(redaction.removals, null, 2)}\n`);
  await archive.entry('removed.json', redaction.bytes(list, 'removed.json'));
  await manifest(true);
  return redaction.removals.reduce((sum, { count }) => sum + count, 0);
}

/** Room for what is expected; old reports go where that is needed. @returns bytes that have to stay free */
async function room({ keep, items, job, signal, removed, isUsed }: Making): Promise<number> {
  const chosen = items.filter((_item, index) => job.items[index]?.outcome === 'waiting');
  const estimates = await Promise.all(chosen.map((item) => estimateOf(item, signal)));
  const { blocks, bsize } = await statfs(keep.folder);
  const spare = Math.min(SPARE, blocks * bsize * SPARE_SHARE);
  const needed = estimates.reduce<number>((sum, one) => sum + (one ?? 1e6), 0) / PACKED + spare;
  const gone: string[] = [];
  for (const old of (await keep.kept()).reverse()) {
    if ((await freeOf(keep.folder)) >= needed) break;
    if (isUsed(old.name)) continue;
    await keep.remove(old.name);
    gone.push(old.name);
  }
  if (gone.length > 0) removed(gone);
  const free = await freeOf(keep.folder);
  if (free < needed) throw fail('disk-full', { path: keep.folder, needed, free });
  return spare;
}

/** Bytes before packing, within the item's bound; undefined where that cannot be told in time. */
export async function estimateOf(item: Item, signal: AbortSignal): Promise<number | undefined> {
  const ask = async (inner: AbortSignal) => item.estimate?.(inner);
  // Many of them listen to one signal.
  const bytes = await within(3000, item.title, ask, AbortSignal.any([signal])).catch(() => undefined);
  return bytes === undefined ? undefined : Math.min(bytes, item.most);
}

async function fits({ keep }: Making, size: number): Promise<void> {
  const most = await keep.most();
  if (size > most) throw fail('disk-full', { path: keep.folder, needed: size, free: most });
}

/** Beside the archive, as ssh-keygen(1) does it. @returns why there is none */
async function sign({ hostKey, signal }: Making, { partial, signature }: ReportFiles): Promise<string | undefined> {
  if (hostKey === undefined || !(await stat(hostKey).catch(() => undefined))) return 'the machine has no host key';
  try {
    await run('ssh-keygen', ['-Y', 'sign', '-q', '-n', 'gatehouse-report', '-f', hostKey, partial], {
      limit: 120_000,
      signal,
    });
    await synced(`${partial}.sig`);
    await rename(`${partial}.sig`, signature);
    return undefined;
  } catch (error) {
    await rm(`${partial}.sig`, { force: true });
    if (signal.aborted) throw error;
    return 'ssh-keygen could not sign it';
  }
}

/** The archive gets its name last: from then on it is a report. */
async function place({ archive, partial, description }: ReportFiles, report: Report, folder: string): Promise<void> {
  const file = await open(description, 'w', 0o640).catch(noRoom(folder));
  try {
    await file.writeFile(`${JSON.stringify(report)}\n`).catch(noRoom(folder));
    await file.sync();
  } finally {
    await file.close();
  }
  for (const path of [partial, description]) await chmod(path, 0o640);
  await rename(partial, archive);
  await syncFolder(folder);
}

function noRoom(folder: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code === 'ENOSPC') throw fail('disk-full', { path: folder, needed: 1e6, free: 0 }, error);
    throw fail('report-failed', { why: `${folder} cannot be written (${error.code})` }, error);
  };
}

async function synced(path: string): Promise<void> {
  await chmod(path, 0o640);
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

/** How items stand before any is begun. @throws Failure 'bad-value' for a name that there is none of */
export function itemStates(items: readonly Item[], chosen?: readonly string[]): ItemState[] {
  const names = items.map(({ name }) => name);
  const unknown = chosen?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw fail('bad-value', {
      field: 'items',
      why: `there is no item ${unknown.slice(0, 60)}`,
      right: names.join(', '),
    });
  return items.map(({ name, title }) => ({
    name,
    title,
    outcome: !chosen || chosen.includes(name) ? 'waiting' : 'left out',
    bytes: 0,
  }));
}

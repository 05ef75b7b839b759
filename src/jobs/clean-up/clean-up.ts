/**
 * Makes room on a file system that is nearly full: what is missed least goes first, one thing after the other, and no
 * more than is needed. Killed at any moment it leaves whole things: each is one name that is removed. What it finds and
 * removes is handed in or lies in rotated.ts; when it works, and what is told of it, is the service's.
 */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isEnough, isNearlyFull, lacking, type Room, roomOf } from './room.ts';
import { removeRotated, rotatedLogs } from './rotated.ts';

/** Where is cleaned, and by what. */
export interface Places {
  /** /var/log: what was rotated. */
  logs: string;
  /** /var/diagnostics: what was left over from captures. */
  diagnostics: string;
  /**
   * Lets the journal in `logs` shrink by so many bytes, as far as that goes.
   * @returns bytes that it became smaller
   */
  shrinkJournal(bytes: number, signal: AbortSignal): Promise<number>;
}

export interface KeptReport {
  name: string;
  size: number;
}

export interface CleanUpOptions extends Places {
  /** Reports that may go: without the newest, and those that are being handed over. Oldest first. */
  oldReports(): Promise<KeptReport[]>;
  removeReport(name: string): Promise<void>;
  /** Something reads or writes what would be removed: nothing is touched meanwhile. */
  isBusy(): Promise<boolean>;
  /** After each removal. `what`: a path, "report NAME", "the journal". */
  removed(what: string, bytes: number, why: string): Promise<void>;
}

/** What is left to be said: a file system that is nearly full still. */
export interface StillFull {
  folder: string;
  room: Room;
  isBusy: boolean;
}

/** Looks at the file systems of both folders once. @returns those that are nearly full afterwards */
export async function cleanUp(options: CleanUpOptions, signal: AbortSignal): Promise<StillFull[]> {
  const still: StillFull[] = [];
  const seen = new Set<number>();
  for (const folder of [options.logs, options.diagnostics]) {
    const room = await roomOf(folder);
    if (!room || seen.has(room.device) || !isNearlyFull(room)) continue;
    seen.add(room.device);
    const isBusy = await options.isBusy();
    if (!isBusy) await makeRoom(options, folder, room.device, signal);
    const after = await roomOf(folder);
    if (after && isNearlyFull(after)) still.push({ folder, room: after, isBusy });
  }
  return still;
}

interface Candidate {
  what: string;
  bytes: number;
  /** Gives whether it is gone by that. */
  remove(): Promise<boolean>;
}

async function makeRoom(options: CleanUpOptions, folder: string, device: number, signal: AbortSignal): Promise<void> {
  for (const find of [oldReports, leftOvers, oldLogs])
    for (const candidate of await find(options, device)) {
      const room = await roomOf(folder);
      if (!room || isEnough(room) || signal.aborted || (await options.isBusy())) return;
      if (await candidate.remove()) await options.removed(candidate.what, candidate.bytes, why(folder, room));
    }
  const room = await roomOf(folder);
  if (!room || isEnough(room) || signal.aborted || !(await isOn(options.logs, device))) return;
  const bytes = await options.shrinkJournal(lacking(room), signal);
  if (bytes > 0) await options.removed('the oldest of the journal', bytes, why(folder, room));
}

async function oldReports(options: CleanUpOptions, device: number): Promise<Candidate[]> {
  if (!(await isOn(options.diagnostics, device))) return [];
  return (await options.oldReports()).map(({ name, size }) => ({
    what: `report ${name}`,
    bytes: size,
    remove: () => options.removeReport(name).then(() => true),
  }));
}

/** Of a capture that was cut off: it is superseded by any complete one. Its note is removed after it. */
const leftOver = ['upstream.interrupted.pcap', 'upstream.interrupted.json'];

async function leftOvers({ diagnostics }: CleanUpOptions, device: number): Promise<Candidate[]> {
  const names = new Set(await readdir(diagnostics).catch(() => []));
  const found = await Promise.all(
    leftOver
      .filter((name) => names.has(name))
      .map(async (name) => ({ name, about: await lstat(join(diagnostics, name)) })),
  );
  return found
    .filter(({ about }) => about.isFile() && about.dev === device)
    .map(({ name, about }) => ({
      what: join(diagnostics, name),
      bytes: about.blocks * 512,
      remove: () => rm(join(diagnostics, name)).then(() => true),
    }));
}

async function oldLogs({ logs }: CleanUpOptions, device: number): Promise<Candidate[]> {
  return (await rotatedLogs(logs))
    .filter((log) => log.device === device)
    .map((log) => ({ what: join(logs, log.path), bytes: log.size, remove: () => removeRotated(logs, log) }));
}

async function isOn(folder: string, device: number): Promise<boolean> {
  return (await roomOf(folder))?.device === device;
}

function why(folder: string, { free, total }: Room): string {
  return `${percent(free, total)} of the file system of ${folder} was free`;
}

const percent = (free: number, total: number) => `${((free / total) * 100).toFixed(1)} %`;

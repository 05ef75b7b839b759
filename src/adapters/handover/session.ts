/** The session of whoever fetches, as /proc shows it: is it there, and how far has it read. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../run.ts';
import { parsePosition, parseUid } from './parse.ts';
import { unit } from './render.ts';

/** Its cgroup's list of processes; undefined where there is no such unit. */
export async function processesFile(signal: AbortSignal): Promise<string | undefined> {
  const { stdout } = await run('systemctl', ['show', '--property=ControlGroup', '--value', unit], {
    limit: 10_000,
    signal,
  });
  const group = stdout.trim();
  return group === '' ? undefined : join('/sys/fs/cgroup', group, 'cgroup.procs');
}

export interface Session {
  /** Has the listener a process at all? */
  listens: boolean;
  /** Is nobody connected, logged in or not? */
  isAlone: boolean;
  /** Has it one that belongs to whoever has logged in? */
  open: boolean;
  /** Bytes; 0 while the report is not open. */
  position: number;
}

/** @param report device and inode of the report's file, which are the same wherever it is mounted */
export async function lookAt(file: string, uid: number, report: { dev: number; ino: number }): Promise<Session> {
  const pids = (await text(file)).split('\n').filter(Boolean);
  const owners = await Promise.all(pids.map(async (pid) => parseUid(await text(`/proc/${pid}/status`))));
  const theirs = pids.filter((_pid, index) => owners[index] === uid);
  const positions = await Promise.all(theirs.map((pid) => positionIn(pid, report)));
  const open = theirs.length > 0;
  return { listens: pids.length > 0, isAlone: pids.length <= 1, open, position: Math.max(0, ...positions) };
}

async function positionIn(pid: string, report: { dev: number; ino: number }): Promise<number> {
  let furthest = 0;
  for (const number of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const found = await stat(`/proc/${pid}/fd/${number}`).catch(() => undefined);
    if (found?.ino !== report.ino || found.dev !== report.dev) continue;
    furthest = Math.max(furthest, parsePosition(await text(`/proc/${pid}/fdinfo/${number}`)));
  }
  return furthest;
}

/** Empty where the process has gone meanwhile. */
async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

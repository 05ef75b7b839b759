/** The lab's folder: where it lies, that it is ours alone, and that one lab at a time has it. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, lstat, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fail } from '../errors.ts';

/**
 * Where the lab lives unless told otherwise: $XDG_STATE_HOME/gatehouse-lab or ~/.local/state/gatehouse-lab (XDG Base
 * Directory Specification; relative values do not count); without a home a folder of this user under the system's
 * temporary one. Creates nothing: openLab does, for this user alone.
 */
export function defaultLabFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME: state, HOME: home, TMPDIR: temporary } = env;
  if (state && isAbsolute(state)) return join(state, 'gatehouse-lab');
  if (home && isAbsolute(home) && existsSync(home)) return join(home, '.local', 'state', 'gatehouse-lab');
  return join(temporary && isAbsolute(temporary) ? temporary : '/tmp', `gatehouse-lab-${process.getuid?.() ?? 0}`);
}

/**
 * Makes the folder (0700) where it is missing, and gives its real path.
 * @throws Failure 'not-allowed' where it is another user's or open to everybody (the temporary folder is shared),
 *   'unavailable' where it cannot be made.
 */
export async function prepareFolder(folder: string): Promise<string> {
  const what = `The lab folder ${resolve(folder)}`;
  const found = await mkdir(folder, { recursive: true, mode: 0o700 })
    .then(async () => [await lstat(folder), await stat(folder)])
    .catch((cause: NodeJS.ErrnoException) => {
      throw fail('unavailable', { what, why: `it cannot be made (${cause.code})` }, cause);
    });
  for (const { uid, mode } of found) {
    if (uid !== process.getuid?.()) throw fail('not-allowed', { what, why: 'it belongs to another user' });
    // A link's own mode says nothing.
    if ((mode & 0o170000) === 0o040000 && mode & 0o002)
      throw fail('not-allowed', { what, why: 'everybody may write in it' });
  }
  return realpath(folder);
}

/** When a process started, in clock ticks since boot (proc(5), /proc/pid/stat field 22); null where there is none. */
async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const afterName = line?.slice(line.lastIndexOf(')') + 2).split(' ');
  // A zombie has died, only nobody has asked yet.
  return afterName && afterName[0] !== 'Z' ? (afterName[19] ?? null) : null;
}

/** "pid start": a number that was given to another process since does not pass for the holder. */
async function isAlive(holder: string): Promise<boolean> {
  const [pid, start] = holder.split(' ');
  return start !== undefined && (await startOf(Number(pid))) === start;
}

async function removeIfStale(lock: string, folder: string): Promise<void> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => null);
  const holder = await read(lock);
  if (holder === null) return;
  if (await isAlive(holder)) throw taken(folder, holder);
  await rm(lock, { force: true });
}

/**
 * One at a time on this machine: holds a name of the kernel's own (unix(7), abstract sockets), which is gone with its
 * process, while a stale lock is freed and taken. Between the two another lab could take it otherwise.
 */
async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const name = `\0gatehouse-lab:${createHash('sha256').update(folder).digest('hex')}`;
  let gate = await entered(name);
  for (let tries = 0; !gate && tries < 500; tries++) {
    await wait(10);
    gate = await entered(name);
  }
  if (!gate) throw taken(folder, 'another');
  try {
    return await work();
  } finally {
    gate.close();
  }
}

function entered(name: string): Promise<Server | undefined> {
  const gate = createServer();
  return new Promise((resolve, reject) => {
    gate.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    gate.listen(name, () => resolve(gate));
  });
}

function taken(folder: string, holder: string) {
  return fail('unavailable', { what: `The lab in ${folder}`, why: `process ${holder.split(' ')[0]} has it open` });
}

/**
 * Takes the folder for this process until the answer is called. A lock left by a killed lab is freed.
 * @throws Failure 'unavailable' where another lab, or another one of this process, has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const lock = join(folder, 'lock');
  const mine = `${lock}.${randomUUID()}`;
  await writeFile(mine, `${process.pid} ${await startOf(process.pid)}`, { mode: 0o600, flag: 'wx' }).catch((cause) => {
    throw fail(
      'unavailable',
      { what: `The lab folder ${folder}`, why: `nothing can be written there (${cause.code})` },
      cause,
    );
  });
  try {
    await alone(folder, async () => {
      await removeIfStale(lock, folder);
      // A link appears whole or not at all.
      await link(mine, lock);
    });
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(lock, { force: true });
}

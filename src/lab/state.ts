/**
 * What the lab remembers from one opening to the next: FOLDER/state.json, written atomically, each machine apart.
 * Settled states only: a job cut short by the lab's end never happened. A broken file is set aside.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { fail } from '../errors.ts';

const logLine = z.strictObject({ at: z.string(), from: z.string(), text: z.string(), priority: z.int() });

const unitMemory = z.strictObject({
  state: z.enum(['active', 'reloading', 'inactive', 'failed', 'activating', 'deactivating']),
  subState: z.string(),
  startedAt: z.iso.datetime().optional(),
  since: z.iso.datetime(),
  pid: z.int().optional(),
  result: z.string(),
  exitCode: z.int().optional(),
  /** What was added to the log of the machine file, newest last. */
  log: z.array(logLine),
});

/** Each time that a container ran, oldest first; `to`: absent while it runs. */
const containerMemory = z.strictObject({
  runs: z.array(
    z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime().optional(), exitCode: z.int().optional() }),
  ),
  /** What was added to the log of the machine file, newest last. */
  log: z.array(logLine),
});

const machineMemory = z.strictObject({
  /** ISO 8601; when this machine was opened for the first time here. */
  openedAt: z.iso.datetime(),
  /** When it was started the last time, where that was here; absent: it had been up for some while at the first. */
  startedAt: z.iso.datetime().optional(),
  /** It went down: its next opening is a start of it. */
  isDown: z.boolean().default(false),
  units: z.record(z.string(), unitMemory),
  /** By name. */
  containers: z.record(z.string(), containerMemory).default({}),
});

const file = z.strictObject({ version: z.literal(1), machines: z.record(z.string(), machineMemory) });

export type UnitMemory = z.output<typeof unitMemory>;
export type ContainerMemory = z.output<typeof containerMemory>;
export type MachineMemory = z.output<typeof machineMemory>;

export interface Memory {
  machine: MachineMemory;
  /** @throws Failure 'unavailable' where the folder cannot be written */
  save(): Promise<void>;
  /** Where a broken state file was put. */
  setAside?: string;
}

async function write(path: string, content: string): Promise<void> {
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    const why = `it cannot be written (${(cause as NodeJS.ErrnoException).code})`;
    throw fail('unavailable', { what: `The lab's state in ${path}`, why }, cause);
  }
}

async function read(path: string): Promise<{ content: z.output<typeof file>; setAside?: string }> {
  const fresh = { version: 1 as const, machines: {} };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { content: fresh };
    throw fail('unavailable', { what: `The lab's state in ${path}`, why: `it cannot be read (${code})` }, cause);
  }
  try {
    return { content: file.parse(JSON.parse(text)) };
  } catch {
    const setAside = path.replace(/json$/, 'broken.json');
    await rename(path, setAside);
    return { content: fresh, setAside };
  }
}

/** The memory of one machine in this folder; empty where it is opened for the first time, or begins `anew`. */
export async function recall(folder: string, name: string, anew = false): Promise<Memory> {
  const path = join(folder, 'state.json');
  const { content, setAside } = await read(path);
  const known = !anew && Object.hasOwn(content.machines, name) ? content.machines[name] : undefined;
  const machine = known ?? { openedAt: new Date().toISOString(), isDown: false, units: {}, containers: {} };
  content.machines[name] = machine;
  let last = Promise.resolve();
  const save = () => {
    // One after the other, so that the newest state is what stays.
    last = last.catch(() => undefined).then(() => write(path, `${JSON.stringify(content, null, 2)}\n`));
    return last;
  };
  await save();
  return { machine, save, ...(setAside === undefined ? {} : { setAside }) };
}

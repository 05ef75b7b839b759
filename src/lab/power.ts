/**
 * The lab machine's power: it goes down, and its next opening is a start, with its units as a start leaves them. A reset
 * is decided by a file beside the machine's folder, and carried out by that start: the folder is emptied.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Power } from '../adapters/machine.ts';
import { fail } from '../errors.ts';
import type { Memory } from './state.ts';
import { pause } from './waiting.ts';

/** Told to whoever has opened the lab, who closes it then. */
export type WentDown = 'reboot' | 'shutdown';

export interface Start {
  /** Of all machines of this lab. */
  folder: string;
  /** The machine's name. */
  name: string;
}

const markerOf = ({ folder, name }: Start) => join(folder, `${name}.reset`);

/** Before anything of the machine is read: carries out a reset that was decided. @returns whether there was one */
export async function resetAtStart(start: Start): Promise<boolean> {
  const isDecided = (await readFile(markerOf(start)).catch(() => undefined)) !== undefined;
  if (isDecided) await rm(join(start.folder, start.name), { recursive: true, force: true });
  return isDecided;
}

export async function resetDone(start: Start): Promise<void> {
  await rm(markerOf(start), { force: true });
}

/** The units of a machine that went down are as its data has them. */
export async function startUnits({ machine, save }: Memory): Promise<void> {
  if (!machine.isDown) return;
  machine.units = {};
  machine.startedAt = new Date().toISOString();
  machine.isDown = false;
  await save();
}

/**
 * @param step milliseconds that going down takes
 * @param isKeptHere whether all that the service keeps is in the machine's folder, and so goes with it
 */
export function labPower(
  start: Start,
  memory: Memory,
  step: number,
  isKeptHere: boolean,
): { power: Power; down: Promise<WentDown> } {
  let tell: (how: WentDown) => void = () => undefined;
  const down = new Promise<WentDown>((resolve) => {
    tell = resolve;
  });
  const goDown = (how: WentDown) => async (signal: AbortSignal) => {
    await pause(step, signal);
    memory.machine.isDown = true;
    await memory.save();
    tell(how);
  };
  const power: Power = {
    // Those of SSH are all there are.
    sessions: async () => [],
    reboot: goDown('reboot'),
    shutdown: goDown('shutdown'),
    reset: {
      deletes: ['everything in the folder of this lab machine: settings, registration, logs, reports, audit'],
      async check() {
        if (!isKeptHere)
          throw fail('unavailable', {
            what: 'Reset',
            why: 'This lab keeps what is set in a folder of its own (--state).',
          });
      },
      async decide(by) {
        await writeFile(markerOf(start), `${by}\n`, { mode: 0o600 });
      },
      remark: async () => undefined,
      takeBack: () => resetDone(start),
      // Its start was done with it.
      decided: async () => undefined,
    },
  };
  return { power, down };
}

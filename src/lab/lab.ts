/**
 * The lab: a simulated machine behind the adapter types. It runs no program, sends no packet, and writes in its own
 * folder only. What the machine is like is data: machines/*.json.
 */
import type { Machine } from '../adapters/machine.ts';
import { labFacts } from './facts.ts';
import { lockFolder, prepareFolder } from './folder.ts';
import { labMachines, loadMachine } from './machines.ts';
import { labPing } from './ping.ts';
import { recall } from './state.ts';
import { labUnits } from './units.ts';

export { defaultLabFolder } from './folder.ts';
export { labMachines } from './machines.ts';

export interface LabOptions {
  /** A name of labMachines(), or the path of a machine file that ends in .json. The first of them without it. */
  machine?: string;
  /** Made where it is missing. */
  folder: string;
  /** Milliseconds: from one echo request to the next (1000), and one half of a restart (750). */
  pace?: { ping?: number; job?: number };
}

export interface Lab {
  machine: Machine;
  /** The machine's name. */
  name: string;
  /** Real path. */
  folder: string;
  /** Where a broken state file was put; absent where there was none. */
  setAside?: string;
  /** Waits for jobs under way and lets the folder go; a lab that is killed instead loses only such jobs. */
  close(): Promise<void>;
}

/**
 * Opens a lab; its units are as they were left in this folder.
 * @throws Failure 'bad-value' for a machine that is unknown or wrong (with the place in its file), 'unavailable'
 *   where another lab has the folder or it cannot be written, 'not-allowed' where it is another user's.
 */
export async function openLab({ machine = labMachines()[0]?.name ?? '', folder, pace = {} }: LabOptions): Promise<Lab> {
  const data = await loadMachine(machine);
  const place = await prepareFolder(folder);
  const release = await lockFolder(place);
  try {
    const memory = await recall(place, data.name);
    const { units, settled } = labUnits(data, memory, pace.job ?? 750);
    return {
      machine: { facts: labFacts(data), units, ping: labPing(data, pace.ping ?? 1000) },
      name: data.name,
      folder: place,
      ...(memory.setAside === undefined ? {} : { setAside: memory.setAside }),
      close: () => settled().then(release),
    };
  } catch (error) {
    await release();
    throw error;
  }
}

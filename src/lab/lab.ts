/**
 * The lab: a simulated machine behind the adapter types. It runs no program, sends no packet, and writes in its own
 * folder only. What the machine is like is data: machines/*.json.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '../adapters/machine.ts';
import { readRecord, writeRecord } from '../unattended/record.ts';
import { goBackAtBoot } from './boot.ts';
import { labCapture } from './capture.ts';
import { labContainers } from './containers.ts';
import { labFigures } from './figures.ts';
import { lockFolder, prepareFolder } from './folder.ts';
import { labLogs } from './logs.ts';
import { labMachines, loadMachine } from './machines.ts';
import { labOffers } from './offers.ts';
import { labPing } from './ping.ts';
import { labPower, resetAtStart, resetDone, startUnits, type WentDown } from './power.ts';
import type { PortOf } from './proxy.ts';
import { labDiagnostics } from './report.ts';
import { furnish } from './root.ts';
import { labSeeds } from './seed.ts';
import { recall } from './state.ts';
import { labSystem, placesIn } from './system.ts';
import { labUnits } from './units.ts';

export { defaultLabFolder } from './folder.ts';
export { labMachines } from './machines.ts';

export interface LabOptions {
  /** A name of labMachines(), or the path of a machine file that ends in .json. The first of them without it. */
  machine?: string;
  /** Made where it is missing. */
  folder: string;
  /** What the service keeps, where that is not `Lab.state`. */
  state?: string;
  /** Where a host of a platform answers on this machine. Without it no platform is there. */
  portOf?: PortOf;
  /**
   * Milliseconds: from one echo request to the next (1000), one half of a restart (750), from telling networkd until
   * addresses are there (500), until someone who does not answer is given up (2000), and from one captured packet to
   * the next (40).
   */
  pace?: { ping?: number; job?: number; link?: number; silence?: number; packet?: number };
}

export interface Lab {
  machine: Machine;
  /** The machine's name. */
  name: string;
  /** Real path. */
  folder: string;
  /** This machine's own folder in it, for what the service keeps. */
  state: string;
  /** Resolves when the machine goes down: it is to be closed then. Opened again it starts, after a reset as a new one. */
  down: Promise<WentDown>;
  /** Where a broken state file was put; absent where there was none. */
  setAside?: string;
  /** Waits for jobs under way and lets the folder go; a lab that is killed instead loses only such jobs. */
  close(): Promise<void>;
}

/**
 * Opens a lab, which starts its machine: units and files are as they were left in this folder, but that a change which
 * nobody has kept is put back.
 * @throws Failure 'bad-value' for a machine that is unknown or wrong (with the place in its file), 'unavailable'
 *   where another lab has the folder or it cannot be written, 'not-allowed' where it is another user's.
 */
export async function openLab({
  machine = labMachines()[0]?.name ?? '',
  folder,
  state,
  pace = {},
  portOf = async () => undefined,
}: LabOptions): Promise<Lab> {
  const data = await loadMachine(machine);
  const place = await prepareFolder(folder);
  const release = await lockFolder(place);
  try {
    const start = { folder: place, name: data.name };
    const memory = await recall(place, data.name, await resetAtStart(start));
    await startUnits(memory);
    const { units, settled, running } = labUnits(data, memory, pace.job ?? 750);
    const engine = labContainers(data, memory, units, {
      step: pace.job ?? 750,
      silence: 2.5 * (pace.silence ?? 2000),
    });
    const own = join(place, data.name);
    const root = join(own, 'root');
    const isNew = (await mkdir(root, { recursive: true, mode: 0o700 })) !== undefined;
    const kept = state ?? own;
    if (isNew && !data.firstBoot && !(await readRecord(kept))) {
      await mkdir(kept, { recursive: true, mode: 0o700 });
      await writeRecord(kept, { finished: true, passed: [] });
    }
    await resetDone(start);
    await furnish(root, 'value' in data.facts.hostName ? data.facts.hostName.value : data.name);
    await goBackAtBoot(kept, placesIn(root));
    const { link = 500, silence = 2000 } = pace;
    const { parts, disarm } = await labSystem(data, root, { units, portOf }, { link, silence });
    const capture = labCapture(root, parts, pace.packet ?? 40);
    const logs = await labLogs(data, { root, own }, units);
    const offers = labOffers(own);
    const { power, down } = labPower(start, memory, pace.job ?? 750, state === undefined || state === own);
    return {
      machine: {
        ...parts,
        capture: capture.recorder,
        units,
        containers: engine.containers,
        figures: labFigures(data, () => [...running(), ...engine.running(running())]),
        logs: logs.logs,
        seeds: labSeeds(root),
        ping: labPing(data, pace.ping ?? 1000),
        offers,
        power,
        // Its journal takes no room.
        cleanUp: {
          logs: join(root, 'var/log'),
          diagnostics: join(root, 'var/diagnostics'),
          shrinkJournal: async () => 0,
        },
        diagnostics: labDiagnostics(root, { ...parts, logs: logs.logs }),
      },
      name: data.name,
      folder: place,
      state: own,
      down,
      ...(memory.setAside === undefined ? {} : { setAside: memory.setAside }),
      async close() {
        logs.close();
        await offers.close();
        await capture.close();
        await disarm();
        await settled();
        await engine.settled();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

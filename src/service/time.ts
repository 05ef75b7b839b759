/** Time servers and zone. None given: the brand's servers. Given: only those. Removed: the brand's again. */
import type { Appliance, TimeState } from '../appliance.ts';
import { realDisk } from '../changes/disk.ts';
import { changedFiles, digestOf, putFiles, tidy } from '../changes/files.ts';
import { problemOf, sentence } from '../errors.ts';
import type { Settings } from '../settings/schema.ts';
import { within } from '../within.ts';
import { Gauge, knownValue, watchGauges } from './gauge.ts';
import { messageOf, type System } from './system.ts';

const PERIOD = 1000;
const LIMIT = 10_000;

export function timeOf(system: System): Appliance['time'] {
  const { machine, brand, pace } = system;
  const read = async (signal: AbortSignal): Promise<TimeState> => {
    const [{ zone, ...effective }, { time }] = await Promise.all([machine.time.effective(signal), system.settings()]);
    return {
      settings: { servers: time.servers, zone: time.zone ?? zone },
      defaults: brand.ntpServers,
      ...effective,
    };
  };
  const gauge = new Gauge('The clock', LIMIT * pace, read);
  return {
    read: (_args, call) => within(LIMIT * pace, 'The clock', read, call?.signal),
    watch: (_args, call) => watchGauges([[gauge, PERIOD * pace]], () => knownValue(gauge.reading), call),
    zones: (_args, call) => within(LIMIT * pace, 'The list of time zones', (s) => machine.time.zones(s), call?.signal),
    async set({ servers, zone }, { by = 'nobody known' } = {}) {
      await system.alter({
        by,
        what: 'Time settings',
        // Parsed when they came in.
        make: (settings) => ({ ...settings, time: { servers, zone } as Settings['time'] }),
        apply: (next) => applyTime(system, next.time),
      });
      return read(system.closing);
    },
  };
}

/** Makes the machine's clock follow those settings; does nothing where it does already. */
export async function applyTime(system: System, time: Settings['time']): Promise<void> {
  const { machine, closing } = system;
  // First, since only this can be refused.
  if (time.zone !== undefined && (await machine.time.effective(closing)).zone !== time.zone)
    await machine.time.setZone(time.zone, closing);
  await applyTimeServers(system, time.servers);
}

/**
 * At a start: the machine follows the settings, and so the brand's servers where it was never set up. Never rejects;
 * a machine without time synchronisation says so on its screen.
 */
export async function keepDefaultServers(system: System): Promise<void> {
  try {
    await system.inTurn(async () => applyTimeServers(system, (await system.settings()).time.servers));
  } catch (error) {
    if (!system.closing.aborted) system.log.warning(`Time servers: ${sentence(problemOf(error, messageOf(error)))}`);
  }
}

/** Writes the file and tells, where the file is another. */
async function applyTimeServers({ machine, brand, closing }: System, servers: readonly string[]): Promise<void> {
  const wanted = machine.time.files(servers, brand.ntpServers);
  const files = await changedFiles(realDisk, wanted, machine.changing.places);
  const changed = files.filter(({ before, after }) => digestOf(before) !== digestOf(after));
  if (changed.length === 0) return;
  await putFiles(realDisk, changed, () => undefined);
  await tidy(realDisk, changed);
  await machine.time.tell(closing);
}

/** The lab's logs: its own log folder, read by what reads the real one, and a journal of what its units have said. */
import { join } from 'node:path';
import { logFiles } from '../adapters/logs/log-files.ts';
import type { Logs } from '../adapters/logs/reader.ts';
import type { Units } from '../adapters/machine.ts';
import type { JournalFilter, LogEntry } from '../appliance.ts';
import { readerOf } from './lines.ts';
import { furnishLogs, growLogs } from './log-folder.ts';
import { sayings, speakingUnits } from './sayings.ts';
import type { MachineData } from './schema.ts';

/** Hours of what is said every day that the journal keeps. */
const KEPT = 6;
/** Lines of each unit. */
const LINES = 1000;

/**
 * @param root real path of what stands for /
 * @param own folder for what is unpacked
 * @returns the logs, and what ends their growing
 */
export async function labLogs(
  data: MachineData,
  { root, own }: { root: string; own: string },
  units: Units,
): Promise<{ logs: Logs; close(): void }> {
  const folder = join(root, 'var/log');
  const hostName = 'value' in data.facts.hostName ? data.facts.hostName.value : data.name;
  await furnishLogs(folder, hostName, Date.now());
  const names = 'value' in data.units ? data.units.value.map(({ name }) => name) : [];
  const journal = async (filter: JournalFilter, signal: AbortSignal) => {
    const ofUnits = await Promise.all(names.map((unit) => entriesOf(units, unit, signal)));
    const now = Date.now();
    const others = sayings(now - KEPT * 3_600_000, now).map(
      ({ at, ...line }): Written => ({ ...line, at: new Date(at).toISOString() }),
    );
    return placed([...ofUnits.flat(), ...others])
      .filter((line) => fits(line, filter))
      .map(entryOf);
  };
  const close = growLogs(folder, hostName);
  const logs: Logs = {
    ...logFiles(folder, own),
    async units(signal) {
      await units.list([], signal);
      return [...new Set([...names, ...speakingUnits])].sort();
    },
    journal: (filter) => readerOf('The journal', (signal) => journal(filter, signal)),
  };
  return { logs, close };
}

interface Written {
  at: string;
  unit?: string;
  from: string;
  text: string;
  priority: number;
}

async function entriesOf(units: Units, unit: string, signal: AbortSignal): Promise<Written[]> {
  return (await units.log(unit, LINES, signal)).map((line) => ({ ...line, unit }));
}

/** By time; a line's place is its moment, and which one of that moment it is. */
function placed(lines: readonly Written[]): (Written & { place: string })[] {
  const counts = new Map<number, number>();
  return lines
    .map((line) => ({ line, at: Date.parse(line.at) }))
    .sort((a, b) => a.at - b.at)
    .map(({ line, at }) => {
      const count = (counts.get(at) ?? 0) + 1;
      counts.set(at, count);
      return { ...line, place: `${at}.${count}` };
    });
}

function fits(line: Written, { unit, priority, since, until }: JournalFilter): boolean {
  const at = Date.parse(line.at);
  return (
    (unit === undefined || line.unit === unit) &&
    (priority === undefined || line.priority <= priority) &&
    (since === undefined || at >= Date.parse(since)) &&
    (until === undefined || at <= Date.parse(until))
  );
}

function entryOf({ place, at, from, text, priority }: Written & { place: string }): LogEntry {
  return { place, at, from, text, priority };
}

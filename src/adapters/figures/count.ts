/** The counters of one control group, from whichever hierarchy has them. */
import type { Counted } from '../machine.ts';
import type { Group } from './groups.ts';
import { type Hierarchies, parseBlkio, parseCount, parseIo, parseKeyed } from './parse.ts';
import { readKernelFile } from './read.ts';

/** cgroup v1 says so, rounded to pages, where there is no limit. */
const unlimited = 2 ** 62;

type Read = (hierarchy: string | undefined, file: string) => string | undefined;

/** @returns undefined where nothing counts it: it has ended meanwhile */
export function countGroup(
  root: string,
  hierarchies: Hierarchies,
  { kind, id, path }: Group,
  disks: ReadonlySet<string>,
): Counted | undefined {
  const read: Read = (hierarchy, file) =>
    hierarchy === undefined ? undefined : readKernelFile(`${root}${hierarchy}/${path}/${file}`);
  const clock = performance.now();
  const counters = { ...cpu(read, hierarchies), ...memory(read, hierarchies), ...io(read, hierarchies, disks) };
  if (Object.keys(counters).length === 0) return undefined;
  return { kind, id, from: path, clock, ...counters };
}

function cpu(read: Read, { unified, cpuacct }: Hierarchies): { cpu?: number } {
  // The older one first: an engine that drives control groups itself may leave the newer one out.
  const nanoseconds = parseCount(read(cpuacct, 'cpuacct.usage') ?? '');
  if (nanoseconds !== undefined) return { cpu: nanoseconds / 1000 };
  const microseconds = parseKeyed(read(unified, 'cpu.stat') ?? '', 'usage_usec');
  return microseconds === undefined ? {} : { cpu: microseconds };
}

/** As `docker stats` has it: what the group's files take in the page cache, and have not used for long, can go. */
function memory(read: Read, { unified, memory: older }: Hierarchies): { memory?: number; memoryLimit?: number } {
  // A controller is in one hierarchy only.
  const [place, names] =
    older === undefined ? ([unified, memoryFiles[2]] as const) : ([older, memoryFiles[1]] as const);
  const used = parseCount(read(place, names.used) ?? '');
  if (used === undefined) return {};
  const idle = parseKeyed(read(place, 'memory.stat') ?? '', names.idle);
  return withLimit(used, idle, parseCount(read(place, names.limit) ?? ''));
}

/** By version of control groups. */
const memoryFiles = {
  1: { used: 'memory.usage_in_bytes', idle: 'total_inactive_file', limit: 'memory.limit_in_bytes' },
  2: { used: 'memory.current', idle: 'inactive_file', limit: 'memory.max' },
};

function withLimit(used: number, idle = 0, limit?: number): { memory: number; memoryLimit?: number } {
  const isLimited = limit !== undefined && limit < unlimited;
  return { memory: Math.max(0, used - idle), ...(isLimited ? { memoryLimit: limit } : {}) };
}

function io(
  read: Read,
  { unified, blkio }: Hierarchies,
  disks: ReadonlySet<string>,
): { read?: number; written?: number } {
  if (blkio === undefined) {
    const counted = read(unified, 'io.stat');
    return counted === undefined ? {} : parseIo(counted, disks);
  }
  const counted =
    read(blkio, 'blkio.throttle.io_service_bytes_recursive') ?? read(blkio, 'blkio.throttle.io_service_bytes');
  return counted === undefined ? {} : parseBlkio(counted, disks);
}

/** What proc(5) and the files of a control group count. Pure; each function answers whatever text it is given. */

/** A number of the kernel's; undefined for "max", for nothing, and for what no number holds exactly. */
export function parseCount(text: string): number | undefined {
  const digits = /^\s*(\d{1,20})\s*$/.exec(text)?.[1];
  const value = digits === undefined ? Number.NaN : Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The value of one line "name value" of cpu.stat or memory.stat (Documentation/admin-guide/cgroup-v2.rst). */
export function parseKeyed(text: string, name: string): number | undefined {
  for (const line of text.split('\n')) if (line.startsWith(`${name} `)) return parseCount(line.slice(name.length + 1));
  return undefined;
}

/** Ticks of /proc/stat are USER_HZ: 100 a second on every architecture of Debian. */
const tick = 10_000;

/**
 * /proc/stat: microseconds that the processors worked, and how many of them are there. Waiting is no work, nor is time
 * that a hypervisor gave to others.
 */
export function parseProcessors(text: string): { cpu?: number; cores: number } {
  const lines = text.split('\n').filter((line) => line.startsWith('cpu'));
  const [, user, nice, system, , , irq, softirq] = (lines.find((line) => line.startsWith('cpu ')) ?? '').split(/ +/);
  const used = [user, nice, system, irq, softirq].map((one) => parseCount(one ?? ''));
  const cores = Math.max(1, lines.filter((line) => /^cpu\d/.test(line)).length);
  if (used.some((one) => one === undefined)) return { cores };
  return { cpu: used.reduce<number>((sum, one) => sum + (one ?? 0), 0) * tick, cores };
}

/** /proc/meminfo: bytes in use, and all. */
export function parseMemory(text: string): { memory?: number; memoryLimit?: number } {
  const bytes = (name: string) => {
    const kilobytes = parseCount(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? '');
    return kilobytes === undefined ? undefined : kilobytes * 1024;
  };
  const [total, available] = [bytes('MemTotal'), bytes('MemAvailable')];
  if (total === undefined || available === undefined || available > total) return {};
  return { memory: total - available, memoryLimit: total };
}

/** What carries others' packets, or those of a real interface a second time: containers, tunnels, bonds and the like. */
const notReal =
  /^(?:lo|veth.*|docker.*|br-.*|virbr.*|ifb\d.*|dummy\d.*|bond.*|team\d.*|tun\d.*|tap\d.*|wg\d.*|vlan\d.*)$/;

/**
 * /proc/net/dev: bytes of all interfaces but loopback. `realOnly`: neither of those that others are counted in already,
 * unless there is nothing else.
 */
export function parseInterfaceBytes(text: string, realOnly: boolean): { received?: number; sent?: number } {
  const all = text.split('\n').flatMap((line) => {
    const [, name, rest] = /^\s*([^\s:]+(?::\d+)?):\s*(\d.*)$/.exec(line) ?? [];
    const columns = (rest ?? '').trim().split(/\s+/);
    const [received, sent] = [parseCount(columns[0] ?? ''), parseCount(columns[8] ?? '')];
    return name === undefined || name === 'lo' || received === undefined || sent === undefined
      ? []
      : [{ name, received, sent }];
  });
  const names = new Set(all.map(({ name }) => name));
  const isVlan = (name: string) => names.has(/^(.+)\.\d+$/.exec(name)?.[1] ?? '');
  const real = all.filter(({ name }) => !notReal.test(name) && !isVlan(name));
  const chosen = realOnly && real.length > 0 ? real : all;
  if (chosen.length === 0) return {};
  return {
    received: chosen.reduce((sum, one) => sum + one.received, 0),
    sent: chosen.reduce((sum, one) => sum + one.sent, 0),
  };
}

export interface DiskCount {
  /** "254:0" */
  number: string;
  read: number;
  written: number;
}

/** Disks in the kernel's name only, or made of others: memory, loops, mapped and joined ones, floppies and CDs. */
const noDisk = /^(?:zram|ram|loop|dm-|md|fd|sr)\d/;
/** Documentation/admin-guide/iostats.rst: whatever the disk's own sectors are. */
const sector = 512;

/** /proc/diskstats: whole disks only. */
export function parseDisks(text: string): DiskCount[] {
  const all = text.split('\n').flatMap((line) => {
    const [major, minor, name = '', ...counts] = line.trim().split(/\s+/);
    const [read, written] = [parseCount(counts[2] ?? ''), parseCount(counts[6] ?? '')];
    const isDisk = /^\d+:\d+$/.test(`${major}:${minor}`) && name !== '' && !noDisk.test(name);
    return !isDisk || read === undefined || written === undefined
      ? []
      : [{ name, number: `${major}:${minor}`, read: read * sector, written: written * sector }];
  });
  const names = new Set(all.map(({ name }) => name));
  // "sda1" is part of "sda", "nvme0n1p1" of "nvme0n1".
  const isPart = (name: string) =>
    [/^(.*\D)\d+$/, /^(.*\d)p\d+$/].some((part) => names.has(part.exec(name)?.[1] ?? ''));
  return all.filter(({ name }) => !isPart(name)).map(({ number, read, written }) => ({ number, read, written }));
}

type Bytes = { read?: number; written?: number };

/** Sum of those disks. One that a group has not used is not listed: nothing is 0 bytes. */
function sumOf(lines: readonly { number: string; read: number; written: number }[], disks: ReadonlySet<string>): Bytes {
  const own = lines.filter(({ number }) => disks.has(number));
  const sum = (of: (line: (typeof own)[number]) => number) => own.reduce((total, line) => total + of(line), 0);
  return { read: sum(({ read }) => read), written: sum(({ written }) => written) };
}

/** io.stat of cgroup v2: "254:0 rbytes=1 wbytes=2 rios=…". `disks`: numbers of those that count. */
export function parseIo(text: string, disks: ReadonlySet<string>): Bytes {
  const value = (line: string, key: string) =>
    parseCount(new RegExp(` ${key}=(\\d+)(?: |$)`).exec(line)?.[1] ?? '') ?? 0;
  const lines = text.split('\n').map((line) => ({
    number: /^\d+:\d+/.exec(line)?.[0] ?? '',
    read: value(line, 'rbytes'),
    written: value(line, 'wbytes'),
  }));
  return sumOf(lines, disks);
}

/**
 * blkio.throttle.io_service_bytes(_recursive) of cgroup v1: "254:0 Read 1", "254:0 Write 2". Later kernels begin to
 * count a disk when some limit is set for it, and name none before: then nothing is known.
 */
export function parseBlkio(text: string, disks: ReadonlySet<string>): Bytes {
  const lines = text.split('\n').flatMap((line) => {
    const [number = '', what = '', count = ''] = line.trim().split(' ');
    const bytes = parseCount(count) ?? 0;
    const isOurs = disks.has(number);
    return isOurs ? [{ number, read: what === 'Read' ? bytes : 0, written: what === 'Write' ? bytes : 0 }] : [];
  });
  return lines.length === 0 ? {} : sumOf(lines, disks);
}

/** Where the counters of control groups are mounted. In hybrid set-ups both. */
export interface Hierarchies {
  /** cgroup v2; beside v1 it counts processor time only. */
  unified?: string;
  /** cgroup v1, by controller. `systemd`: names without counters. */
  cpuacct?: string;
  memory?: string;
  blkio?: string;
  systemd?: string;
}

/** /proc/self/mounts (fstab(5)); of several mounts of one thing the first. */
export function parseHierarchies(text: string): Hierarchies {
  const found: Hierarchies = {};
  for (const line of text.split('\n')) {
    const [, place = '', type, options = ''] = line.split(' ');
    const path = place.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (type === 'cgroup2') found.unified ??= path;
    if (type !== 'cgroup') continue;
    const controllers = options.split(',');
    for (const one of ['cpuacct', 'memory', 'blkio'] as const) if (controllers.includes(one)) found[one] ??= path;
    if (controllers.includes('name=systemd')) found.systemd ??= path;
  }
  return found;
}

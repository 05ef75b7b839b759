/** A control group of a test's own on this machine, in every hierarchy that counts, that looks like a container's. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDisks, parseHierarchies } from '../../src/adapters/figures/parse.ts';
import { until } from './machine/programs.ts';

const { unified, cpuacct, memory, blkio } = parseHierarchies(readFileSync('/proc/self/mounts', 'utf8'));
const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
/** Of cgroup v1; the quota is another controller's than the time. */
const quota = mounts
  .map((line) => line.split(' '))
  .find(([, , type, options]) => type === 'cgroup' && options?.split(',').includes('cpu'))?.[1];
const isOlder = cpuacct !== undefined;

export class TestGroup {
  readonly id = randomBytes(32).toString('hex');
  private readonly parent = `gatehouse-test-${process.pid}`;
  private readonly children: ChildProcess[] = [];
  private readonly roots = isOlder
    ? [...new Set([cpuacct, memory, blkio, quota])].filter((root): root is string => root !== undefined)
    : [unified ?? ''];

  constructor() {
    for (const place of this.places()) mkdirSync(place, { recursive: true });
    // What a group's own groups may count is said in each above them.
    if (!isOlder)
      for (const place of ['', this.parent])
        writeFileSync(join(unified ?? '', place, 'cgroup.subtree_control'), '+cpu +memory +io');
  }

  private places(): string[] {
    return this.roots.map((root) => join(root, this.parent, this.id));
  }

  /** Percent of one core. */
  limitProcessor(percent: number): void {
    if (isOlder) writeFileSync(join(quota ?? '', this.parent, this.id, 'cpu.cfs_quota_us'), String(percent * 1000));
    else writeFileSync(join(unified ?? '', this.parent, this.id, 'cpu.max'), `${percent * 1000} 100000`);
  }

  limitMemory(bytes: number): void {
    const file = isOlder
      ? join(memory ?? '', this.parent, this.id, 'memory.limit_in_bytes')
      : join(unified ?? '', this.parent, this.id, 'memory.max');
    writeFileSync(file, String(bytes));
  }

  /** Has its use of the disks counted, for which later kernels want a limit where cgroups are of version 1. */
  countDisks(): void {
    if (!isOlder) return;
    const disks = parseDisks(readFileSync('/proc/diskstats', 'utf8'));
    for (const { number } of disks)
      for (const what of ['read', 'write'])
        writeFileSync(
          join(blkio ?? '', this.parent, this.id, `blkio.throttle.${what}_bps_device`),
          `${number} 9000000000`,
        );
  }

  /** Starts a shell script in the group, with a network of its own. */
  start(script: string): ChildProcess {
    const joins = this.places().map((place) => `echo $$ >${place}/cgroup.procs`);
    const child = spawn('unshare', ['--net', 'sh', '-c', [...joins, script].join('\n')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.children.push(child);
    return child;
  }

  /** Runs a shell script in the group to its end. */
  async run(script: string): Promise<void> {
    const child = this.start(script);
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`${script} ended with ${code}`);
  }

  async end(): Promise<void> {
    for (const pid of this.pids()) process.kill(pid, 'SIGKILL');
    for (const child of this.children) child.stdin?.destroy();
    await until('its processes to end', async () => this.pids().length === 0);
    for (const place of this.places()) if (existsSync(place)) rmdirSync(place);
    for (const root of this.roots) {
      const place = join(root, this.parent);
      if (existsSync(place) && readdirSync(place, { withFileTypes: true }).every((one) => !one.isDirectory()))
        rmdirSync(place);
    }
  }

  private pids(): number[] {
    const lists = this.places().map((place) => readFileSync(join(place, 'cgroup.procs'), 'utf8'));
    return [...new Set(lists.join('\n').split('\n').filter(Boolean).map(Number))];
  }
}

/** Microseconds of processor time of a process, as its own counter says (proc(5), fields 14 and 15). */
export function timeOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Bytes of a process's memory that are its own. */
export function memoryOf(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Bytes that left by any interface but loopback, as a process sees them. */
export function sentBy(pid: number): number {
  const ip = ['ip', '-s', '-j', 'link', 'show'];
  const said = execFileSync('nsenter', ['-t', String(pid), '-n', ...ip], { encoding: 'utf8' });
  const links = JSON.parse(said) as { ifname: string; stats64: { tx: { bytes: number } } }[];
  return links.filter(({ ifname }) => ifname !== 'lo').reduce((sum, { stats64 }) => sum + stats64.tx.bytes, 0);
}

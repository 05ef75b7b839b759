/**
 * The service's stats over the real counters of this machine, with control groups made for it that look like
 * containers. CPU time is this process's own, all threads of it; units and engine are told from memory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { realFigures } from '../../src/adapters/figures/figures.ts';
import { parseHierarchies } from '../../src/adapters/figures/parse.ts';
import type { Counts, Machine } from '../../src/adapters/machine.ts';
import type { Container, Stats } from '../../src/appliance.ts';
import { defaultBrand } from '../../src/brand/brand.ts';
import { gaugesOf } from '../../src/service/gauges.ts';
import { statsOf } from '../../src/service/stats.ts';

const [count, seconds] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 20)];
const { unified, cpuacct, memory, blkio } = parseHierarchies(readFileSync('/proc/self/mounts', 'utf8'));
const older = [cpuacct, memory, blkio].filter((root): root is string => root !== undefined);
const roots = older.length > 0 ? older : [unified ?? ''];
const parent = `gatehouse-bench-${process.pid}`;
const ids = Array.from({ length: count }, () => randomBytes(32).toString('hex'));

function make(id: string): ChildProcess {
  for (const root of roots) mkdirSync(join(root, parent, id));
  const child = spawn('unshare', ['--net', 'sleep', '3600'], { stdio: 'ignore' });
  for (const root of roots) writeFileSync(join(root, parent, id, 'cgroup.procs'), String(child.pid));
  return child;
}

async function remove(children: ChildProcess[]): Promise<void> {
  await Promise.all(children.map((child) => new Promise((gone) => child.once('exit', gone) && child.kill('SIGKILL'))));
  await pause(200);
  for (const root of roots) {
    for (const id of ids) rmdirSync(join(root, parent, id));
    rmdirSync(join(root, parent));
  }
}

const containers = ids.map((id, at): Container => {
  const made = { repository: 'bench', tag: 'latest', imageId: id, status: 'Up', createdAt: new Date().toISOString() };
  return { id, name: `bench-${at}`, state: 'running', ...made };
});
const figures = realFigures();
const spent: number[] = [];
const machine = {
  units: {
    list: async (names: string[]) => names.map((name) => ({ name, description: '', state: 'active', subState: '' })),
  },
  containers: { list: async () => containers },
  figures: {
    async count(units: readonly string[], signal: AbortSignal): Promise<Counts> {
      const before = process.cpuUsage();
      const counts = await figures.count(units, signal);
      const { user, system } = process.cpuUsage(before);
      spent.push((user + system) / 1000);
      return counts;
    },
  },
  facts: {},
} as unknown as Machine;

/** Prints what that cost. `work` ends when its signal is aborted. */
async function measure(name: string, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  spent.length = 0;
  const stop = new AbortController();
  const [before, start] = [process.cpuUsage(), performance.now()];
  const working = work(stop.signal);
  await pause(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const time = performance.now() - start;
  stop.abort();
  await working;
  const percent = (user + system) / 10 / time;
  const each = spent.reduce((sum, one) => sum + one, 0) / Math.max(1, spent.length);
  const figuresText = `${spent.length} countings of ${each.toFixed(2)} ms, in all ${percent.toFixed(2)} % of one core`;
  console.log(`${name.padEnd(28)} ${figuresText}`);
}

for (const root of roots) mkdirSync(join(root, parent));
const children = ids.map(make);
const closing = new AbortController();
try {
  const gauges = gaugesOf(machine, defaultBrand, 1);
  const stats = statsOf({ machine, brand: defaultBrand, gauges, pace: 1, closing: closing.signal });
  const { rows } = await stats.read({});
  const told = rows.filter(({ kind, now }) => kind === 'container' && now).length;
  console.log(`${count} containers, of which ${told} are told; ${seconds} s each`);
  const idle = (signal: AbortSignal) => new Promise((over) => signal.addEventListener('abort', over));
  const watch = (signal: AbortSignal) => {
    let bytes = 0;
    // As it goes over the socket.
    const progress = (news: Stats) => {
      bytes += JSON.stringify(news).length;
    };
    return stats.watch({}, { signal, progress }).then(() => bytes);
  };
  await measure('nobody watches', idle);
  await measure('one console watches', watch);
  await measure('ten consoles watch', (signal) => Promise.all(Array.from({ length: 10 }, () => watch(signal))));
} finally {
  closing.abort();
  await remove(children);
}

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
import { type Figure, figureOf, type Part, type Row } from './part.ts';

/** The roots of the control groups in use here. */
function hierarchies(): string[] {
  const { unified, cpuacct, memory, blkio } = parseHierarchies(readFileSync('/proc/self/mounts', 'utf8'));
  const older = [cpuacct, memory, blkio].filter((root): root is string => root !== undefined);
  return older.length > 0 ? older : [unified ?? ''];
}

const parent = `gatehouse-bench-${process.pid}`;

function make(roots: readonly string[], id: string): ChildProcess {
  for (const root of roots) mkdirSync(join(root, parent, id));
  const child = spawn('unshare', ['--net', 'sleep', '3600'], { stdio: 'ignore' });
  for (const root of roots) writeFileSync(join(root, parent, id, 'cgroup.procs'), String(child.pid));
  return child;
}

async function remove(roots: readonly string[], ids: readonly string[], children: ChildProcess[]): Promise<void> {
  await Promise.all(children.map((child) => new Promise((gone) => child.once('exit', gone) && child.kill('SIGKILL'))));
  await pause(200);
  for (const root of roots) {
    for (const id of ids) rmdirSync(join(root, parent, id));
    rmdirSync(join(root, parent));
  }
}

/** A machine of these containers that really counts, and the milliseconds that each counting took. */
function machineOf(containers: Container[]): { machine: Machine; spent: number[] } {
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
  return { machine, spent };
}

/** Percent of a core while that goes on. `work` ends when its signal is aborted. */
async function load(seconds: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<Figure> {
  const stop = new AbortController();
  const [before, start] = [process.cpuUsage(), performance.now()];
  const working = work(stop.signal);
  await pause(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const time = performance.now() - start;
  stop.abort();
  await working;
  return { value: (user + system) / 10 / time, runs: 1 };
}

export const part: Part = {
  about: "What the service's stats cost, with control groups that look like containers.",
  needs: { root: true, programs: ['unshare'] },
  settings: {
    containers: { about: 'how many', usual: 20, quick: 3 },
    seconds: { about: 'how long each is looked at', usual: 20, quick: 2 },
  },
  async run(_signal, { settings: { containers: count = 0, seconds = 0 } }) {
    const roots = hierarchies();
    const ids = Array.from({ length: count }, () => randomBytes(32).toString('hex'));
    const { machine, spent } = machineOf(
      ids.map((id, at): Container => {
        const made = {
          repository: 'bench',
          tag: 'latest',
          imageId: id,
          status: 'Up',
          createdAt: new Date().toISOString(),
        };
        return { id, name: `bench-${at}`, state: 'running', ...made };
      }),
    );
    for (const root of roots) mkdirSync(join(root, parent));
    const children = ids.map((id) => make(roots, id));
    const closing = new AbortController();
    try {
      const gauges = gaugesOf(machine, defaultBrand, 1);
      const stats = statsOf({ machine, brand: defaultBrand, gauges, pace: 1, closing: closing.signal });
      const told = (await stats.read({})).rows.filter(({ kind, now }) => kind === 'container' && now).length;
      if (told !== count) throw new Error(`${told} of ${count} containers were told`);
      const idle = (signal: AbortSignal) => new Promise((over) => signal.addEventListener('abort', over));
      // As it goes over the socket.
      const progress = (news: Stats) => void JSON.stringify(news);
      const watch = (signal: AbortSignal) => stats.watch({}, { signal, progress });
      const row = (what: string, ours: Figure): Row => ({
        ...{ what: `${what}, CPU of one core`, unit: '%', ours },
        note: `${count} containers, over ${seconds} s`,
      });
      return [
        row('nobody watches', await load(seconds, idle)),
        row('one console watches', await load(seconds, watch)),
        row(
          'ten consoles watch',
          await load(seconds, (signal) => Promise.all(Array.from({ length: 10 }, () => watch(signal)))),
        ),
        { what: `one counting of ${count} containers`, unit: 'ms', ours: figureOf(spent), note: 'CPU time' },
      ];
    } finally {
      closing.abort();
      await remove(roots, ids, children);
    }
  },
};

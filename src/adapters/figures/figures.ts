/**
 * What the appliance, its units and its containers have used, from the kernel's own files. No program is started.
 * What a file says is understood in parse.ts, whose a control group is in groups.ts.
 */
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fail } from '../../errors.ts';
import type { Counted, Counts, Figures } from '../machine.ts';
import { countGroup } from './count.ts';
import { findGroups } from './groups.ts';
import { networkOf } from './network.ts';
import { parseDisks, parseHierarchies, parseInterfaceBytes, parseMemory, parseProcessors } from './parse.ts';
import { readKernelFile } from './read.ts';

/** Others have to wait no longer than this, in ms, while we read. */
const slice = 3;
const mostContainers = 200;

/** `root`: of another machine's /proc and control groups, for tests; its mounts are seen from there. */
export function realFigures(root = ''): Figures {
  const read = (path: string) => readKernelFile(`${root}/${path}`) ?? '';
  const containerNetwork = networkOf(root);

  return {
    async count(units, signal): Promise<Counts> {
      const { cpu, cores } = parseProcessors(read('proc/stat'));
      const clock = performance.now();
      const disks = parseDisks(read('proc/diskstats'));
      const appliance: Counted = {
        kind: 'appliance',
        id: 'appliance',
        from: '/proc',
        clock,
        ...(cpu === undefined ? {} : { cpu }),
        ...parseMemory(read('proc/meminfo')),
        ...parseInterfaceBytes(read('proc/net/dev'), true),
        ...(disks.length === 0 ? {} : { read: sum(disks, 'read'), written: sum(disks, 'written') }),
      };
      const numbers = new Set(disks.map(({ number }) => number));
      const hierarchies = parseHierarchies(read('proc/self/mounts'));
      const { unified, systemd, cpuacct } = hierarchies;
      const wanted = new Set(units);
      const roots = [unified, systemd, cpuacct].flatMap((path) => (path === undefined ? [] : [join(root, path)]));
      const groups = findGroups(roots, (name) => wanted.has(name));
      const containers = groups.filter(({ kind }) => kind === 'container').slice(0, mostContainers);
      containerNetwork.begin(containers.map(({ id }) => id));
      const counted = [appliance];
      let since = performance.now();
      for (const group of [...groups.filter(({ kind }) => kind === 'unit'), ...containers]) {
        const counters = countGroup(root, hierarchies, group, numbers);
        if (counters && group.kind === 'container')
          Object.assign(counters, containerNetwork.count(group.id, placesOf(root, hierarchies, group.path)));
        if (counters) counted.push(counters);
        if (performance.now() - since < slice) continue;
        await turn();
        if (signal.aborted) throw fail('aborted', {});
        since = performance.now();
      }
      return { at: new Date().toISOString(), cores, counted };
    },
  };
}

function placesOf(
  root: string,
  { unified, cpuacct, memory, systemd }: ReturnType<typeof parseHierarchies>,
  path: string,
) {
  const places = [cpuacct, memory, systemd, unified];
  return places.flatMap((place) => (place === undefined ? [] : [join(root, place, path)]));
}

function sum<K extends 'read' | 'written'>(all: readonly Record<K, number>[], key: K): number {
  return all.reduce((total, one) => total + one[key], 0);
}

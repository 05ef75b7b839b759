/** What units use, inside a machine. */
import type { Machine } from '../machine.ts';

export interface Usage {
  /** Proportional memory (proc(5), smaps_rollup) of the unit's programs. */
  megabytes: number;
  /** Processor time until now, with that of programs that have ended. */
  seconds: number;
}

export async function usageOf(machine: Machine, units: readonly string[]): Promise<Record<string, Usage>> {
  const script = `for unit; do cd /sys/fs/cgroup$(systemctl show --value -p ControlGroup "$unit")
    echo "$unit $(awk '/^usage_usec/ { print $2 }' cpu.stat)" $(for pid in $(cat cgroup.procs); do
      awk '/^Pss:/ { print $2 }' /proc/$pid/smaps_rollup; done); done`;
  const lines = (await machine.must(['sh', '-c', script, 'sh', ...units])).trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [unit = '', used, ...kilobytes] = line.split(' ');
      const sum = kilobytes.reduce((all, one) => all + Number(one), 0);
      return [unit, { megabytes: sum / 1024, seconds: Number(used) / 1e6 }];
    }),
  );
}

/** What processes of this machine need, by proc(5): memory and CPU time. */
import { readFileSync } from 'node:fs';

export interface Memory {
  /** MB, as people measure it: with what it shares with others. */
  resident: number;
  /** MB, with its share of what is shared. */
  proportional: number;
}

/** Empty where it has gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function memoryOf(pid: number): Memory {
  const of = (file: string, name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(read(`/proc/${pid}/${file}`))?.[1] ?? 0) * 1024) / 1e6;
  return { resident: of('status', 'VmRSS'), proportional: of('smaps_rollup', 'Pss') };
}

/** The process and all that came of it. */
export function familyOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

export const nameOf = (pid: number) => read(`/proc/${pid}/comm`).trim();

/** Milliseconds of CPU time so far, in steps of 10: USER_HZ is 100 on all machines that Debian runs on. */
export function cpuOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) * 10;
}

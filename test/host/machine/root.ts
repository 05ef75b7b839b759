/** The Debian that every booted host is a copy of: made once, kept in the cache, named after what is in it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { must, script } from './programs.ts';

const packages = [
  'systemd',
  'systemd-sysv',
  'systemd-resolved',
  'systemd-timesyncd',
  'dbus',
  'iproute2',
  'iputils-arping',
  'iputils-ping',
  'openssh-server',
  'procps',
  'tcpdump',
  'libstdc++6',
  'ncurses-base',
  'ncurses-term',
  'ca-certificates',
  'age',
  'zstd',
];

const cache = process.env.GATEHOUSE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gatehouse');

/** Its path; takes a minute or two the first time, when Debian is fetched. */
export async function debianRoot(): Promise<string> {
  const recipe = `${packages.join()}${readFileSync(script('make-root'), 'utf8')}`;
  const root = join(cache, `root-bookworm-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`);
  const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  if (!existsSync(root)) await must([...apart, script('make-root'), root, packages.join()], { limit: 400_000 });
  return root;
}

/** One folder a host, for as long as it is used. */
export const runs = join(cache, 'runs');
const prefix = 'gatehouse-test';
let made = 0;

/** When the process began, in clock ticks since boot (proc(5), stat); undefined where there is no such process. */
export function bornAt(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

/** A new folder for a host, which says by its name whose it is. */
export function newRun(): { name: string; folder: string } {
  const pid = String(process.pid);
  const name = `${prefix}-${pid}-${bornAt(pid)}-${++made}`;
  const folder = join(runs, name);
  for (const part of ['upper', 'work', 'root']) mkdirSync(join(folder, part), { recursive: true });
  return { name, folder };
}

/** Removes what the hosts of those names have left: their files and cgroups. Their processes have ended before. */
export async function remove(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await must(['unshare', '--mount', script('sweep'), ...names]);
  for (const name of names) rmSync(join(runs, name), { recursive: true, force: true });
}

/** Removes what test runs that were killed have left. */
export async function removeLeftOvers(): Promise<void> {
  if (!existsSync(runs)) return;
  const dead = readdirSync(runs).filter((name) => {
    const [pid = '', born] = name.slice(prefix.length + 1).split('-');
    return name.startsWith(`${prefix}-`) && bornAt(pid) !== born;
  });
  await remove(dead);
}

/** When a journal that is followed gives nothing, and why: told once, and told again when that is over. */
import { access, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { LogNews } from '../../appliance.ts';

/** Milliseconds from one look for journald to the next. A restart takes less: two looks have to agree. */
const LOOK = 1000;
/** cgroups(7), with systemd's own layout; empty while journald does not run. */
const processes = '/sys/fs/cgroup/system.slice/systemd-journald.service/cgroup.procs';

export class Interruptions {
  private readonly open = new Set<string>();

  constructor(private readonly progress: (news: LogNews) => void) {}

  begin(who: string, why: string): void {
    if (this.open.size === 0) this.progress({ kind: 'interrupted', why });
    this.open.add(who);
  }

  end(who: string): void {
    if (this.open.delete(who) && this.open.size === 0) this.progress({ kind: 'resumed' });
  }
}

/** Tells while journald does not run: journalctl itself waits in silence then. Until aborted. */
export async function watchJournald(interruptions: Interruptions, signal: AbortSignal): Promise<void> {
  let missed = 0;
  while (!signal.aborted) {
    missed = (await runs()) ? 0 : missed + 1;
    if (signal.aborted) return;
    if (missed === 0) interruptions.end('journald');
    if (missed === 2) interruptions.begin('journald', 'journald does not run: nothing is written to the journal.');
    await pause(LOOK, undefined, { signal }).catch(() => undefined);
  }
}

/** True where it cannot be told. */
async function runs(): Promise<boolean> {
  try {
    return (await readFile(processes, 'utf8')).trim() !== '';
  } catch (error) {
    // systemd removes the cgroup of a unit that has stopped; where there are no cgroups of version 2, nothing is known.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT' || !(await isUnified());
  }
}

/** Of version 2, and with systemd's slices: where units have their cgroups. */
async function isUnified(): Promise<boolean> {
  return access('/sys/fs/cgroup/system.slice/cgroup.procs').then(
    () => true,
    () => false,
  );
}

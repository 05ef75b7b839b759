/**
 * Automatic clean-up: looks every minute whether a disk is nearly full, makes room, and says in the audit what was
 * removed and why. What goes, and in which order, lies in jobs/clean-up/.
 */
import { access, constants } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Appliance, ReportsState } from '../appliance.ts';
import { cleanUp, type StillFull } from '../jobs/clean-up/clean-up.ts';
import type { Source } from './gauge.ts';
import { messageOf, type System } from './system.ts';

/** Milliseconds from look to look. */
const PERIOD = 60_000;
const BY = 'automatic clean-up';

/** What it has to say of the disks, for the status line. */
export interface DiskWatch {
  /** "/var/log is nearly full: …"; undefined where all is well. */
  full(): string | undefined;
  /** Why nothing can be saved; undefined where it can. */
  readOnly(): string | undefined;
  source: Source;
}

type Reports = Pick<Appliance['report'], 'read' | 'remove'>;

/** Goes on until the service ends. */
export function cleaningUp(system: System, reports: Reports): DiskWatch {
  const watch = new Disks(system, reports);
  void watch.run();
  return watch;
}

class Disks implements DiskWatch {
  private said: string | undefined;
  private locked: string | undefined;
  private readonly listeners = new Set<() => void>();
  readonly source: Source = {
    watch: (_every, onChange) => {
      this.listeners.add(onChange);
      return () => this.listeners.delete(onChange);
    },
  };

  constructor(
    private readonly system: System,
    private readonly reports: Reports,
  ) {}

  full(): string | undefined {
    return this.said;
  }

  readOnly(): string | undefined {
    return this.locked;
  }

  async run(): Promise<void> {
    const { closing, log, pace } = this.system;
    while (!closing.aborted) {
      await this.look().catch((error: unknown) => {
        if (!closing.aborted) log.warning(`clean-up: ${messageOf(error)}`);
      });
      await pause(PERIOD * pace, undefined, { signal: closing, ref: false }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const { machine, audit, closing, log } = this.system;
    await this.tryToWrite();
    const still = await cleanUp(
      {
        ...machine.cleanUp,
        oldReports: async () => removable(await this.reports.read({})),
        removeReport: async (name) => {
          await this.reports.remove({ name }, { by: BY });
        },
        isBusy: async () => isBusy(await this.reports.read({})),
        async removed(what, bytes, why) {
          log.notice(`clean-up: removed ${what}, ${megabytes(bytes)}: ${why}`);
          const [before, after] = [megabytes(bytes), `removed, since ${why}`];
          await audit.note({ by: BY, what: `remove ${what}`, before, after, outcome: 'done' });
        },
      },
      closing,
    );
    this.tell(still.map(sentence).join(' ') || undefined);
  }

  /** A kernel that finds its file system damaged goes on with it read-only (ext4(5), errors=remount-ro). */
  private async tryToWrite(): Promise<void> {
    const { state, log } = this.system;
    const cannot = await access(state, constants.W_OK).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'EROFS' || error.code === 'ENOENT',
    );
    const locked = cannot
      ? `The disk of ${state} is read-only, so nothing can be saved: it may be damaged. A reboot checks and mends it, if it can be mended.`
      : undefined;
    if (locked === this.locked) return;
    if (locked) log.warning(`disk: ${locked}`);
    this.locked = locked;
    for (const listener of [...this.listeners]) listener();
  }

  private tell(said: string | undefined): void {
    const { log } = this.system;
    if (said === this.said) return;
    if (said && !this.said) log.warning(`clean-up: ${said}`);
    if (!said) log.notice('clean-up: the disks have room again');
    this.said = said;
    for (const listener of [...this.listeners]) listener();
  }
}

/** The newest stays, and what somebody fetches or sends just now. */
function removable({ kept, offer, upload }: ReportsState) {
  const inUse = new Set([
    offer && isOpen(offer.state) && offer.report,
    upload && isSending(upload.state) && upload.report,
  ]);
  return kept
    .slice(1)
    .filter(({ name }) => !inUse.has(name))
    .reverse();
}

const isOpen = (state: string) => ['waiting', 'logged in', 'downloading'].includes(state);
const isSending = (state: string) => ['connecting', 'uploading', 'comparing'].includes(state);

/** While a report is made it reads the logs. */
const isBusy = ({ job }: ReportsState) => job !== undefined;

function sentence({ folder, room: { free, total }, isBusy }: StillFull): string {
  const what = `The disk of ${folder} is nearly full: ${megabytes(free)} of ${megabytes(total)} are free`;
  return isBusy
    ? `${what}. It is cleaned up when the report is made.`
    : `${what}, and nothing is left that may be removed by itself.`;
}

const megabytes = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`);

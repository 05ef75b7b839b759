/**
 * What the groups under System share: the machine, its settings, and the one transaction that may be under way.
 * Changes that cannot cut the machine off are made here, one after the other, and never while a transaction is open:
 * going back would take them away again.
 */
import type { Machine } from '../adapters/machine.ts';
import type { PendingChange } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { fail, problemOf, sentence } from '../errors.ts';
import { differencesBetween } from '../settings/difference.ts';
import type { Settings } from '../settings/schema.ts';
import type { SettingsStore } from '../settings/store.ts';
import type { Saved } from '../settings/text.ts';
import type { Audit } from './audit.ts';
import type { Log } from './log.ts';

export interface Alteration {
  by: string;
  /** "Time settings" */
  what: string;
  make(settings: Settings): Settings;
  /** Brings the machine from one to the other; called the other way round where saving fails. */
  apply(next: Settings, before: Settings): Promise<void>;
}

export interface SystemParts {
  machine: Machine;
  brand: Brand;
  audit: Audit;
  log: Log;
  store: SettingsStore;
  /** Folder of what the service keeps. */
  state: string;
  /** Factor of every period and time limit; 1 but in tests. */
  pace: number;
  /** Aborted when the service ends. */
  closing: AbortSignal;
}

export class System {
  readonly machine: Machine;
  readonly brand: Brand;
  readonly audit: Audit;
  readonly log: Log;
  readonly store: SettingsStore;
  readonly state: string;
  readonly pace: number;
  readonly closing: AbortSignal;
  /** The transaction that is open. Set as soon as there is a keeper of changes, as is `quiet`. */
  pending: () => PendingChange | undefined = () => undefined;
  /** Ends when no files are being written or put back. */
  quiet: () => Promise<void> = async () => undefined;
  private known: Saved | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(parts: SystemParts) {
    this.machine = parts.machine;
    this.brand = parts.brand;
    this.audit = parts.audit;
    this.log = parts.log;
    this.store = parts.store;
    this.state = parts.state;
    this.pace = parts.pace;
    this.closing = parts.closing;
  }

  /** The present settings. While files are written, or put back, those from before. */
  async saved(): Promise<Saved> {
    const phase = this.pending()?.phase;
    const isWritten = phase === 'applying' || phase === 'going back';
    if (isWritten && this.known) return this.known;
    // What an earlier service left goes back before anything is read.
    if (phase === 'going back') await this.quiet();
    return this.reread();
  }

  async settings(): Promise<Settings> {
    return (await this.saved()).settings;
  }

  /** From the disk, whatever goes on. */
  async reread(): Promise<Saved> {
    this.known = await this.store.read();
    return this.known;
  }

  /** Ends when no alteration is under way. */
  async settled(): Promise<void> {
    await this.last;
  }

  /**
   * Changes the machine and then saves; where either fails, the machine is put back.
   * @throws Failure 'change-pending' while a transaction is open, and whatever machine and settings say
   */
  alter(alteration: Alteration): Promise<Settings> {
    return this.inTurn(() => this.alterNow(alteration));
  }

  /** After all alterations that were asked for before, and before those that come later. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async alterNow({ by, what, make, apply }: Alteration): Promise<Settings> {
    const other = this.pending();
    if (other) throw fail('change-pending', { what: other.what, by: other.by, until: other.until ?? '' });
    const { revision, settings: before } = await this.saved();
    const next = make(before);
    const differences = differencesBetween(before, next);
    const entry = {
      by,
      what: `change ${what}`,
      before: differences.map(({ path, before = 'none' }) => `${path}: ${before}`).join('; '),
      after: differences.map(({ path, after = 'none' }) => `${path}: ${after}`).join('; '),
    };
    try {
      await apply(next, before);
      if (differences.length > 0) this.known = await this.store.save(next, { revision, by, what });
    } catch (error) {
      await apply(before, next).catch((worse: unknown) =>
        this.log.warning(`${what} could not be put back: ${sentence(problemOf(worse, messageOf(worse)))}`),
      );
      await this.audit.note({ ...entry, outcome: problemOf(error).code });
      throw error;
    }
    await this.audit.note({ ...entry, outcome: 'done' });
    return next;
  }
}

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : 'none');

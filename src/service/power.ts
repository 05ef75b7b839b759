/**
 * Reboot, Shutdown, Reset: one at a time, counted down here, so that it happens whatever becomes of who asked, and
 * called off by whoever likes. A restart of the service calls it off, too. What a reset deletes is the machine's to know.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoginSession } from '../adapters/machine.ts';
import type { Appliance, PowerAction, PowerState, Status, Who } from '../appliance.ts';
import type { ChangeKeeper } from '../changes/change.ts';
import { fail, type Problem, problemOf, sentence } from '../errors.ts';
import { harmless } from '../values/harmless.ts';
import { within } from '../within.ts';
import { Gauge, type Source, watchGauges } from './gauge.ts';
import type { Jobs } from './jobs.ts';
import { decideReset, restartForReset } from './resetting.ts';
import { loggedIn, others } from './sessions.ts';
import { messageOf, type System } from './system.ts';

const usualSeconds = 10;
/** For the answer to leave before everything ends, in ms. */
const farewell = 300;
/** Milliseconds. */
const limits = { undo: 60_000, end: 300_000 };
const period = 60_000;

export interface PowerParts {
  system: System;
  keeper: ChangeKeeper;
  jobs: Jobs;
  registration: Appliance['registration'];
}

export interface Power {
  group: Appliance['power'];
  /** For the status line. */
  scheduled(): Status['power'];
  source: Source;
}

interface Scheduled {
  action: PowerAction;
  at: string;
  by: string;
  step?: string;
}

const named = { reboot: 'Reboot', shutdown: 'Shutdown', reset: 'Reset' } as const;

/** Ready when it returns. A reset that an earlier service had decided goes on. */
export async function powerOf(parts: PowerParts): Promise<Power> {
  const switching = new Switching(parts);
  await switching.resume();
  return switching;
}

class Switching implements Power {
  private current: Scheduled | undefined;
  private failed: PowerState['failed'];
  private timer: NodeJS.Timeout | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly sessions: Gauge<LoginSession[]>;
  private readonly file: string;
  readonly source: Source = {
    watch: (_every, onChange) => {
      this.listeners.add(onChange);
      return () => this.listeners.delete(onChange);
    },
  };

  constructor(private readonly parts: PowerParts) {
    const { machine, state, pace } = parts.system;
    this.file = join(state, 'power.json');
    this.sessions = new Gauge('The list of sessions', 10_000 * pace, (signal) => loggedIn(machine, signal));
  }

  get group(): Appliance['power'] {
    const { system, jobs } = this.parts;
    const every = period * system.pace;
    const changes: Source = {
      watch: (_every, progress) => {
        const stop = new AbortController();
        void this.parts.keeper.watch({ signal: stop.signal, progress });
        return () => stop.abort();
      },
    };
    return {
      read: async (_args, { who } = {}) => {
        // Who asks may be newer than what was read for others.
        await this.sessions.latest(0);
        return this.state(await who);
      },
      watch: async (_args, call = {}) => {
        const asker = await call.who;
        const all = [this.source, jobs.source, this.sessions, changes];
        return watchGauges(
          all.map((one) => [one, every] as const),
          () => this.state(asker),
          call,
        );
      },
      resetPlan: async () => ({ deletes: [...system.machine.power.reset.deletes] }),
      schedule: ({ action, seconds = usualSeconds }, { by = 'nobody known' } = {}) =>
        this.schedule(action, seconds, by),
      cancel: (_args, { by = 'nobody known' } = {}) => this.cancel(by),
    };
  }

  scheduled(): Status['power'] {
    return this.current && { action: this.current.action, at: this.current.at };
  }

  /** What an earlier service was at. */
  async resume(): Promise<void> {
    const { machine, audit, log, closing } = this.parts.system;
    closing.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
    const left = await readFile(this.file, 'utf8').catch(() => undefined);
    if (left !== undefined) {
      await this.forget();
      const what = `call off ${harmless(left.trim() || 'what was scheduled', { most: 200 })}`;
      log.notice(`${what}: the service was started anew meanwhile`);
      await audit.note({ by: 'gatehouse.service', what, before: 'scheduled', after: 'called off', outcome: 'done' });
    }
    const reset = await machine.power.reset.decided().catch((error: unknown) => {
      log.error(`Reset: ${messageOf(error)}`);
      return undefined;
    });
    if (!reset) return;
    const at = new Date().toISOString();
    if (reset.when === 'now') {
      this.current = { action: 'reset', at, by: reset.by };
      void this.carryOut(this.current, () => this.restart());
      return;
    }
    const why = 'The start of the machine could not complete it, and tries again each time.';
    this.fails('reset', fail('unavailable', { what: 'Reset', why }).problem);
  }

  private state(asker: Who | undefined): PowerState {
    const { keeper, jobs } = this.parts;
    const { pending } = keeper.state();
    const { reading } = this.sessions;
    return {
      ...(this.current ? { scheduled: { ...this.current } } : {}),
      ...(this.failed ? { failed: this.failed } : {}),
      sessions: reading.state === 'known' ? others(reading.value, asker) : [],
      jobs: jobs.sentences(),
      ...(pending ? { pending: pending.what } : {}),
    };
  }

  private async schedule(action: PowerAction, seconds: number, by: string): Promise<PowerState> {
    const { machine, audit, closing } = this.parts.system;
    const other = this.current;
    if (other) throw fail('busy', { what: named[other.action], by: other.by, since: new Date().toISOString() });
    const at = new Date(Date.now() + seconds * 1000).toISOString();
    const mine: Scheduled = { action, at, by };
    this.current = mine;
    this.tell();
    const entry = { by, what: `schedule ${action}`, before: 'none', after: `at ${at}` };
    try {
      if (action === 'reset') await machine.power.reset.check(closing);
      await this.remember(`the ${action} at ${at}, asked for by ${by}`);
      await audit.note({ ...entry, outcome: 'done' });
    } catch (error) {
      if (this.current === mine) this.current = undefined;
      this.tell();
      await this.forget();
      await audit.note({ ...entry, after: 'none', outcome: problemOf(error).code });
      throw error;
    }
    // Called off meanwhile: what is to be remembered of it may have been written after that.
    if (this.current !== mine) {
      if (!this.current) await this.forget();
      return this.state(undefined);
    }
    this.failed = undefined;
    this.timer = setTimeout(() => void this.begin(mine), Math.max(Date.parse(at) - Date.now(), farewell));
    this.tell();
    return this.state(undefined);
  }

  private async cancel(by: string): Promise<PowerState> {
    const { current } = this;
    if (current?.step !== undefined)
      throw fail('not-allowed', { what: `Calling off the ${current.action}`, why: 'It has begun.' });
    if (current) {
      clearTimeout(this.timer);
      this.current = undefined;
      this.tell();
      await this.forget();
      const { action, at } = current;
      const before = `at ${at}, asked for by ${current.by}`;
      const { audit } = this.parts.system;
      await audit.note({ by, what: `call off ${action}`, before, after: 'none', outcome: 'done' });
    }
    return this.state(undefined);
  }

  private begin(current: Scheduled): Promise<void> {
    return this.carryOut(current, async () => {
      const { action, by } = current;
      const { machine, audit, closing } = this.parts.system;
      this.step('Ending what runs');
      await this.forget();
      await Promise.all([this.undoPending(by), this.parts.jobs.end(by)]);
      await this.parts.system.settled();
      await audit.note({ by, what: action, before: 'running', after: 'begun', outcome: 'done' });
      if (action === 'reset') {
        const { system, registration } = this.parts;
        const said = await decideReset(system, registration, by, (text) => this.step(text));
        return this.restart(said);
      }
      this.step(action === 'reboot' ? 'Rebooting' : 'Shutting down');
      await machine.power[action](closing);
    });
  }

  /** Until the service ends with all else; what throws is told on every console, and everything goes on. */
  private async carryOut(current: Scheduled, work: () => Promise<void>): Promise<void> {
    const { audit, closing, pace } = this.parts.system;
    const { action, by } = current;
    try {
      await work();
      await within(limits.end * pace, named[action], () => untilAborted(closing));
    } catch (error) {
      if (closing.aborted) return;
      const problem = problemOf(error, messageOf(error));
      await audit.note({ by, what: action, before: 'begun', after: 'running', outcome: problem.code });
      this.current = undefined;
      this.fails(action, problem);
    }
  }

  /** Where it cannot be undone in time, the start of the machine does it. */
  private async undoPending(by: string): Promise<void> {
    const { keeper, system } = this.parts;
    const { pending } = keeper.state();
    if (!pending) return;
    const undo = async () => {
      await keeper.undo(pending.id, by).catch(() => undefined);
      await system.quiet();
    };
    await within(limits.undo * system.pace, `Undoing ${pending.what}`, undo).catch((error: unknown) =>
      system.log.warning(`${messageOf(error)}; it is undone when the machine starts`),
    );
  }

  private restart(said?: string): Promise<void> {
    this.step(said === undefined ? 'Rebooting' : `Rebooting. ${said}`);
    return restartForReset(this.parts.system);
  }

  // ------------------------------------------------------------ telling

  private step(text: string): void {
    if (this.current) this.current = { ...this.current, step: text };
    this.tell();
  }

  private fails(action: PowerAction, problem: Problem): void {
    this.failed = { action, at: new Date().toISOString(), problem };
    this.parts.system.log.error(`${named[action]}: ${sentence(problem)}`);
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  /** For the next service, should this one be killed: what it finds here was called off by that. For people only. */
  private async remember(what: string): Promise<void> {
    await writeFile(this.file, `${what}\n`, { mode: 0o600 });
  }

  private async forget(): Promise<void> {
    await rm(this.file, { force: true });
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}

/**
 * Generate report as the contract has it: one at a time, as a job of the service that outlives its asker, audited; and
 * the reports that are kept. How one is made lies in jobs/report/, how one is handed over in handover.ts.
 */
import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Appliance, Call, ReportItem, ReportJob, ReportsState } from '../appliance.ts';
import { fail, type Problem, problemOf, sentence } from '../errors.ts';
import type { Item } from '../jobs/report/item.ts';
import { Keep } from '../jobs/report/keep.ts';
import { estimateOf, itemStates, makeReport } from '../jobs/report/make.ts';
import { readOwn, replaceFile } from '../settings/files.ts';
import { Secret } from '../values/secret.ts';
import { within } from '../within.ts';
import type { Handover } from './handover.ts';
import type { Log } from './log.ts';
import { type Sources, serviceItems } from './report-items.ts';
import { knownSecrets } from './report-secrets.ts';
import { messageOf } from './system.ts';
import { realClock } from './way-back.ts';

// Limits here have no pace: programs do not run faster in tests.

/** Milliseconds between two tellings of how a job goes on. */
const OFTEN = 250;

/** Ready when it returns: what an earlier service left unfinished is gone. */
export async function reportsOf(sources: Sources, handover: Handover): Promise<Appliance['report']> {
  const reports = new Reports(sources, handover);
  await reports.begin();
  return reports.group();
}

class Reports {
  private readonly keep: Keep;
  private readonly items: Item[];
  /** Where one is remembered that was being made when the service ended in good order. */
  private readonly again: string;
  private readonly listeners = new Set<() => void>();
  private job: ReportJob | undefined;
  private ended: ReportsState['ended'];
  private under: { cancel: AbortController; done: Promise<void> } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sources: Sources,
    private readonly handover: Handover,
  ) {
    const { diagnostics } = sources.system.machine;
    this.keep = new Keep({ folder: diagnostics.folder });
    this.again = join(sources.system.state, 'report-again.json');
    this.items = [...serviceItems(sources), ...diagnostics.items];
    handover.changed(() => this.tell());
  }

  async begin(): Promise<void> {
    const { log } = this.sources.system;
    const again = await takeAgain(this.again, log);
    const left = await this.keep.clear().catch((error: unknown) => {
      log.warning(`reports: ${this.keep.folder} cannot be used: ${messageOf(error)}`);
      return [];
    });
    if (again) {
      log.notice(`reports: the one that was being made is made again, since the service was started anew`);
      await this.start(again.items, again.by).catch((error: unknown) => log.warning(`reports: ${messageOf(error)}`));
      return;
    }
    if (left.length === 0) return;
    const why = 'the service was interrupted while it was made';
    this.ended = { at: new Date().toISOString(), problem: fail('report-failed', { why }).problem };
    log.warning(`reports: ${sentence(this.ended.problem)} Removed: ${left.join(', ')}`);
  }

  group(): Appliance['report'] {
    const { handover } = this;
    const known = async (name: string) => ({ report: await this.keep.one(name), path: this.keep.pathOf(name) });
    return {
      items: async (_args, { signal = never } = {}) => {
        // Nobody shall choose what goes into a report that cannot be made.
        await this.recipients();
        return this.list(signal);
      },
      read: () => this.state(),
      watch: (_args, call = {}) => this.watch(call),
      start: ({ items }, { by = 'nobody known' } = {}) => this.start(items, by),
      cancel: (_args, { by = 'nobody known' } = {}) => this.cancel(by),
      remove: ({ name }, { by = 'nobody known' } = {}) => this.remove(name, by),
      async offer({ name }, { by = 'nobody known' } = {}) {
        const { report, path } = await known(name);
        return handover.offer(report, path, by);
      },
      withdraw: async (_args, { by = 'nobody known' } = {}) => {
        await handover.withdraw(by);
        return this.state();
      },
      hostKey: (target, { signal } = {}) => handover.hostKey(target, signal),
      upload: async ({ name, sha256, password, key, passphrase, ...target }, { by = 'nobody known' } = {}) => {
        const { report, path } = await known(name);
        const login = {
          sha256,
          ...(password === undefined ? {} : { password: new Secret(password) }),
          ...(key === undefined ? {} : { key: new Secret(key) }),
          ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
        };
        await handover.upload(report, path, target, login, by);
        return this.state();
      },
      cancelUpload: async () => {
        await handover.cancelUpload();
        return this.state();
      },
      async fetch({ name, from, most }) {
        const { report, path } = await known(name);
        const file = await open(path, 'r');
        try {
          const { bytesRead, buffer } = await file.read(Buffer.alloc(most), 0, most, from);
          return { data: buffer.subarray(0, bytesRead).toString('base64'), report };
        } finally {
          await file.close();
        }
      },
    };
  }

  /** Each within its own limits: one that does not answer has no estimate. */
  private async list(signal: AbortSignal): Promise<ReportItem[]> {
    return Promise.all(
      this.items.map(async (item) => {
        const { name, title, about, seconds, most } = item;
        const ask = async (inner: AbortSignal) => item.absent?.(inner);
        const own = AbortSignal.any([signal]);
        const asked = await within(3000, title, ask, own).catch(() => undefined);
        const estimate = asked === undefined ? await estimateOf(item, signal) : undefined;
        return {
          ...{ name, title, about, seconds, most },
          ...(estimate === undefined ? {} : { estimate }),
          ...(asked === undefined ? {} : { absent: asked }),
        };
      }),
    );
  }

  private async state(): Promise<ReportsState> {
    const kept = await this.keep.kept();
    return {
      ...(this.job ? { job: structuredClone(this.job) } : {}),
      ...(this.ended ? { ended: this.ended } : {}),
      kept,
      ...this.handover.state(),
    };
  }

  private async watch({ signal = never, progress = () => undefined }: Partial<Call<ReportsState>>): Promise<void> {
    let isStale = true;
    let wake: () => void = () => undefined;
    const changed = () => {
      isStale = true;
      wake();
    };
    this.listeners.add(changed);
    signal.addEventListener('abort', changed, { once: true });
    try {
      while (!signal.aborted) {
        isStale = false;
        const state = await this.state();
        if (!signal.aborted) progress(state);
        while (!isStale && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.listeners.delete(changed);
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** As `tell`, but not more often than somebody can look. */
  private tellSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tell();
    }, OFTEN);
  }

  private async start(chosen: readonly string[] | undefined, by: string): Promise<ReportsState> {
    if (this.job) throw fail('busy', { what: 'Generate report', by: this.job.by, since: this.job.startedAt });
    const items = itemStates(this.items, chosen);
    const job: ReportJob = {
      ...{ id: randomUUID().slice(0, 8), startedAt: new Date().toISOString(), by },
      ...{ phase: 'collecting', items, bytes: 0 },
    };
    this.job = job;
    const cancel = new AbortController();
    try {
      const prepared = await this.prepared();
      const done = this.carryOut(job, prepared, cancel);
      this.under = { cancel, done };
    } catch (error) {
      this.job = undefined;
      await this.note(job, 'none', problemOf(error).code);
      throw error;
    }
    this.ended = undefined;
    this.tell();
    return this.state();
  }

  /** What can be wrong before anything begins is said to whoever asks. */
  private async prepared(): Promise<{ recipients: readonly string[]; machine: string }> {
    const { machine, closing } = this.sources.system;
    const recipients = await this.recipients();
    await this.keep.prepare();
    const name = await within(3000, 'The host name', machine.facts.hostName, closing).catch(() => 'appliance');
    return { recipients, machine: name };
  }

  /** @throws Failure 'no-support-key' where neither the machine nor the brand has one */
  private async recipients(): Promise<readonly string[]> {
    const { machine, brand, closing } = this.sources.system;
    const own = await within(10_000, 'The support key', (inner) => machine.diagnostics.recipients(inner), closing);
    const recipients = own.length > 0 ? own : brand.supportKeys;
    if (recipients.length === 0) throw fail('no-support-key', {});
    return recipients;
  }

  private async carryOut(
    job: ReportJob,
    { recipients, machine }: { recipients: readonly string[]; machine: string },
    cancel: AbortController,
  ): Promise<void> {
    const { system, version } = this.sources;
    const { closing, audit } = system;
    const { hostKey } = system.machine.diagnostics;
    const signal = AbortSignal.any([cancel.signal, closing]);
    try {
      const secrets = await within(30_000, 'The list of secrets', (inner) => knownSecrets(system, inner), signal);
      const { report, unsigned } = await makeReport({
        ...{ keep: this.keep, items: this.items, job, machine, version, secrets, recipients, signal },
        ...(hostKey === undefined ? {} : { hostKey }),
        changed: () => this.tellSoon(),
        isUsed: (name) => this.handover.uses(name),
        removed: (names) => {
          for (const name of names)
            void audit.note({
              by: job.by,
              what: `remove report ${name}`,
              before: 'kept',
              after: 'gone, for room',
              outcome: 'done',
            });
        },
      });
      this.job = undefined;
      const said = unsigned === undefined ? 'signed' : `not signed: ${unsigned}`;
      await this.note(job, `${report.name}, ${report.size} bytes, SHA-256 ${report.sha256}, ${said}`, 'done');
    } catch (error) {
      this.job = undefined;
      const problem = this.problemOf(error, signal);
      if (closing.aborted && !cancel.signal.aborted) await this.remember(job);
      this.ended = { at: new Date().toISOString(), problem };
      await this.note(job, 'none', problem.code);
    } finally {
      this.under = undefined;
      this.tell();
    }
  }

  /** Of the next service. Not after a power cut or a crash, which it may have been the reason of. */
  private async remember({ by, items }: ReportJob): Promise<void> {
    const chosen = items.filter((item) => item.outcome !== 'left out').map(({ name }) => name);
    const note = { by, items: chosen, boot: realClock.boot() };
    await replaceFile(this.again, JSON.stringify(note)).catch((error: unknown) =>
      this.sources.system.log.warning(`reports: ${messageOf(error)}`),
    );
  }

  private problemOf(error: unknown, signal: AbortSignal): Problem {
    if (signal.aborted) return fail('aborted', {}).problem;
    const reference = randomUUID().slice(0, 8);
    const problem = problemOf(error, reference);
    if (problem.code === 'internal')
      this.sources.system.log.error(`${reference}: report: ${error instanceof Error ? error.stack : String(error)}`);
    return problem;
  }

  private note({ by, items }: ReportJob, after: string, outcome: string): Promise<void> {
    const chosen = items.filter((item) => item.outcome !== 'left out').map(({ name }) => name);
    return this.sources.system.audit.note({ by, what: 'generate report', before: chosen.join(', '), after, outcome });
  }

  private async cancel(by: string): Promise<ReportsState> {
    const { under, job } = this;
    if (under && job) {
      under.cancel.abort();
      await under.done;
      const { audit } = this.sources.system;
      await audit.note({ by, what: 'cancel report', before: `by ${job.by}`, after: 'none', outcome: 'done' });
    }
    return this.state();
  }

  private async remove(name: string, by: string): Promise<ReportsState> {
    await this.keep.one(name);
    if (this.handover.uses(name)) {
      const { offer, upload } = this.handover.state();
      throw fail('busy', { what: name, by: offer?.by ?? upload?.by ?? '', since: new Date().toISOString() });
    }
    await this.keep.remove(name);
    const { audit } = this.sources.system;
    await audit.note({ by, what: `remove report ${name}`, before: 'kept', after: 'gone', outcome: 'done' });
    this.tell();
    return this.state();
  }
}

/** Taken once. After a reboot nobody waits for it any more. */
async function takeAgain(path: string, log: Log): Promise<Omit<z.output<typeof note>, 'boot'> | undefined> {
  try {
    const file = await readOwn(path);
    await rm(path, { force: true });
    const found = file && note.parse(JSON.parse(file.text));
    return found?.boot === realClock.boot() ? found : undefined;
  } catch (error) {
    log.warning(`reports: ${path}: ${messageOf(error)}`);
    return undefined;
  }
}

const note = z.object({ by: z.string(), items: z.array(z.string()), boot: z.string() });
const never = new AbortController().signal;

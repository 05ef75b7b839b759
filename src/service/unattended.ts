/**
 * Unattended set-up: a file looked at, applied, or written. One at a time. It is the service's, not its asker's, who
 * may be cut off by it: whoever gives up only stops waiting, and what came of it is kept.
 */
import { createHash } from 'node:crypto';
import type { Appliance, Call, UnattendedNews, UnattendedOutcome, UnattendedSetup, Who } from '../appliance.ts';
import { untilGivenUp } from '../changes/given-up.ts';
import { fail, type Problem, problemOf } from '../errors.ts';
import { type Understood, understood } from '../unattended/wanted.ts';
import { account } from './access.ts';
import type { SetUp } from './setup.ts';
import { messageOf, type System } from './system.ts';
import { carriedOut } from './unattended-apply.ts';
import { exported } from './unattended-export.ts';
import { type Asker, planned } from './unattended-plan.ts';

export interface UnattendedParts {
  system: System;
  setUp: SetUp;
  groups: Pick<Appliance, 'changes' | 'registration' | 'access' | 'ssh' | 'hosts'>;
}

export interface Given {
  text: string;
  /** What is in the text. */
  file: Understood;
  /** "gatehouse.yaml on the disk GATEHOUSE" */
  from: string;
  /** What came of it is kept also where nothing was begun: nobody is there to be told. */
  isKept?: boolean;
}

export const digestOfText = (text: string) => createHash('sha256').update(text).digest('hex');

type Tell = (news: UnattendedNews) => void;

export class Unattended {
  private busy: { by: string; since: string } | undefined;

  constructor(private readonly parts: UnattendedParts) {}

  get group(): Appliance['unattended'] {
    const { system } = this.parts;
    const signalOf = ({ signal = system.closing }: Partial<Call>) => AbortSignal.any([signal, system.closing]);
    return {
      plan: async ({ text }, call = {}) => {
        const plan = await planned(this.parts, fileOf(text), await askerOf(call), signalOf(call));
        const { differences, warnings, newAddress } = plan;
        return { differences, warnings, ...(newAddress === undefined ? {} : { newAddress }) };
      },
      apply: async ({ text }, call = {}) => {
        const asker = await askerOf(call);
        const given = { text, file: fileOf(text), from: `a file of ${asker.by}` };
        return untilGivenUp(this.apply(given, asker, call.progress ?? (() => undefined)), call.signal);
      },
      export: async ({ secrets = false }, call = {}) => {
        const { by, isOwner } = await askerOf(call);
        if (secrets && !isOwner)
          throw fail('not-allowed', { what: 'Passwords in the file', why: 'Only root gets them.' });
        const text = await exported(system, secrets, signalOf(call));
        const what = 'export the set-up with its passwords';
        if (secrets) await system.audit.note({ by, what, before: '', after: '', outcome: 'done' });
        return { text };
      },
    };
  }

  /** @throws Failure 'busy', and whatever speaks against it */
  async apply(given: Given, asker: Asker, tell: Tell): Promise<UnattendedOutcome> {
    if (this.busy) throw fail('busy', { what: 'Unattended set-up', ...this.busy });
    this.busy = { by: asker.by, since: new Date().toISOString() };
    try {
      return await this.applyNow(given, asker, tell);
    } finally {
      this.busy = undefined;
    }
  }

  private async applyNow(given: Given, asker: Asker, tell: Tell): Promise<UnattendedOutcome> {
    const { system, groups } = this.parts;
    let isKept = given.isKept ?? false;
    try {
      tell({ step: 'Checking' });
      const plan = await planned(this.parts, given.file, asker, system.closing);
      const { differences } = plan;
      const open = system.pending();
      if (open) throw fail('change-pending', { what: open.what, by: open.by, until: open.until ?? '' });
      if (differences.length > 0) {
        isKept = true;
        await this.remember(given, 'begun');
      }
      const outcome = await carriedOut({ system, groups, by: asker.by, tell }, plan);
      await this.finish(isKept ? given : undefined);
      return { differences, ...outcome };
    } catch (error) {
      // Where the service ends the next one goes on with it, or says how far it came.
      if (isKept && !system.closing.aborted) await this.remember(given, 'failed', problemOf(error, messageOf(error)));
      throw error;
    }
  }

  /** What came of a file, for whoever asks later. */
  async remember(file: Pick<Given, 'from' | 'text'>, outcome: UnattendedSetup['outcome'], problem?: Problem) {
    await this.parts.setUp.remember({ unattended: { ...noteOf(file, outcome), ...(problem ? { problem } : {}) } });
  }

  /** Where somebody can log in now, nobody has to be led any more. */
  private async finish(file: Given | undefined): Promise<void> {
    const { system, setUp } = this.parts;
    const { hasPassword, keys } = await system.machine.login.state(account, system.closing);
    const finished = setUp.record.finished || hasPassword || keys > 0;
    if (file || finished !== setUp.record.finished)
      await setUp.remember({ finished, ...(file ? { unattended: noteOf(file, 'applied') } : {}) });
  }
}

const noteOf = ({ from, text }: Pick<Given, 'from' | 'text'>, outcome: UnattendedSetup['outcome']) => ({
  from,
  sha256: digestOfText(text),
  at: new Date().toISOString(),
  outcome,
});

const fileOf = (text: string) => understood(text) as Understood;

async function askerOf({ by, who }: Partial<Call>): Promise<Asker> {
  const known: Who | undefined = await who;
  const isOwner = known?.uid !== undefined && known.uid === process.getuid?.();
  return { by: by ?? known?.by ?? 'nobody known', isOwner };
}

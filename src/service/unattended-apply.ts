/**
 * Carries out what an unattended file comes to. What can cut the machine off is one transaction, which the tests keep
 * or undo: nobody is there to answer. The rest follows; registration, which cannot be taken back, is last.
 */
import type { Appliance, HostEntry, TestResult, UnattendedNews, UnattendedOutcome } from '../appliance.ts';
import { fail, problemOf, sentence } from '../errors.ts';
import type { Secret } from '../values/secret.ts';
import { account } from './access.ts';
import { messageOf, type System } from './system.ts';
import { applyTime } from './time.ts';
import type { Planned } from './unattended-plan.ts';

export interface CarryingOut {
  system: System;
  groups: Pick<Appliance, 'changes' | 'registration' | 'hosts' | 'ssh'>;
  by: string;
  tell(news: UnattendedNews): void;
}

/** @throws Failure 'change-undone' with the tests that failed, or what any of it says */
export async function carriedOut(
  work: CarryingOut,
  plan: Planned,
): Promise<Pick<UnattendedOutcome, 'tests' | 'registered'>> {
  const { system, groups, by, tell } = work;
  const tests = await network(work, plan);
  await operator(work, plan);
  if (plan.rest) {
    const { rest } = plan;
    tell({ step: 'Setting time and console' });
    await system.alter({
      by,
      what: 'Unattended set-up',
      make: ({ suffix, ...settings }) => ({
        ...settings,
        ...(suffix === undefined ? {} : { suffix }),
        ...defined(rest),
      }),
      apply: (next) => applyTime(system, next.time),
    });
  }
  if (plan.ssh !== undefined) {
    tell({ step: `Switching SSH ${plan.ssh ? 'on' : 'off'}` });
    await groups.ssh.set({ enabled: plan.ssh }, { by });
  }
  if (plan.code === undefined) return { tests };
  tell({ step: 'Registering' });
  const { code } = plan;
  const state = await groups.registration.register(
    { code },
    { by, progress: (registration) => tell({ registration }) },
  );
  return { tests, ...(state.registered ? { registered: { id: state.id, name: state.name } } : {}) };
}

function defined({ suffix, ...rest }: NonNullable<Planned['rest']>) {
  return { ...rest, ...(suffix === undefined ? {} : { suffix }) };
}

/** Host names first: a proxy, or the platform, may be known by them only. They go back with the rest. */
async function network({ system, groups, by, tell }: CarryingOut, { hosts, draft }: Planned): Promise<TestResult[]> {
  const before = (await system.settings()).hosts;
  const setHosts = async (entries: HostEntry[]) => void (await groups.hosts.set({ entries }, { by }));
  if (hosts) {
    tell({ step: 'Setting static host names' });
    await setHosts(hosts);
  }
  if (!draft) return [];
  try {
    return await tried(groups.changes, draft, by, tell);
  } catch (error) {
    if (hosts)
      await setHosts(before).catch((worse) =>
        system.log.warning(`Static host names could not be put back: ${sentence(problemOf(worse, messageOf(worse)))}`),
      );
    throw error;
  }
}

/** Kept where every test passed, and undone otherwise. */
async function tried(
  changes: Appliance['changes'],
  draft: NonNullable<Planned['draft']>,
  by: string,
  tell: CarryingOut['tell'],
): Promise<TestResult[]> {
  const { id, what, tests } = await changes.apply({ draft }, { by, progress: tell });
  const failed = tests.filter(({ passed }) => !passed);
  if (failed.length === 0) {
    await changes.keep({ id }, { by });
    return tests;
  }
  tell({ step: 'Going back' });
  const { differs = [] } = await changes.undo({ id }, { by });
  const why = failed.map(({ test, said }) => `The test of ${test} failed: ${said}`).join(' ');
  throw fail('change-undone', { what, why, differs: differs.join(' ') });
}

async function operator({ system, by, tell }: CarryingOut, { operator: wanted }: Planned): Promise<void> {
  const { machine, audit, closing } = system;
  const { password, hash, keys } = wanted;
  const noted = async (what: string, work: () => Promise<void>) => {
    tell({ step: `Setting the ${what} of ${account}` });
    const entry = { by, what: `set the ${what} of ${account}`, before: '', after: 'set' };
    try {
      await work();
    } catch (error) {
      await audit.note({ ...entry, after: '', outcome: problemOf(error).code });
      throw error;
    }
    await audit.note({ ...entry, outcome: 'done' });
  };
  const set = (given: Secret) => machine.login[password ? 'setPassword' : 'setPasswordHash'](account, given, closing);
  const secret = password ?? hash;
  if (secret) await noted('password', () => set(secret));
  if (keys) await noted('keys', () => machine.login.setKeys(account, keys, closing));
}

/** Transactions of this machine: the engine of src/changes given its settings, adapters and clock. */
import { join } from 'node:path';
import type { Appliance, ChangesState } from '../appliance.ts';
import { ChangeKeeper } from '../changes/change.ts';
import { realDisk } from '../changes/disk.ts';
import { effectiveOf } from '../changes/effective.ts';
import { type ChangeParts, usualLimits, type WayBackParts } from '../changes/parts.ts';
import { wayBack } from '../changes/way-back.ts';
import { problemOf, sentence } from '../errors.ts';
import { savedPlaces } from '../settings/store.ts';
import { prepared } from './prepare.ts';
import { applySsh, whyRefused } from './ssh.ts';
import { messageOf, type System } from './system.ts';
import { applyTime } from './time.ts';
import { tryOut } from './trial.ts';
import { realClock } from './way-back.ts';

/** Of the folder of what the service keeps. */
export const settingsFolder = (state: string) => join(state, 'settings');

function wayBackParts({ machine, state, audit, log, pace }: System): WayBackParts {
  return {
    folder: join(state, 'change'),
    places: [...machine.changing.places, ...savedPlaces(settingsFolder(state))],
    disk: realDisk,
    clock: realClock,
    tell: machine.changing.tell,
    // As the way back itself does, which compares with it.
    effective: async (signal) =>
      effectiveOf(...(await Promise.all([machine.network.effective({}, signal), machine.resolver.effective(signal)]))),
    audit,
    log,
    limits: { verify: usualLimits.verify * pace },
  };
}

/** Takes up a change that an earlier service left. */
export async function keeperOf(system: System): Promise<ChangeKeeper> {
  const { machine, state, closing, log } = system;
  const own = wayBackParts(system);
  const parts: ChangeParts = {
    ...own,
    arming: machine.changing.arming(() => wayBack(own, { atBoot: false })),
    prepare: (draft, signal) =>
      prepared(system, settingsFolder(state), draft, keeper?.state().pending?.by ?? 'nobody known', signal),
    test: (draft, tell, signal) => tryOut(system, draft, tell, signal),
    reread: async () => void (await system.reread()),
  };
  let keeper: ChangeKeeper | undefined;
  keeper = await ChangeKeeper.begin(parts);
  const begun = keeper;
  system.pending = () => begun.state().pending;
  system.quiet = () => untilQuiet(begun);
  closing.addEventListener('abort', () => begun.close(), { once: true });
  // Where they cannot be read, whoever asks is told why; the rest of the service is of use all the same.
  if (system.pending()?.phase !== 'going back')
    await system.reread().catch((error) => log.error(sentence(problemOf(error, messageOf(error)))));
  return begun;
}

function untilQuiet(keeper: ChangeKeeper): Promise<void> {
  const enough = new AbortController();
  const progress = ({ pending }: ChangesState) => {
    if (!pending || pending.phase === 'asking') enough.abort();
  };
  return keeper.watch({ signal: enough.signal, progress });
}

export function changesOf(system: System, keeper: ChangeKeeper): Appliance['changes'] {
  return {
    read: async () => keeper.state(),
    watch: (_args, call) => keeper.watch(call),
    plan: ({ draft }, call) => keeper.plan(draft, call),
    apply: ({ draft }, call) => keeper.apply(draft, call?.by ?? 'nobody known', call),
    async keep({ id }, { by = 'nobody known' } = {}) {
      const isRestored = keeper.state().pending?.section === 'settings';
      const ended = await keeper.keep(id, by);
      await system.store.prune();
      if (isRestored) await applyRest(system, by);
      return ended;
    },
    undo: ({ id }, { by = 'nobody known' } = {}) => keeper.undo(id, by),
    hold: ({ what }, { by = 'nobody known', signal = system.closing, connection } = {}) =>
      keeper.hold(what, by, signal, connection),
  };
}

/**
 * Earlier settings are back: what of them is no part of the transaction follows, since it can cut nobody off, or,
 * as SSH, was told before. What fails is in the log; the rest goes on.
 */
async function applyRest(system: System, by: string): Promise<void> {
  const { machine, log, audit, store, closing } = system;
  const { settings, revision } = await system.reread();
  const before = (await store.version(revision - 1).catch(() => undefined))?.settings;
  const steps: [string, () => Promise<unknown>][] = [
    ['static host names', () => machine.hosts.write(settings.hosts)],
    ['time settings', () => applyTime(system, settings.time)],
  ];
  const isAllowed = async () => !settings.ssh.enabled || (await whyRefused(system, closing)) === undefined;
  if (before && before.ssh.enabled !== settings.ssh.enabled)
    steps.push(['SSH', async () => ((await isAllowed()) ? applySsh(system, settings.ssh.enabled) : undefined)]);
  for (const [what, step] of steps) {
    const outcome = await step().then(
      () => 'done',
      (error: unknown) => {
        const problem = problemOf(error, messageOf(error));
        log.warning(`Restoring earlier settings: ${what}: ${sentence(problem)}`);
        return problem.code;
      },
    );
    const entry = { by, what: `restore ${what}`, before: `version ${revision - 1}`, after: `version ${revision}` };
    await audit.note({ ...entry, outcome });
  }
}

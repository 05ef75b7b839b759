/**
 * The first boot without anybody: a disk with an unattended file is looked for, and the file applied, once. Nothing
 * waits for it: where there is none, or it fails, the console opens as at any first boot, and says what failed.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Failure, fail, type Problem, problemOf, sentence } from '../errors.ts';
import type { Seed } from '../unattended/seed.ts';
import { understood } from '../unattended/wanted.ts';
import type { SetUp } from './setup.ts';
import { messageOf, type System } from './system.ts';
import { digestOfText, type Unattended } from './unattended.ts';

/** Milliseconds that a disk may take to be there, and from one look to the next. */
const PATIENCE = 10_000;
const PERIOD = 500;

const by = 'unattended set-up';

export interface PickingUp {
  system: System;
  setUp: SetUp;
  unattended: Unattended;
  undo(args: { id: string }, call: { by: string }): Promise<unknown>;
}

/** Ends when there is nothing to do (any more). Never rejects. */
export async function pickUp(parts: PickingUp): Promise<void> {
  const { system, setUp } = parts;
  try {
    await endWhatWasCut(parts);
    const cut = setUp.record.unattended?.outcome === 'begun' ? setUp.record.unattended : undefined;
    const isFresh = async () => !setUp.record.finished && (await system.store.read()).revision === 0;
    const seed = cut || (await isFresh()) ? await found(system) : undefined;
    const digest = seed && 'text' in seed ? digestOfText(seed.text) : undefined;
    // What was cut short is gone on with; it does nothing a second time.
    const isCut = cut !== undefined && cut.sha256 === digest;
    if (cut && !isCut) await giveUp(parts, cut);
    // What could not be read is not known: it is told each time.
    const isNew = digest === undefined || digest !== setUp.record.unattended?.sha256;
    // Somebody may have been at it while the disk was looked for.
    if (seed && (isCut || (isNew && (await isFresh())))) await apply(parts, seed);
  } catch (error) {
    if (!system.closing.aborted)
      system.log.warning(`Unattended set-up: ${sentence(problemOf(error, messageOf(error)))}`);
  }
}

/** Nobody was there to answer when it was begun, and nobody is there now. */
async function endWhatWasCut({ system, undo }: PickingUp): Promise<void> {
  const open = system.pending();
  if (open?.section === 'apply' && open.phase === 'asking') await undo({ id: open.id }, { by }).catch(() => undefined);
  await system.quiet();
}

async function giveUp({ setUp }: PickingUp, cut: NonNullable<SetUp['record']['unattended']>): Promise<void> {
  const { problem } = fail('unavailable', { what: 'Its end', why: 'The service ended in the middle of it.' });
  await setUp.remember({ unattended: { ...cut, outcome: 'failed', problem } });
}

/** The kernel and udev may still be at it. */
async function found({ machine, closing, pace }: System): Promise<Seed | undefined> {
  const end = performance.now() + PATIENCE * pace;
  for (;;) {
    const seed = await machine.seeds.find(closing);
    if (seed || performance.now() > end) return seed;
    await wait(PERIOD * pace, undefined, { signal: closing });
  }
}

async function apply({ system, unattended }: PickingUp, seed: Seed): Promise<void> {
  const { log, audit, closing } = system;
  const { from } = seed;
  const told = async (words: string, problem?: Problem) => {
    await audit.note({ by, what: `apply ${from}`, before: '', after: words, outcome: problem?.code ?? 'done' });
    log[problem ? 'error' : 'info'](`Unattended set-up: ${from}: ${words}`);
  };
  let isRead = false;
  try {
    if ('problem' in seed) throw new Failure(seed.problem);
    const file = understood(seed.text, seed.under);
    // A disk that is for somebody else.
    if (!file) return;
    isRead = true;
    log.info(`Unattended set-up: ${from} is being applied`);
    const given = { text: seed.text, file, from, isKept: true };
    const { differences } = await unattended.apply(given, { by, isOwner: true }, (news) => {
      if ('step' in news) log.info(`Unattended set-up: ${news.step}`);
    });
    await told(differences.length === 1 ? '1 setting changed' : `${differences.length} settings changed`);
  } catch (error) {
    if (closing.aborted) return;
    const problem = problemOf(error, messageOf(error));
    if (!isRead) await unattended.remember({ from, text: 'text' in seed ? seed.text : '' }, 'failed', problem);
    await told(sentence(problem), problem);
  }
}

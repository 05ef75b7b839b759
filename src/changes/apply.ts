/**
 * The way from a draft to the question: checks, marker, armed way back, files, daemons, tests, question; in this
 * order. Fails at any step; to go back then is the caller's.
 */
import type { ChangeDraft, PendingChange, TestResult } from '../appliance.ts';
import { fail } from '../errors.ts';
import { within } from '../within.ts';
import { type ChangedFile, changedFiles, putFiles, restoreFiles } from './files.ts';
import type { Asking, ChangeFolder } from './marker.ts';
import type { ChangeParts, Effective, Prepared } from './parts.ts';
import { limitsOf, reasonOf } from './way-back.ts';

export interface Applying {
  parts: ChangeParts;
  folder: ChangeFolder;
  draft: ChangeDraft;
  /** Gets the new address and the tests' results. */
  shown: PendingChange;
  signal: AbortSignal;
  /** "Testing" */
  step(step: string): void;
  /** The way back is armed: from here on a failure has to be undone. */
  onArmed(): void;
  onTest(result: TestResult): void;
}

/**
 * Gives the question, which is on the disk then, and what it came of.
 * Ends only when it writes nothing any more, also when it fails.
 */
export async function applied(applying: Applying): Promise<{ asking: Asking; prepared: Prepared }> {
  const { parts, folder, draft, shown, signal, step } = applying;
  const { clock, arming, disk } = parts;
  const limits = limitsOf(parts);
  step('Checking');
  const prepared = await within(limits.apply * 1000, 'The check', (inner) => parts.prepare(draft, inner), signal);
  const { window, newAddress } = prepared.plan;
  if (newAddress !== undefined) shown.newAddress = newAddress;

  step('Arming the way back');
  const files = await changedFiles(disk, prepared.files, parts.places);
  await mark(applying, prepared, files);
  const deadline = clock.uptime() + limits.apply;
  try {
    await arming.arm(limits.apply + window + limits.margin);
  } catch (error) {
    await folder.commit();
    throw error;
  }
  applying.onArmed();

  await change(applying, prepared, files, deadline);
  await arming.arm(window + limits.margin);
  const until = new Date(clock.now().getTime() + window * 1000).toISOString();
  const asking = { id: shown.id, until, deadline: clock.uptime() + window, tests: shown.tests };
  await folder.ask(asking);
  await checkOurs(applying);
  return { asking, prepared };
}

/** Ends only when nothing is written any more: not given up by a race, as telling and testing are. */
async function put(
  { parts, folder, shown }: Applying,
  files: readonly ChangedFile[],
  guard: () => void,
): Promise<void> {
  const { disk, places } = parts;
  try {
    await putFiles(disk, files, guard);
  } finally {
    // Somebody went back while we wrote: what we wrote after them goes too.
    if ((await folder.pending())?.id !== shown.id) await restoreFiles(disk, files, places);
  }
  if ((await folder.pending())?.id !== shown.id) throw fail('aborted', {});
}

/** Whoever called for the way back meanwhile, or took it, was first. */
async function checkOurs({ folder, shown, signal }: Applying): Promise<void> {
  if (signal.aborted || (await folder.pending())?.id !== shown.id) throw fail('aborted', {});
}

async function mark(applying: Applying, { back, plan }: Prepared, files: readonly ChangedFile[]): Promise<void> {
  const { parts, folder, shown, signal } = applying;
  const was = await effectiveNow(applying);
  if (signal.aborted) throw fail('aborted', {});
  const { id, section, what, by, began, newAddress } = shown;
  const about = { version: 1, id, section, what, by, began, window: plan.window, boot: parts.clock.boot() } as const;
  await folder.write({ ...about, ...(newAddress === undefined ? {} : { newAddress }), back, was }, files);
  // A marker that the way back would not understand is none.
  if ((await folder.pending())?.id === id) return;
  await folder.commit();
  parts.log.error(`The marker of ${what} could not be read back; nothing was changed.`);
  throw fail('internal', { reference: what });
}

/** undefined where it cannot be read: to mend just that must stay possible. */
async function effectiveNow({ parts, signal }: Applying): Promise<Effective | undefined> {
  try {
    return await within(limitsOf(parts).tell * 1000, 'What is in effect', (inner) => parts.effective(inner), signal);
  } catch (error) {
    if (!signal.aborted) parts.log.warning(`What is in effect could not be read: ${reasonOf(error)}`);
    return undefined;
  }
}

/** @param deadline uptime after which nothing is written: a process that slept must not write after the way back */
async function change(
  applying: Applying,
  prepared: Prepared,
  files: readonly ChangedFile[],
  deadline: number,
): Promise<void> {
  const { parts, draft, shown, signal, step, onTest } = applying;
  const seconds = limitsOf(parts).apply;
  const left = () => (deadline - parts.clock.uptime()) * 1000;
  const guard = () => {
    if (signal.aborted) throw fail('aborted', {});
    if (left() <= 0) throw fail('timed-out', { what: shown.what, seconds });
  };
  step(`Writing ${files.length} files`);
  await checkOurs(applying);
  await put(applying, files, guard);
  for (const effect of prepared.effects) {
    guard();
    step(`Telling ${told[effect.kind]}`);
    await within(left(), told[effect.kind], (inner) => parts.tell(effect, inner), signal);
  }
  guard();
  step('Testing');
  const tests = shown.tests;
  const work = (inner: AbortSignal) =>
    parts.test(
      draft,
      (result) => {
        if (inner.aborted) return;
        tests.push(result);
        onTest(result);
      },
      inner,
    );
  await within(left(), 'The tests', work, signal);
}

const told = { networkd: 'systemd-networkd', resolved: 'systemd-resolved', 'docker-proxy': 'the container engine' };

/** For the audit log: what was, and what is now as long as nobody says otherwise. */
export function noteApplied({ audit }: ChangeParts, { what, by }: PendingChange, { plan }: Prepared): Promise<void> {
  const changed = plan.differences.filter((difference) => difference.changed);
  const words = (side: 'now' | 'will') => changed.map((one) => `${one.what}: ${one[side]}`).join('; ');
  return audit.note({ by, what: `change ${what}`, before: words('now'), after: words('will'), outcome: 'asking' });
}

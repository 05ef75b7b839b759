/**
 * The way back: files as they were, daemons told, the machine compared with how it was. Needs nothing but the marker
 * and the disk; can be cut at any point and done again. Run by gatehouse-way-back.service.
 */
import type { Effect } from '../adapters/files.ts';
import type { EndedChange } from '../appliance.ts';
import { type Failure, fail, problemOf, sentence } from '../errors.ts';
import { within } from '../within.ts';
import { type NotRestored, restoreFiles } from './files.ts';
import { ChangeFolder, type Marker } from './marker.ts';
import { type Limits, usualLimits, type WayBackParts } from './parts.ts';
import { verified } from './verify.ts';

export type WentBack =
  | { outcome: 'nothing to do' }
  | { outcome: 'broken'; aside: string }
  | { outcome: 'undone'; ended: EndedChange };

export interface WayBackOptions {
  /** Before the daemons run: nothing is told, and the comparing is left to the service. */
  atBoot: boolean;
}

const notYet = 'Not compared yet: the machine is starting.';

/**
 * Goes back, if there is a change to go back from.
 * @throws Failure where files could not be put back; the marker stays then, to try again
 */
export async function wayBack(parts: WayBackParts, { atBoot }: WayBackOptions): Promise<WentBack> {
  const { disk, log, clock, places } = parts;
  const folder = new ChangeFolder(disk, parts.folder, places);
  const marker = await folder.claim(clock.now());
  if (!marker) return { outcome: 'nothing to do' };
  if ('aside' in marker) {
    log.error(
      `The marker of a change could not be understood (${marker.brokenBecause}); it is kept as ${marker.aside}.`,
    );
    return { outcome: 'broken', aside: marker.aside };
  }
  log.notice(`Going back: ${marker.what}, changed by ${marker.by} at ${marker.began}`);
  const failed = await restoreFiles(disk, marker.files, places);
  const untold = atBoot ? [] : await tellAll(parts, marker.back);
  if (failed.length > 0) throw notBack(marker, failed);

  const differs = [...untold, ...(await compared(parts, marker, atBoot))];
  const ended: EndedChange = {
    id: marker.id,
    what: marker.what,
    outcome: 'undone',
    why: await whyOf(parts, folder, marker),
    at: clock.now().toISOString(),
    differs,
  };
  // A full disk must not hold up what is done: the marker goes in any case.
  await folder
    .writeLast({ ended, ...(atBoot && marker.was ? { unverified: marker.was } : {}) })
    .catch((error: Error) => log.warning(`How the change ended could not be written down: ${error.message}`));
  await folder.finish();
  await tellEnd(parts, marker, ended);
  return { outcome: 'undone', ended };
}

function notBack({ what }: Marker, failed: readonly NotRestored[]): Failure {
  const why = failed.map(({ path, error }) => `${path}: ${reasonOf(error)}`).join(' ');
  return fail('change-not-undone', { what, why }, failed[0]?.error);
}

/** What could not be told, a sentence each. */
async function tellAll(parts: WayBackParts, effects: readonly Effect[]): Promise<string[]> {
  const { tell, log } = parts;
  const failed: string[] = [];
  for (const effect of effects) {
    const work = (signal: AbortSignal) => tell(effect, signal);
    await within(limitsOf(parts).tell * 1000, effect.kind, work).catch((error: unknown) => {
      failed.push(`${effect.kind} could not be told: ${reasonOf(error)}`);
      log.error(failed.at(-1) as string);
    });
  }
  return failed;
}

async function compared(parts: WayBackParts, { was }: Marker, atBoot: boolean): Promise<string[]> {
  if (!was) return ['Not compared: what was in effect before could not be read.'];
  return atBoot ? [notYet] : verified(was, parts.effective, limitsOf(parts).verify);
}

async function whyOf({ clock }: WayBackParts, folder: ChangeFolder, { id, boot }: Marker): Promise<string> {
  const why = await folder.whyOf(id);
  if (why !== undefined) return why;
  if (boot !== clock.boot()) return 'the machine was switched off or started again';
  return (await folder.asked(id)) ? 'no answer' : 'the service ended';
}

async function tellEnd({ audit, log }: WayBackParts, { what, by, began }: Marker, ended: EndedChange): Promise<void> {
  const differs = ended.differs ?? [];
  if (differs.length === 0) log.notice(`Back: ${what}. The machine is as it was.`);
  else log.warning(`Back: ${what}. ${differs.join(' ')}`);
  await audit.note({
    by: 'gatehouse-way-back.service',
    what: `undo ${what}`,
    before: `changed by ${by} at ${began}`,
    after: differs.length === 0 ? 'as before, compared' : `as before; ${differs.join(' ')}`,
    outcome: ended.why,
  });
}

/**
 * Compares what an early boot had to leave open; to be called when the daemons run. Gives how the change ended then;
 * undefined where nothing was open.
 * @param isStale asked at the end: another change has begun, and what is in effect says nothing any more
 */
export async function compareLater(parts: WayBackParts, isStale: () => boolean): Promise<EndedChange | undefined> {
  const folder = new ChangeFolder(parts.disk, parts.folder, parts.places);
  const last = await folder.last();
  if (!last?.unverified) return undefined;
  const differs = await verified(last.unverified, parts.effective, limitsOf(parts).verify);
  if (isStale()) return undefined;
  const ended = { ...last.ended, differs };
  await folder.writeLast({ ended });
  return ended;
}

export function limitsOf({ limits }: WayBackParts): Limits {
  return { ...usualLimits, ...limits };
}

/** For people and the log. */
export function reasonOf(error: unknown): string {
  const problem = problemOf(error);
  if (problem.code !== 'internal') return sentence(problem);
  return error instanceof Error ? error.message : String(error);
}

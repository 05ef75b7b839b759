/** How a change ends: kept, or back. Each once, whoever asks; what the operators see of it is in change.ts. */
import type { EndedChange, PendingChange } from '../appliance.ts';
import { fail } from '../errors.ts';
import { digestOf, tidy } from './files.ts';
import type { ChangeFolder, Marker } from './marker.ts';
import type { ChangeParts } from './parts.ts';
import { reasonOf, wayBack } from './way-back.ts';

/**
 * Keeps the change.
 * @param isInTime asked last, just before it is final
 * @throws Failure 'change-not-asking' where the way back was first; any other: the question still stands
 */
export async function kept(
  parts: ChangeParts,
  folder: ChangeFolder,
  { id, what }: PendingChange,
  who: string,
  isInTime: () => boolean,
): Promise<EndedChange> {
  const marker = await folder.pending();
  if (marker?.id !== id) throw fail('change-not-asking', { why: 'It has gone back.' });
  await checkWritten(parts, marker);
  if (!isInTime() || !(await folder.commit())) throw fail('change-not-asking', { why: 'There was no answer in time.' });
  const ended: EndedChange = { id, what, outcome: 'kept', why: `kept by ${who}`, at: parts.clock.now().toISOString() };
  // It is kept from here on; what else fails is told, and changes nothing.
  const inLog = (error: unknown) => parts.log.warning(`After keeping ${what}: ${reasonOf(error)}`);
  await folder.writeLast({ ended }).catch(inLog);
  await parts.arming.disarm().catch(inLog);
  await tidy(parts.disk, marker.files).catch(inLog);
  await folder.forget().catch(inLog);
  await parts.audit.note({ by: who, what: `keep ${what}`, before: 'asking', after: 'kept', outcome: 'done' });
  return ended;
}

/** What is kept is what was applied, and nothing less. */
async function checkWritten({ disk }: ChangeParts, { files }: Marker): Promise<void> {
  for (const { path, after } of files)
    if (digestOf(await disk.read(path)) !== after)
      throw fail('not-allowed', { what: 'Keeping it', why: `${path} is not as it was written any more. Undo it.` });
}

/**
 * Goes back, by the unit where systemd can start it, and by ourselves where not.
 * @throws Failure 'change-not-undone', with the marker still there
 */
export async function undone(
  parts: ChangeParts,
  folder: ChangeFolder,
  { id, what }: PendingChange,
  why: string,
): Promise<EndedChange> {
  const inLog = (error: unknown) => parts.log.warning(`Going back: ${what}: ${reasonOf(error)}`);
  // No room for a few words: then they are known here only.
  const isSaid = await folder.sayWhy(id, why).then(
    () => true,
    (error: unknown) => void inLog(error),
  );
  await parts.arming.start().catch(inLog);
  if (await folder.isThere()) await wayBack(parts, { atBoot: false });
  await parts.arming.disarm().catch(inLog);
  await folder.forget().catch(inLog);
  await parts.reread().catch(inLog);
  const last = await folder.last();
  if (last?.ended.id === id) {
    const ended = isSaid ? last.ended : { ...last.ended, why };
    if (!isSaid) await folder.writeLast({ ...last, ended }).catch(inLog);
    return ended;
  }
  const at = parts.clock.now().toISOString();
  return { id, what, outcome: 'undone', why, at, differs: ['How it ended was not written down.'] };
}

/** Why a capture ended, and how that is said where it was cut off. Pure. */
import type { Look } from '../../adapters/capture/recorder.ts';
import type { Capture } from '../../appliance.ts';
import { fail, type Problem } from '../../errors.ts';
import type { Ended, Started } from './kept.ts';

/** @param bytes of its file */
export function reasonFor(
  { started, bytes }: { started: Started; bytes: number },
  { complaint, isDiskFull }: Look,
): Ended {
  if (started.ending) return started.ending;
  if (isDiskFull) return 'disk nearly full';
  // The last record is cut off where the limit is.
  if (bytes >= started.most) return started.isTight ? 'disk nearly full' : 'size reached';
  if (complaint !== '') return 'interrupted';
  return Date.now() >= Date.parse(started.endsAt) ? 'time over' : 'interrupted';
}

/** @param capture what was kept of it */
export function cutOff(complaint: string, capture: Capture | undefined): Problem {
  const caught = capture ? `the ${capture.packets} packets until then are in ${capture.path}` : 'no packet came before';
  const why = `${complaint || 'it ended before its time'}; ${caught}`;
  const sentence = `${why[0]?.toUpperCase()}${why.slice(1)}`;
  return fail('capture-failed', { why: sentence, advice: 'Start it again.' }).problem;
}

/** What a capture would record, or why it cannot. Begins nothing. */
import type { Recorder, Upstream } from '../../adapters/capture/recorder.ts';
import type { CapturePlan } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { within } from '../../within.ts';
import { boundsFor, neededOn } from './bounds.ts';
import type { Kept } from './kept.ts';

/** Of a packet, unless all of it is asked for: headers, and no more of what they carry. */
const bytesEach = 128;

/** `limit`: milliseconds to find the way. */
interface Place {
  recorder: Recorder;
  kept: Kept;
  limit: number;
}

/**
 * `isTight`: the disk lets the file have less than usual.
 * @throws Failure 'capture-failed', 'disk-full', 'timed-out'
 */
export async function planned(
  { recorder, kept, limit }: Place,
  upstream: Upstream,
  whole: boolean,
  signal?: AbortSignal,
): Promise<{ plan: CapturePlan; isTight: boolean }> {
  const room = await kept.room().catch((error: Error) => {
    throw fail('capture-failed', { why: `${recorder.folder} cannot be used: ${error.message}`, advice: '' }, error);
  });
  const bounds = boundsFor(room);
  if (!bounds) throw fail('disk-full', { path: recorder.folder, needed: neededOn(room.total), free: room.free });
  const find = (inner: AbortSignal) => recorder.find(upstream, inner);
  const { device, filter, towards, notFound } = await within(limit, 'Finding the way', find, signal);
  const { most, spare, isTight } = bounds;
  const warnings = [
    ...notFound.map((name) => `The name ${name} was not found: what goes there is not recorded.`),
    ...(whole ? ['Whole packets hold what is not encrypted: passwords for a proxy, above all.'] : []),
    ...(isTight ? [`The disk is nearly full: the file ends at ${Math.floor(most / 1e6)} MB.`] : []),
  ];
  return { plan: { device, filter, towards, bytesEach: whole ? 0 : bytesEach, most, spare, warnings }, isTight };
}

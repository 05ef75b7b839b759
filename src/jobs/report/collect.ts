/** Items at work: a few at a time, the slow ones last, each on its own clock; and what became of each. */
import type { ItemState } from '../../appliance.ts';
import { Failure, problemOf, sentence } from '../../errors.ts';
import { within } from '../../within.ts';
import type { Archive } from './archive.ts';
import type { Item } from './item.ts';
import { Output } from './output.ts';
import type { Redaction } from './redact.ts';

const AT_ONCE = 3;

export interface Collecting {
  items: readonly Item[];
  /** One of each item, in the same order; changed here. */
  states: ItemState[];
  archive: Archive;
  redaction: Redaction;
  signal: AbortSignal;
  changed(): void;
}

/** Ends when each item has, whatever became of it. @throws Failure where the archive has failed, or 'aborted' */
export async function collect(collecting: Collecting): Promise<void> {
  const { items, states } = collecting;
  const waiting = items
    .map((item, index) => ({ item, state: states[index] as ItemState }))
    .filter(({ state }) => state.outcome === 'waiting')
    .sort((a, b) => Number(a.item.isSlow ?? false) - Number(b.item.isSlow ?? false));
  const stop = new AbortController();
  const signal = AbortSignal.any([collecting.signal, stop.signal]);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await collectOne({ ...collecting, signal }, next.item, next.state);
  };
  const all = Array.from({ length: AT_ONCE }, () => work());
  try {
    await Promise.all(all);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(all);
    throw error;
  }
}

async function collectOne(collecting: Collecting, item: Item, state: ItemState): Promise<void> {
  const { archive, redaction, signal, changed } = collecting;
  const say = (given: Partial<ItemState>) => {
    Object.assign(state, given);
    changed();
  };
  const why = (text: string) => redaction.text(text, 'manifest.json').slice(0, 500);
  let output: Output | undefined;
  const work = async (inner: AbortSignal) => {
    const absent = await item.absent?.(inner);
    if (absent !== undefined) return say({ outcome: 'absent', why: why(absent) });
    output = new Output(item, archive, redaction, inner);
    await item.collect(output, inner);
  };
  say({ outcome: 'running' });
  try {
    await within(item.seconds * 1000, item.title, work, signal);
    if (state.outcome === 'running') say({ outcome: outcomeOf(output) });
  } catch (error) {
    await archive.check();
    const problem = problemOf(error, String(error));
    if (problem.code === 'aborted' && signal.aborted) throw error instanceof Failure ? error : new Failure(problem);
    if (problem.code === 'timed-out' && problem.details.what === item.title) say({ outcome: 'timed out' });
    else say({ outcome: problem.code === 'unavailable' ? 'absent' : 'failed' });
    output?.note(problem.code === 'internal' ? String(error) : sentence(problem));
    if (!output) say({ why: why(problem.code === 'internal' ? String(error) : sentence(problem)) });
  }
  if (output) say({ bytes: output.written, ...(output.notes.length > 0 ? { why: why(output.notes.join('; ')) } : {}) });
}

function outcomeOf(output: Output | undefined): ItemState['outcome'] {
  if (output?.isEmpty) return 'failed';
  return output?.isCut ? 'cut' : 'done';
}

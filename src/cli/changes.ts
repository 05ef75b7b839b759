/** `gatehouse changes …`: the change that waits for an answer, whoever made it. */
import type { ChangeDraft } from '../appliance.ts';
import { fail } from '../errors.ts';
import { endedText, testText, waitingText } from './change-text.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { keep, undo } from './transaction.ts';

export async function show({ appliance, output, signal }: Context): Promise<number> {
  const state = await appliance.changes.read({}, { signal });
  const { pending, last, held } = state;
  if (pending) {
    output.text(`${pending.what}, by ${pending.by} since ${pending.began}: ${pending.phase} (${pending.id})`);
    for (const test of pending.tests) output.text(testText(test));
    if (pending.phase === 'asking') output.text(waitingText(pending));
  } else output.text('No change is under way.');
  for (const { what, by, since } of held) output.text(`${what}: edited by ${by} since ${since}.`);
  if (last) output.text(`Last: ${endedText(last)}`);
  output.value(state);
  return exits.done;
}

/** @param id the one under way without it */
export async function answer(context: Context, isKept: boolean, id?: string): Promise<number> {
  const chosen = id ?? (await underWay(context));
  return isKept ? keep(context, chosen) : undo(context, chosen, exits.done);
}

/** Until the command is interrupted. */
export async function hold({ appliance, output, signal }: Context, what: ChangeDraft['section']): Promise<number> {
  output.text(`Nobody else edits it (${what}) until Ctrl-C.`);
  await appliance.changes.hold({ what }, { signal });
  output.value({ held: what });
  return exits.done;
}

async function underWay({ appliance, signal }: Context): Promise<string> {
  const { pending, last } = await appliance.changes.read({}, { signal });
  if (pending) return pending.id;
  throw fail('change-not-asking', { why: last ? `The last one: ${endedText(last)}` : 'There was none.' });
}

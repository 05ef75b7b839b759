/** "Keep these settings?", asked on every console while a change waits, and how it ended told where it was asked. */
import type { ChangesState, EndedChange, PendingChange } from '../../src/appliance.ts';
import type { DecisionPage } from '../kit/decision.ts';
import type { Surroundings } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';
import { testLine } from './change.ts';

/** Milliseconds until the question comes back to an operator who wanted to answer later. */
const later = 15_000;

/** Watches for changes that wait, until the signal is aborted. */
export function pendingQuestions(surroundings: Surroundings, signal: AbortSignal): void {
  /** The change that is being asked about here, and the newest state for the one who asks. */
  let asked: string | undefined;
  let tell: (state: ChangesState) => void = () => undefined;
  let putOff = 0;
  const progress = (state: ChangesState) => {
    tell(state);
    const { pending } = state;
    if (pending?.phase !== 'asking' || asked !== undefined || Date.now() < putOff) return;
    asked = pending.id;
    void ask(surroundings, pending, (listener) => {
      tell = listener;
      listener(state);
    }).then((answered) => {
      asked = undefined;
      tell = () => undefined;
      if (!answered) putOff = Date.now() + later;
    });
  };
  surroundings.appliance.changes.watch({}, { signal, progress }).catch(() => undefined);
}

type Listen = (listener: (state: ChangesState) => void) => void;

/** True when it is over, here or elsewhere; false when the operator put it off. */
async function ask({ ui, appliance }: Surroundings, change: PendingChange, listen: Listen): Promise<boolean> {
  let over = false;
  let settle: (ended: EndedChange | undefined) => void = () => undefined;
  /** How it ended; undefined where another change has come meanwhile. */
  const ended = new Promise<EndedChange | undefined>((resolve) => {
    settle = resolve;
  });
  const keep = await ui.decide({
    title: t`Keep these settings?`,
    yes: t`Keep`,
    no: t`Go back`,
    otherwise: t`goes back`,
    page: (tell) =>
      new Promise<void>((resolve) => {
        listen(({ pending, last }) => {
          const isOpen = pending?.id === change.id;
          if (!isOpen) settle(last?.id === change.id ? last : undefined);
          if (isOpen && pending.phase === 'asking') return tell(pageOf(pending));
          over = true;
          tell(null);
          resolve();
        });
      }),
  });
  if (keep === undefined && !over) return false;
  if (keep === undefined) {
    // Going back takes a while, and only then is known what came of it.
    const outcome = await ui.busy(t`Going back: ${said(change.what)}`, () => ended);
    if (outcome.ok && outcome.value) await ui.message(endText(outcome.value));
    return true;
  }
  const { id, what } = change;
  const outcome = await ui.busy(keep ? t`Keeping ${said(what)}` : t`Going back: ${said(what)}`, (signal) =>
    keep ? appliance.changes.keep({ id }, { signal }) : appliance.changes.undo({ id }, { signal }),
  );
  if (outcome.ok) await ui.message(endText(outcome.value));
  else await ui.problem(t`Keep these settings?`, outcome.problem);
  return true;
}

function pageOf({ what, by, tests, newAddress, left = 0 }: PendingChange): DecisionPage {
  return {
    left,
    text: [
      newAddress
        ? t`${said(what)}, changed by ${by}, now at ${newAddress}.`
        : t`${said(what)}, changed by ${by}, is in effect.`,
      '',
      ...tests.map((test) => ({ text: testLine(test), role: test.passed ? ('good' as const) : ('bad' as const) })),
    ],
  };
}

function endText({ what, outcome, why, differs }: EndedChange): Parameters<Surroundings['ui']['message']>[0] {
  if (outcome === 'kept') return { title: said(what), text: [{ text: t`The settings are kept.`, role: 'good' }] };
  const back = { text: t`The settings went back: ${said(why ?? '')}.`, role: 'warn' as const };
  if (!differs?.length) return { title: said(what), text: [back, t`The machine was looked at: it is as before.`] };
  return {
    title: said(what),
    text: [back, { text: t`But this differs from before:`, role: 'bad' }, ...differs.map(said)],
  };
}

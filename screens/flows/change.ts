/**
 * The walk of a change that can cut the machine off: held for editing, edited, previewed, applied. The question at its
 * end is asked by console.ts, on every console.
 */
import type { ChangeDraft, ChangePlan, Difference, TestResult } from '../../src/appliance.ts';
import type { MessageOptions } from '../kit/message.ts';
import type { Surroundings } from '../kit/screen.ts';
import { t, said as told } from '../texts/texts.ts';
import { permitted } from './permission.ts';

export interface ChangeWalk {
  title: string;
  /** Shows the form and gives the draft that the service accepted; undefined where it was left. */
  edit(check: (draft: ChangeDraft, signal: AbortSignal) => Promise<void>): Promise<ChangeDraft | undefined>;
  /** Asked before it is applied: "Really enable proxy?" */
  really?: (draft: ChangeDraft) => string;
}

export async function change(
  surroundings: Surroundings,
  what: ChangeDraft['section'],
  walk: ChangeWalk,
): Promise<void> {
  const { ui, appliance } = surroundings;
  if (!(await permitted(surroundings))) return;
  const editing = new AbortController();
  try {
    const held = await ui.busy(t`Seeing whether somebody else edits this`, () =>
      hold(surroundings, what, editing.signal),
    );
    if (!held.ok) await ui.problem(walk.title, held.problem);
    else await editAndApply(surroundings, walk);
  } finally {
    editing.abort();
  }

  async function editAndApply({ ui }: Surroundings, { edit, title, really }: ChangeWalk): Promise<void> {
    for (;;) {
      let plan: ChangePlan | undefined;
      const draft = await edit(async (draft, signal) => {
        plan = await appliance.changes.plan({ draft }, { signal });
      });
      if (!draft || !plan) return;
      if (!(await preview(surroundings, title, plan))) continue;
      const question = really?.(draft);
      if (question && !(await ui.confirm({ title, text: [question], yes: t`Yes`, no: t`No` }))) continue;
      return apply(surroundings, title, draft);
    }
  }
}

/** The hold lasts until the signal is aborted, so it never answers: a refusal comes before the answer to what is asked after it. */
function hold({ appliance }: Surroundings, what: ChangeDraft['section'], signal: AbortSignal): Promise<unknown> {
  const refused = new Promise<never>((_, reject) => {
    appliance.changes.hold({ what }, { signal }).catch((error) => {
      if (!signal.aborted) reject(error);
    });
  });
  return Promise.race([refused, appliance.changes.read({}, { signal })]);
}

/** Now, will be, in effect; true when it shall be applied. */
async function preview({ ui }: Surroundings, title: string, plan: ChangePlan): Promise<boolean> {
  let applied = false;
  await ui.table<Difference>({
    title: t`${title}: preview`,
    text: aboveOf(plan),
    rows: plan.differences,
    id: ({ what }) => what,
    empty: t`Nothing would change.`,
    columns: [
      { title: '', text: ({ changed }) => (changed ? '*' : ' '), role: () => 'warn' },
      { title: t`SETTING`, text: ({ what }) => told(what) },
      { title: t`NOW`, text: ({ now }) => told(now), spare: 1 },
      { title: t`WILL BE`, text: ({ will }) => told(will), role: ({ changed }) => (changed ? 'strong' : 'text') },
      { title: t`IN EFFECT`, text: ({ effective }) => told(effective ?? ''), spare: 2 },
    ],
    ok: t`Apply`,
    ofAll: true,
    choose: async () => {
      applied = true;
      return 'close';
    },
  });
  return applied;
}

function aboveOf({ warnings, newAddress, window }: ChangePlan): MessageOptions['text'] {
  return [
    ...warnings.map((text) => ({ text: told(text), role: 'warn' as const })),
    ...(newAddress ? [{ text: t`Reconnect to ${newAddress} and answer there.`, role: 'warn' as const }] : []),
    t`After applying you have ${window} s to keep it; without an answer everything goes back.`,
  ];
}

async function apply({ ui, appliance }: Surroundings, title: string, draft: ChangeDraft): Promise<void> {
  const outcome = await ui.progress({
    title,
    givingUp: t`It goes on without you, and back without an answer.`,
    work: (report, signal) =>
      appliance.changes.apply(
        { draft },
        { signal, progress: (news) => report('step' in news ? news : { step: news.test.test, outcome: news.test }) },
      ),
  });
  if (!outcome.ok) await ui.problem(title, outcome.problem);
}

export function testLine({ test, passed, said }: TestResult): string {
  return `${told(test)}: ${passed ? t`passed` : t`FAILED`}. ${told(said)}`;
}

/** An `edit` of a walk where there is nothing to edit: the draft is checked as it is, and coming back from the preview means leaving. */
export function drafted({ ui }: Surroundings, title: string, draft: ChangeDraft): ChangeWalk['edit'] {
  let asked = false;
  return async (check) => {
    if (asked) return undefined;
    asked = true;
    const checked = await ui.busy(t`Checking the settings`, (signal) => check(draft, signal));
    if (!checked.ok) await ui.problem(title, checked.problem);
    return checked.ok ? draft : undefined;
  };
}

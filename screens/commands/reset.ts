/** Commands › Reset: the guide's warning, what is deleted, and a typed confirmation. */
import { permitted } from '../flows/permission.ts';
import { interrupted } from '../flows/power.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

export const reset: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const title = t`Reset appliance`;
  const read = await ui.busy(t`Looking at what there is`, async (signal) => ({
    plan: await appliance.power.resetPlan({}, { signal }),
    state: await appliance.power.read({}, { signal }),
  }));
  if (!read.ok) return ui.problem(title, read.problem);
  const { plan, state } = read.value;
  await ui.facts({
    title,
    leave: t`Back`,
    page: {
      warnings: [t`Warning: this action will reset appliance to its original state. It cannot be undone.`],
      text: [
        t`It is deregistered where the platform can be reached, reboots, and begins as at its first boot: over the network nobody reaches it until it is set up again at its own console.`,
      ],
      facts: [
        ...plan.deletes.map((what, at) => ({ label: at === 0 ? t`Deleted` : '', value: said(what) })),
        ...interrupted(state).map(({ text, role }) => ({
          label: t`Now`,
          value: text,
          role,
        })),
      ],
      actions: [t`Reset`],
    },
    choose: () => begin(surroundings),
  });
};

async function begin(surroundings: Surroundings): Promise<'close' | undefined> {
  const { ui, appliance } = surroundings;
  const title = t`Reset appliance`;
  const text = [t`Reset appliance? All configurations and log files will be deleted.`, t`Do you want to continue?`];
  if (!(await ui.confirm({ title, text, yes: t`Reset`, typed: 'reset' }))) return undefined;
  if (!(await permitted(surroundings))) return undefined;
  const scheduled = await ui.busy(title, (signal) => appliance.power.schedule({ action: 'reset' }, { signal }));
  if (scheduled.ok) return 'close';
  await ui.problem(title, scheduled.problem);
  return undefined;
}

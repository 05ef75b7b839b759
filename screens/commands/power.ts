/** Commands › Reboot, Shutdown: who is logged in, what runs, and then the countdown that every console shows. */
import { permitted } from '../flows/permission.ts';
import { interrupted } from '../flows/power.ts';
import type { Screen } from '../kit/screen.ts';
import { t } from '../texts/texts.ts';

const words = {
  reboot: () => ({ title: t`Reboot`, text: t`Reboot this appliance? It is away for a minute or two.` }),
  shutdown: () => ({
    title: t`Shutdown`,
    text: t`Shut this appliance down? It stays off until somebody switches it on where it stands.`,
  }),
} as const;

export const reboot: Screen = power('reboot');
export const shutdown: Screen = power('shutdown');

function power(action: keyof typeof words): Screen {
  return async (surroundings) => {
    const { ui, appliance } = surroundings;
    const { title, text } = words[action]();
    const state = await ui.busy(t`Looking who is here`, (signal) => appliance.power.read({}, { signal }));
    if (!state.ok) return ui.problem(title, state.problem);
    if (!(await ui.confirm({ title, text: [text, ...interrupted(state.value)], yes: title }))) return;
    if (!(await permitted(surroundings))) return;
    const scheduled = await ui.busy(title, (signal) => appliance.power.schedule({ action }, { signal }));
    if (!scheduled.ok) await ui.problem(title, scheduled.problem);
  };
}

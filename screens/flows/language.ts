/** Sets the language of the screens: that of this console at once, of every other one from its next start. */
import type { AccessState } from '../../src/appliance.ts';
import type { Surroundings } from '../kit/screen.ts';
import { type Language, language, languages, setLanguage, t } from '../texts/texts.ts';
import { permitted } from './permission.ts';

/** Asks which. `state`: the settings that it is one of. */
export function chooseLanguage(surroundings: Surroundings, state: AccessState): Promise<void> {
  return surroundings.ui.menu({
    title: t`Language`,
    back: true,
    items: () =>
      Object.entries(languages).map(([id, label]) => ({
        id,
        label,
        description: id === language() ? t`in use` : '',
      })),
    choose: async (id) => ((await takeLanguage(surroundings, id as Language, state)) ? 'close' : undefined),
  });
}

/** Is it set? */
export async function takeLanguage(
  surroundings: Surroundings,
  next: Language,
  { passwordBeforeChanges, idleLockMinutes, windowSeconds }: AccessState,
): Promise<boolean> {
  const { ui, appliance } = surroundings;
  if (!(await permitted(surroundings))) return false;
  const rules = { passwordBeforeChanges, idleLockMinutes, windowSeconds, language: next };
  const set = await ui.busy(t`Setting the language`, (signal) => appliance.access.set(rules, { signal }));
  if (set.ok) await setLanguage(next);
  else await ui.problem(t`Language`, set.problem);
  return set.ok;
}

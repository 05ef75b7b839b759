/** System › POD Suffix: which platform this appliance belongs to. */
import { parseSuffix } from '../../src/values/suffix.ts';
import { permitted } from '../flows/permission.ts';
import { text } from '../kit/fields.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

interface Row {
  name: string;
  suffix: string;
}

export const suffix: Screen = async (surroundings) => {
  const { ui, appliance, brand } = surroundings;
  const state = await ui.busy(t`Reading the suffix`, (signal) => appliance.platform.read({}, { signal }));
  if (!state.ok) return ui.problem(t`POD Suffix`, state.problem);
  const { suffix: now, fixed, hosts } = state.value;
  if (fixed) return ui.message({ title: t`POD Suffix`, text: [said(fixed), t`The suffix is ${now ?? t`not set`}.`] });
  await ui.table<Row>({
    title: t`Platform URL Suffix`,
    text: now
      ? [t`Now: ${now}`, t`Services: ${hosts.join(', ')}`]
      : [{ text: t`No suffix is set; registration needs one.`, role: 'warn' }],
    rows: [...brand.platforms, { name: t`Other`, suffix: '' }],
    id: ({ name }) => name,
    empty: '',
    columns: [
      { title: t`PLATFORM`, text: ({ name }) => name },
      { title: t`SUFFIX`, text: ({ suffix }) => suffix || t`type one` },
      { title: '', text: ({ suffix }) => (suffix && suffix === now ? t`set` : ''), role: () => 'good' },
    ],
    choose: async (row) => {
      if (!(await permitted(surroundings))) return undefined;
      return (await (row.suffix ? take(surroundings, row.suffix) : typeOne(surroundings, now))) ? 'close' : undefined;
    },
  });
};

async function take(surroundings: Surroundings, suffix: string): Promise<boolean> {
  const { ui, appliance } = surroundings;
  const outcome = await ui.busy(t`Setting the suffix`, (signal) => appliance.platform.set({ suffix }, { signal }));
  if (!outcome.ok) {
    await ui.problem(t`POD Suffix`, outcome.problem);
    return false;
  }
  const text = [t`The suffix is ${suffix}. The services are:`, ...outcome.value.hosts];
  await ui.message({ title: t`POD Suffix`, text });
  return true;
}

async function typeOne(surroundings: Surroundings, now: string | null): Promise<boolean> {
  const values = await surroundings.ui.form({
    title: t`Platform URL Suffix`,
    fields: { suffix: text({ label: t`Suffix`, value: now ?? '', columns: 44, parse: parseSuffix }) },
  });
  return values ? take(surroundings, values.suffix) : false;
}

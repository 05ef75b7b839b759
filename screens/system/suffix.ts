/** System › POD Suffix: which platform this appliance belongs to. */
import { parseSuffix } from '../../src/values/suffix.ts';
import { permitted } from '../flows/permission.ts';
import { text } from '../kit/fields.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';

interface Row {
  name: string;
  suffix: string;
}

export const suffix: Screen = async (surroundings) => {
  const { ui, appliance, brand } = surroundings;
  const state = await ui.busy('Reading the suffix', (signal) => appliance.platform.read({}, { signal }));
  if (!state.ok) return ui.problem('POD Suffix', state.problem);
  const { suffix: now, fixed, hosts } = state.value;
  if (fixed) return ui.message({ title: 'POD Suffix', text: [fixed, `The suffix is ${now ?? 'not set'}.`] });
  await ui.table<Row>({
    title: 'Platform URL Suffix',
    text: now
      ? [`Now: ${now}`, `Services: ${hosts.join(', ')}`]
      : [{ text: 'No suffix is set; registration needs one.', role: 'warn' }],
    rows: [...brand.platforms, { name: 'Other', suffix: '' }],
    id: ({ name }) => name,
    empty: '',
    columns: [
      { title: 'PLATFORM', text: ({ name }) => name },
      { title: 'SUFFIX', text: ({ suffix }) => suffix || 'type one' },
      { title: '', text: ({ suffix }) => (suffix && suffix === now ? 'set' : ''), role: () => 'good' },
    ],
    choose: async (row) => {
      if (!(await permitted(surroundings))) return undefined;
      return (await (row.suffix ? take(surroundings, row.suffix) : typeOne(surroundings, now))) ? 'close' : undefined;
    },
  });
};

async function take(surroundings: Surroundings, suffix: string): Promise<boolean> {
  const { ui, appliance } = surroundings;
  const outcome = await ui.busy('Setting the suffix', (signal) => appliance.platform.set({ suffix }, { signal }));
  if (!outcome.ok) {
    await ui.problem('POD Suffix', outcome.problem);
    return false;
  }
  const text = [`The suffix is ${suffix}. The services are:`, ...outcome.value.hosts];
  await ui.message({ title: 'POD Suffix', text });
  return true;
}

async function typeOne(surroundings: Surroundings, now: string | null): Promise<boolean> {
  const values = await surroundings.ui.form({
    title: 'Platform URL Suffix',
    fields: { suffix: text({ label: 'Suffix', value: now ?? '', columns: 44, parse: parseSuffix }) },
  });
  return values ? take(surroundings, values.suffix) : false;
}

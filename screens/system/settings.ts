/** System › Settings: the earlier versions of the settings, what differs, and the way back to one. */
import type { ChangeDraft, Difference, SettingsVersion } from '../../src/appliance.ts';
import { change, drafted } from '../flows/change.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';

export const settings: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const versions = await ui.busy('Reading the settings', (signal) => appliance.settings.versions({}, { signal }));
  if (!versions.ok) return ui.problem('Settings', versions.problem);
  const newest = Math.max(...versions.value.map(({ revision }) => revision));
  await ui.table<SettingsVersion>({
    title: 'Settings, newest first',
    rows: [...versions.value].sort((a, b) => b.revision - a.revision),
    id: ({ revision }) => String(revision),
    empty: 'Nothing was set yet.',
    columns: [
      { title: 'NR', text: ({ revision }) => String(revision), right: true, order: (a, b) => a.revision - b.revision },
      { title: 'WHEN', text: ({ at }) => at.slice(0, 16).replace('T', ' ') },
      { title: 'WHAT', text: ({ what }) => what, spare: 1 },
      { title: 'WHO', text: ({ by }) => by, spare: 2 },
    ],
    choose: (version) => one(surroundings, version, newest),
  });
};

async function one(surroundings: Surroundings, { revision, what }: SettingsVersion, newest: number): Promise<void> {
  await surroundings.ui.menu({
    title: `Settings ${revision}`,
    back: true,
    items: () => [
      {
        id: 'difference',
        label: 'Differences',
        description: `From ${revision} (${what}) to now`,
        greyed: revision === newest ? 'These are the settings now.' : undefined,
      },
      {
        id: 'restore',
        label: 'Restore',
        description: 'Make these the settings again',
        greyed: revision === newest ? 'These are the settings now.' : undefined,
      },
    ],
    choose: (id) =>
      id === 'difference' ? difference(surroundings, revision, newest) : restore(surroundings, revision),
  });
}

async function difference({ ui, appliance }: Surroundings, from: number, to: number): Promise<void> {
  const outcome = await ui.busy('Comparing', (signal) => appliance.settings.difference({ from, to }, { signal }));
  if (!outcome.ok) return ui.problem('Differences', outcome.problem);
  await ui.table<Difference>({
    title: `Settings ${from} and now`,
    rows: outcome.value,
    id: ({ what }) => what,
    empty: 'They are the same.',
    columns: [
      { title: 'SETTING', text: ({ what }) => what },
      { title: `NR ${from}`, text: ({ now }) => now, spare: 1 },
      { title: 'NOW', text: ({ will }) => will },
    ],
  });
}

function restore(surroundings: Surroundings, revision: number): Promise<void> {
  const title = `Restore settings ${revision}`;
  const draft: ChangeDraft = { section: 'settings', revision };
  return change(surroundings, 'settings', { title, edit: drafted(surroundings, title, draft) });
}

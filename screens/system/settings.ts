/** System › Settings: the earlier versions of the settings, what differs, and the way back to one. */
import type { ChangeDraft, Difference, SettingsVersion } from '../../src/appliance.ts';
import { change, drafted } from '../flows/change.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { t } from '../texts/texts.ts';

export const settings: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const versions = await ui.busy(t`Reading the settings`, (signal) => appliance.settings.versions({}, { signal }));
  if (!versions.ok) return ui.problem(t`Settings`, versions.problem);
  const newest = Math.max(...versions.value.map(({ revision }) => revision));
  await ui.table<SettingsVersion>({
    title: t`Settings, newest first`,
    rows: [...versions.value].sort((a, b) => b.revision - a.revision),
    id: ({ revision }) => String(revision),
    empty: t`Nothing was set yet.`,
    columns: [
      { title: t`NR`, text: ({ revision }) => String(revision), right: true, order: (a, b) => a.revision - b.revision },
      { title: t`WHEN`, text: ({ at }) => at.slice(0, 16).replace('T', ' ') },
      { title: t`WHAT`, text: ({ what }) => what, spare: 1 },
      { title: t`WHO`, text: ({ by }) => by, spare: 2 },
    ],
    choose: (version) => one(surroundings, version, newest),
  });
};

async function one(surroundings: Surroundings, { revision, what }: SettingsVersion, newest: number): Promise<void> {
  await surroundings.ui.menu({
    title: t`Settings ${revision}`,
    back: true,
    items: () => [
      {
        id: 'difference',
        label: t`Differences`,
        description: t`From ${revision} (${what}) to now`,
        greyed: revision === newest ? t`These are the settings now.` : undefined,
      },
      {
        id: 'restore',
        label: t`Restore`,
        description: t`Make these the settings again`,
        greyed: revision === newest ? t`These are the settings now.` : undefined,
      },
    ],
    choose: (id) =>
      id === 'difference' ? difference(surroundings, revision, newest) : restore(surroundings, revision),
  });
}

async function difference({ ui, appliance }: Surroundings, from: number, to: number): Promise<void> {
  const outcome = await ui.busy(t`Comparing`, (signal) => appliance.settings.difference({ from, to }, { signal }));
  if (!outcome.ok) return ui.problem(t`Differences`, outcome.problem);
  await ui.table<Difference>({
    title: t`Settings ${from} and now`,
    rows: outcome.value,
    id: ({ what }) => what,
    empty: t`They are the same.`,
    columns: [
      { title: t`SETTING`, text: ({ what }) => what },
      { title: t`NR ${from}`, text: ({ now }) => now, spare: 1 },
      { title: t`NOW`, text: ({ will }) => will },
    ],
  });
}

function restore(surroundings: Surroundings, revision: number): Promise<void> {
  const title = t`Restore settings ${revision}`;
  const draft: ChangeDraft = { section: 'settings', revision };
  return change(surroundings, 'settings', { title, edit: drafted(surroundings, title, draft) });
}

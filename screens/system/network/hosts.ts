/** System › Network › Hosts: names with fixed addresses, in a block of their own in /etc/hosts. */
import type { HostEntry } from '../../../src/appliance.ts';
import { parseAddress, parseFqdn } from '../../../src/values/host.ts';
import { permitted } from '../../flows/permission.ts';
import { text } from '../../kit/fields.ts';
import type { Screen, Surroundings } from '../../kit/screen.ts';
import { t } from '../../texts/texts.ts';

interface Row extends HostEntry {
  /** Where it stands in our list; absent for entries that are not ours, and for the row that adds one. */
  at?: number;
  kind: 'ours' | 'other' | 'add';
}

export const hosts: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  for (let again = true; again; ) {
    again = false;
    const read = await ui.busy(t`Reading the host names`, (signal) => appliance.hosts.read({}, { signal }));
    if (!read.ok) return ui.problem(t`Hosts`, read.problem);
    const { entries, others } = read.value;
    await ui.table<Row>({
      title: t`Static host names`,
      rows: [
        ...entries.map((entry, at): Row => ({ ...entry, at, kind: 'ours' })),
        { name: t`Add a name`, address: '', kind: 'add' },
        ...others.map((entry): Row => ({ ...entry, kind: 'other' })),
      ],
      id: ({ name, address, kind }) => `${kind} ${name} ${address}`,
      empty: '',
      columns: [
        { title: t`NAME`, text: ({ name }) => name, role: ({ kind }) => (kind === 'other' ? 'dim' : 'text') },
        { title: t`ADDRESS`, text: ({ address }) => address, role: ({ kind }) => (kind === 'other' ? 'dim' : 'text') },
        {
          title: t`FROM`,
          text: ({ kind }) => (kind === 'ours' ? t`Gatehouse` : kind === 'other' ? '/etc/hosts' : ''),
          spare: 1,
        },
      ],
      choose: async (row) => {
        if (row.kind === 'other')
          return ui.message({
            title: row.name,
            text: [t`This entry of /etc/hosts is not from here and is left alone.`],
          });
        if (!(await permitted(surroundings))) return undefined;
        const changed =
          row.kind === 'add' ? await add(surroundings, entries) : await editOrRemove(surroundings, entries, row);
        again = changed;
        return changed ? 'close' : undefined;
      },
    });
  }
};

function add(surroundings: Surroundings, entries: readonly HostEntry[]): Promise<boolean> {
  return entryForm(surroundings, t`Add a host name`, { name: '', address: '' }, (entry) => [...entries, entry]);
}

async function editOrRemove(surroundings: Surroundings, entries: readonly HostEntry[], row: Row): Promise<boolean> {
  const { ui } = surroundings;
  let changed = false;
  const others = entries.filter((_, at) => at !== row.at);
  await ui.menu({
    title: row.name,
    back: true,
    items: () => [
      {
        id: 'change',
        label: t`Change`,
        description: t`Name or address`,
        greyed: changed ? t`It was changed.` : undefined,
      },
      {
        id: 'remove',
        label: t`Remove`,
        description: t`Take it out of /etc/hosts`,
        greyed: changed ? t`It was changed.` : undefined,
      },
    ],
    choose: async (id) => {
      if (id === 'remove') changed = await remove(surroundings, others, row);
      else
        changed = await entryForm(surroundings, t`Change a host name`, row, (entry) =>
          entries.map((one, at) => (at === row.at ? entry : one)),
        );
      return changed ? 'close' : undefined;
    },
  });
  return changed;
}

async function remove(
  { ui, appliance }: Surroundings,
  others: readonly HostEntry[],
  { name, address }: HostEntry,
): Promise<boolean> {
  if (!(await ui.confirm({ title: t`Remove`, text: [t`Remove ${name} (${address})?`], yes: t`Remove` }))) return false;
  const outcome = await ui.busy(t`Writing /etc/hosts`, (signal) =>
    appliance.hosts.set({ entries: [...others] }, { signal }),
  );
  if (!outcome.ok) await ui.problem(t`Hosts`, outcome.problem);
  return outcome.ok;
}

async function entryForm(
  { ui, appliance }: Surroundings,
  title: string,
  now: HostEntry,
  entriesWith: (entry: HostEntry) => HostEntry[],
): Promise<boolean> {
  const values = await ui.form({
    title,
    fields: {
      name: text({ label: t`FQDN`, value: now.name, parse: parseFqdn }),
      address: text({ label: t`IPv4 or IPv6 address`, value: now.address, parse: (given) => parseAddress(given) }),
    },
    submit: {
      what: t`Writing /etc/hosts`,
      work: async ({ name, address }, signal) => {
        await appliance.hosts.set({ entries: entriesWith({ name, address }) }, { signal });
        return undefined;
      },
    },
  });
  return values !== undefined;
}

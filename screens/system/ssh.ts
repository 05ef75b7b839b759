/** System › Disable SSH, or Enable SSH while it is off: with the host keys and the open sessions to look at first. */
import type { SshState } from '../../src/appliance.ts';
import { permitted } from '../flows/permission.ts';
import type { Screen } from '../kit/screen.ts';

export const ssh: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const read = await ui.busy('Reading the SSH settings', (signal) => appliance.ssh.read({}, { signal }));
  if (!read.ok) return ui.problem('SSH', read.problem);
  const { enabled, refused } = read.value;
  if (!enabled && refused)
    return ui.message({ title: 'Enable SSH', text: [{ text: 'SSH cannot be enabled yet.', role: 'warn' }, refused] });
  const verb = enabled ? 'Disable' : 'Enable';
  const yes = await ui.confirm({
    title: `${verb} SSH`,
    text: [...about(read.value), '', `${verb} SSH now?`],
    yes: verb,
  });
  if (!yes || !(await permitted(surroundings))) return;
  const set = await ui.busy(enabled ? 'Disabling SSH' : 'Enabling SSH', (signal) =>
    appliance.ssh.set({ enabled: !enabled }, { signal }),
  );
  if (!set.ok) return ui.problem(`${verb} SSH`, set.problem);
  await ui.message({
    title: 'SSH',
    text: [
      { text: `SSH is ${set.value.enabled ? 'enabled' : 'disabled'}.`, role: 'good' },
      ...about(set.value).slice(1),
    ],
  });
};

function about({ enabled, fingerprints, sessions }: SshState): string[] {
  const open = sessions.map(
    ({ user, from, since }) => `${user} from ${from} since ${since.slice(0, 16).replace('T', ' ')}`,
  );
  return [
    `SSH is ${enabled ? 'enabled' : 'disabled'}.`,
    open.length ? `Open sessions (${open.length}): ${open.join('; ')}. They stay open.` : 'No session is open.',
    'Host keys:',
    ...fingerprints.map(({ type, sha256 }) => `${type} ${sha256}`),
  ];
}

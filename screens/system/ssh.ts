/** System › Disable SSH, or Enable SSH while it is off: with the host keys and the open sessions to look at first. */
import type { SshState } from '../../src/appliance.ts';
import { permitted } from '../flows/permission.ts';
import type { Screen } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

export const ssh: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const read = await ui.busy(t`Reading the SSH settings`, (signal) => appliance.ssh.read({}, { signal }));
  if (!read.ok) return ui.problem(t`SSH`, read.problem);
  const { enabled, refused } = read.value;
  if (!enabled && refused)
    return ui.message({
      title: t`Enable SSH`,
      text: [{ text: t`SSH cannot be enabled yet.`, role: 'warn' }, said(refused)],
    });
  const verb = enabled ? t`Disable` : t`Enable`;
  const yes = await ui.confirm({
    title: t`${verb} SSH`,
    text: [...about(read.value), '', t`${verb} SSH now?`],
    yes: verb,
  });
  if (!yes || !(await permitted(surroundings))) return;
  const set = await ui.busy(enabled ? t`Disabling SSH` : t`Enabling SSH`, (signal) =>
    appliance.ssh.set({ enabled: !enabled }, { signal }),
  );
  if (!set.ok) return ui.problem(t`${verb} SSH`, set.problem);
  await ui.message({
    title: t`SSH`,
    text: [
      { text: set.value.enabled ? t`SSH is enabled.` : t`SSH is disabled.`, role: 'good' },
      ...about(set.value).slice(1),
    ],
  });
};

function about({ enabled, fingerprints, sessions }: SshState): string[] {
  const open = sessions.map(
    ({ user, from, since }) => t`${user} from ${from} since ${since.slice(0, 16).replace('T', ' ')}`,
  );
  return [
    enabled ? t`SSH is enabled.` : t`SSH is disabled.`,
    open.length ? t`Open sessions (${open.length}): ${open.join('; ')}. They stay open.` : t`No session is open.`,
    t`Host keys:`,
    ...fingerprints.map(({ type, sha256 }) => `${type} ${sha256}`),
  ];
}

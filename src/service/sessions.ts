/** Who else is logged in: as logind has it, and where that does not know of them, as sshd does. */
import type { LoginSession, Machine } from '../adapters/machine.ts';
import type { PowerState, Who } from '../appliance.ts';

/** @throws Failure where neither can be asked */
export async function loggedIn(machine: Machine, signal: AbortSignal): Promise<LoginSession[]> {
  const [known, bySsh] = await Promise.all([
    machine.power.sessions(signal),
    machine.ssh.state(signal).then(
      ({ sessions }) => sessions,
      () => [],
    ),
  ]);
  const isKnown = ({ user, from }: LoginSession) => known.some((one) => one.user === user && one.from === from);
  return [...known, ...bySsh.filter((session) => !isKnown(session))].sort((a, b) => a.since.localeCompare(b.since));
}

/** Without the one that the asker is logged in by, where that can be told. */
export function others(sessions: readonly LoginSession[], asker: Who | undefined): PowerState['sessions'] {
  const own = sessions.findIndex((session) => asker !== undefined && isOf(session, asker));
  return sessions.filter((_session, at) => at !== own).map(({ user, from, since }) => ({ user, from, since }));
}

function isOf({ user, from, terminal }: LoginSession, { user: own, console, address, login }: Who): boolean {
  if (user !== own && user !== login) return false;
  if (terminal !== undefined && console !== undefined) return terminal === console;
  return from === (address ?? console);
}

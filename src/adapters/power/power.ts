/** Reboot and power-off by systemd, and who is logged in, by logind. What is asked before is the service's business. */
import { Failure } from '../../errors.ts';
import { run } from '../../run.ts';
import { runs } from '../daemon.ts';
import type { LoginSession } from '../machine.ts';
import { parseSession, parseSessionPaths } from './parse.ts';

const limit = 5_000;
/** Sessions that are looked at; more than that are as good as many. */
const most = 50;
const bus = 'org.freedesktop.login1';

/** @throws Failure 'timed-out', 'aborted', 'not-understood', 'unavailable' */
export async function sessions(signal: AbortSignal): Promise<LoginSession[]> {
  if (!(await runs('systemd-logind.service', signal))) return [];
  const { stdout } = await call(['/org/freedesktop/login1', `${bus}.Manager`, 'ListSessions'], signal);
  const found: LoginSession[] = [];
  for (const path of parseSessionPaths(stdout).slice(0, most)) {
    const session = await sessionAt(path, signal);
    if (session) found.push(session);
  }
  return found.sort((a, b) => a.since.localeCompare(b.since));
}

/** undefined where it has ended meanwhile. */
async function sessionAt(path: string, signal: AbortSignal): Promise<LoginSession | undefined> {
  try {
    const { stdout } = await call([path, 'org.freedesktop.DBus.Properties', 'GetAll', 's', `${bus}.Session`], signal);
    return parseSession(stdout);
  } catch (error) {
    if (error instanceof Failure && error.problem.code === 'program-failed') return undefined;
    throw error;
  }
}

const call = (what: readonly string[], signal: AbortSignal) =>
  run('busctl', ['--json=short', '--timeout=3', 'call', bus, ...what], { limit, signal });

/** systemctl(1): it ends when systemd, or logind, has taken it. @throws Failure 'program-failed', 'timed-out' */
export async function reboot(signal: AbortSignal): Promise<void> {
  await run('systemctl', ['--no-wall', '--no-ask-password', 'reboot'], { limit: 30_000, signal });
}

export async function shutdown(signal: AbortSignal): Promise<void> {
  await run('systemctl', ['--no-wall', '--no-ask-password', 'poweroff'], { limit: 30_000, signal });
}

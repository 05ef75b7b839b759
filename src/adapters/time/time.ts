/** Clock by systemd-timesyncd, time zone by timedated. The file is made in render.ts. */
import type { TimeState } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { parseZone } from '../../values/ntp.ts';
import { runs } from '../daemon.ts';
import { dateFormat, parseClock, parseNow, parseTimesync, parseZones } from './parse.ts';

const limit = 10_000;
const timesyncd = 'systemd-timesyncd.service';
const manager = ['org.freedesktop.timesync1', '/org/freedesktop/timesync1', 'org.freedesktop.timesync1.Manager'];

/** All of `TimeState` that the machine knows; `zone` is the one in effect. */
export type EffectiveTime = Omit<TimeState, 'settings' | 'defaults'> & { zone: string };

/** @throws Failure 'unavailable' without timedated, 'not-understood', 'timed-out', 'aborted' */
export async function effectiveTime(signal: AbortSignal): Promise<EffectiveTime> {
  const [date, clock, sync] = await Promise.all([
    run('date', [dateFormat], { limit, signal }),
    run('timedatectl', ['show'], { limit, signal }),
    runs(timesyncd, signal).then((is) => (is ? askTimesyncd(signal) : {})),
  ]);
  return { now: parseNow(date.stdout), ...parseClock(clock.stdout), ...sync };
}

async function askTimesyncd(signal: AbortSignal) {
  const args = ['--json=short', 'get-property', ...manager, 'ServerName', 'NTPMessage'];
  return parseTimesync((await run('busctl', args, { limit, signal })).stdout);
}

/**
 * Enabled from now on, and started anew with the files as they are.
 * @throws Failure 'unavailable' where timesyncd is not installed
 */
export async function tellTimesyncd(signal: AbortSignal): Promise<void> {
  for (const verb of ['enable', 'restart']) {
    // systemctl(1): 5 and, when enabling, 1 for a unit that is not installed.
    const { exitCode, stderr } = await run('systemctl', [verb, timesyncd], {
      limit: 30_000,
      signal,
      expect: [0, 1, 5],
    });
    if (exitCode === 5 || /not found|does not exist/.test(stderr))
      throw fail('unavailable', { what: 'Time synchronisation', why: 'systemd-timesyncd is not installed.' });
    if (exitCode !== 0) throw fail('program-failed', { program: 'systemctl', exitCode, said: stderr.slice(0, 200) });
  }
}

/** Every zone that the machine knows, as `timedatectl list-timezones` sorts them. */
export async function zones(signal: AbortSignal): Promise<string[]> {
  return parseZones((await run('timedatectl', ['--no-pager', 'list-timezones'], { limit, signal })).stdout);
}

/** @throws Failure 'bad-value' for a zone that the machine does not know */
export async function setZone(name: string, signal: AbortSignal): Promise<void> {
  const parsed = parseZone(name);
  if (!parsed.ok) throw fail('bad-value', { field: 'zone', why: parsed.why, right: parsed.right });
  if (!(await zones(signal)).includes(parsed.value))
    throw fail('bad-value', { field: 'zone', why: 'this machine does not know it', right: 'Europe/Madrid' });
  await run('timedatectl', ['--no-ask-password', 'set-timezone', parsed.value], { limit, signal });
}

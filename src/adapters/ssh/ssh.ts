/** OpenSSH's server: on or off, its host keys, and who is logged in through it. Who may log in is login's business. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SshState } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { runs } from '../daemon.ts';
import { beganAt, parseFingerprint, parsePeers, parseTitle } from './parse.ts';

const limit = 10_000;
const folder = '/etc/ssh';
/** Debian starts the service, or on demand through the socket. */
const units = ['ssh.socket', 'ssh.service'] as const;

/** @throws Failure 'unavailable', 'not-understood', 'timed-out', 'aborted' */
export async function sshState(signal: AbortSignal): Promise<Omit<SshState, 'refused'>> {
  const [enabled, keys, open] = await Promise.all([isOn(signal), fingerprints(signal), sessions(signal)]);
  return { enabled, fingerprints: keys, sessions: open };
}

async function isOn(signal: AbortSignal): Promise<boolean> {
  const active = await Promise.all(units.map((unit) => runs(unit, signal)));
  return active.includes(true);
}

async function fingerprints(signal: AbortSignal): Promise<SshState['fingerprints']> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => /^ssh_host_\w+_key\.pub$/.test(name)).sort();
  const found = files.map((name) =>
    run('ssh-keygen', ['-l', '-E', 'sha256', '-f', join(folder, name)], { limit, signal }),
  );
  return (await Promise.all(found)).map(({ stdout }) => parseFingerprint(stdout));
}

async function sessions(signal: AbortSignal): Promise<SshState['sessions']> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const titles = await Promise.all(pids.map(async (pid) => [pid, parseTitle(await title(pid))] as const));
  const open = titles.filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (open.length === 0) return [];
  const ss = await run('ss', ['-H', '-t', '-n', '-p', 'state', 'established'], { limit, signal });
  const peers = parsePeers(ss.stdout);
  const system = await text('/proc/stat');
  const found = open.map(async ([pid, user]) => {
    const since = beganAt(await text(`/proc/${pid}/stat`), system);
    return since === undefined ? [] : [{ user, from: peers.get(Number(pid)) ?? 'unknown', since }];
  });
  return (await Promise.all(found)).flat().sort((a, b) => a.since.localeCompare(b.since));
}

async function title(pid: string): Promise<string> {
  return (await text(`/proc/${pid}/cmdline`)).replace(/\0+/g, ' ').trim();
}

/** Empty where the process has gone meanwhile. */
async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/**
 * Switches SSH on, now and at each start. Host keys that are missing are made; a configuration that sshd would not
 * start with changes nothing.
 * @throws Failure 'unavailable' without sshd, 'program-failed' with what sshd finds wrong
 */
export async function enableSsh(signal: AbortSignal): Promise<void> {
  await run('ssh-keygen', ['-A'], { limit: 60_000, signal });
  // It is there while the service runs only, and sshd checks nothing without it.
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  await run('sshd', ['-t'], { limit, signal });
  const bySocket = await run('systemctl', ['is-enabled', '--quiet', 'ssh.socket'], {
    limit,
    signal,
    expect: [0, 1, 4],
  });
  const unit = bySocket.exitCode === 0 ? 'ssh.socket' : 'ssh.service';
  await run('systemctl', ['enable', '--now', '--quiet', unit], { limit: 60_000, signal });
  if (!(await runs(unit, signal)))
    throw fail('unavailable', { what: 'SSH', why: `${unit} does not stay up; see its log under Diagnostics, Units.` });
}

/** Switches SSH off, now and at each start. Sessions that are open stay open. */
export async function disableSsh(signal: AbortSignal): Promise<void> {
  const there = await run('systemctl', ['list-unit-files', '--no-legend', '--plain', ...units], {
    limit,
    signal,
    expect: [0, 1],
  });
  const installed = units.filter((unit) => there.stdout.includes(unit));
  if (installed.length > 0)
    await run('systemctl', ['disable', '--now', '--quiet', ...installed], { limit: 60_000, signal });
}

/** What the listener needs of the machine: an account that nobody logs in with, a host key, and which sshd there is. */
import { access, chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { user } from './render.ts';

const what = 'The listener for reports';
const limit = 10_000;
const machineKey = '/etc/ssh/ssh_host_ed25519_key';

export interface Account {
  uid: number;
  gid: number;
}

/** Made where it is missing: no password, no shell, no home. */
export async function account(signal: AbortSignal): Promise<Account> {
  const found = (await entry(signal)) ?? (await make(signal));
  if (!found || found.uid === 0)
    throw fail('unavailable', { what, why: `The account ${user} of this machine cannot be used.` });
  return found;
}

async function entry(signal: AbortSignal): Promise<Account | undefined> {
  // getent(1): 2 where there is none.
  const { stdout } = await run('getent', ['passwd', user], { limit, signal, expect: [0, 2] });
  const [, , uid, gid] = stdout.split(':');
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

async function make(signal: AbortSignal): Promise<Account | undefined> {
  const options = ['--system', '--user-group', '--no-create-home', '--home-dir', '/', '--shell', '/usr/sbin/nologin'];
  await run('useradd', [...options, '--comment', 'Fetches diagnostics reports', user], { limit, signal });
  return entry(signal);
}

/**
 * The machine's own key, which operators may know; where it has none, one that is kept.
 * @param own where that one is kept
 */
export async function hostKey(own: string, signal: AbortSignal): Promise<{ path: string; fingerprint: string }> {
  const path = (await isThere(machineKey)) ? machineKey : own;
  if (!(await isThere(path))) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'gatehouse-handover', '-f', path], {
      limit,
      signal,
    });
    await chmod(path, 0o600);
  }
  const { stdout } = await run('ssh-keygen', ['-l', '-E', 'sha256', '-f', path], { limit, signal });
  const fingerprint = /\bSHA256:[A-Za-z0-9+/]+/.exec(stdout)?.[0];
  if (!fingerprint) throw fail('not-understood', { what: 'ssh-keygen', got: stdout.slice(0, 80) });
  return { path, fingerprint };
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** "OpenSSH_9.2p1 Debian-…", which sshd -V says, and older ones with their usage. */
export async function sshdVersion(signal: AbortSignal): Promise<readonly [number, number]> {
  const { stdout, stderr } = await run('sshd', ['-V'], { limit, signal, expect: [0, 1] });
  const [, major, minor] = /OpenSSH_(\d+)\.(\d+)/.exec(stdout + stderr) ?? [];
  if (!major || !minor) throw fail('unavailable', { what, why: 'What is installed as sshd is not OpenSSH.' });
  return [Number(major), Number(minor)];
}

/**
 * The public keys that may log in as the operator: all of ~/.ssh/authorized_keys. It lies in a folder that belongs to
 * somebody else, who may have made a link of any part of it; so it is read and written as that user, never as root.
 */
import { join } from 'node:path';
import { fail } from '../../errors.ts';
import { run } from '../../run.ts';

const limit = 10_000;

interface Account {
  uid: string;
  gid: string;
  file: string;
}

async function accountNamed(user: string, signal: AbortSignal): Promise<Account> {
  const { stdout, exitCode } = await run('getent', ['passwd', '--', user], { limit, signal, expect: [0, 2] });
  const [, , uid = '', gid = '', , home = ''] = stdout.split(':');
  if (exitCode !== 0 || uid === '0' || !home.startsWith('/'))
    throw fail('unavailable', { what: `The account ${user}`, why: 'There is none on this machine that has a home.' });
  return { uid, gid, file: join(home, '.ssh/authorized_keys') };
}

/** As it, and with nothing that root may. */
function as({ uid, gid }: Account, program: string, args: string[], options: { expect?: number[]; input?: string }) {
  const become = ['--reuid', uid, '--regid', gid, '--init-groups', '--inh-caps=-all', '--', program, ...args];
  return (signal: AbortSignal) => run('setpriv', become, { limit, signal, most: 1 << 20, ...options });
}

/** Lines that are neither empty nor comments (sshd(8)), as they stand. */
export async function authorizedKeys(user: string, signal: AbortSignal): Promise<string[]> {
  const account = await accountNamed(user, signal);
  const { stdout } = await as(account, 'cat', ['--', account.file], { expect: [0, 1] })(signal);
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Those and no others. After a power cut there are the old or the new, whole. */
export async function setAuthorizedKeys(user: string, keys: readonly string[], signal: AbortSignal): Promise<void> {
  const account = await accountNamed(user, signal);
  const folder = join(account.file, '..');
  const fresh = join(folder, '.authorized_keys.new');
  const input = keys.map((key) => `${key}\n`).join('');
  await as(account, 'mkdir', ['-p', '-m', '700', '--', folder], {})(signal);
  await as(account, 'dd', [`of=${fresh}`, 'conv=fsync', 'status=none'], { input })(signal);
  await as(account, 'chmod', ['600', '--', fresh], {})(signal);
  await as(account, 'mv', ['-fT', '--', fresh, account.file], {})(signal);
}

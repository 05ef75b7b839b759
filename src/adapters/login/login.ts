/**
 * The operator's account: has it a password or a key, set a password, check one. The system's own means hash and
 * compare; a password goes to them on standard input and is nowhere else. Slowing down wrong tries is up to the caller.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { parsePassword } from '../../values/password.ts';
import { Secret } from '../../values/secret.ts';

const limit = 10_000;

export interface LoginState {
  /** Is there such an account? */
  exists: boolean;
  hasPassword: boolean;
  /** Public keys that may log in. */
  keys: number;
}

/** @param user name of the account: "operator" */
export async function loginState(user: string, signal: AbortSignal): Promise<LoginState> {
  const entry = await run('getent', ['passwd', '--', named(user)], { limit, signal, expect: [0, 2] });
  if (entry.exitCode === 2) return { exists: false, hasPassword: false, keys: 0 };
  const home = entry.stdout.split(':')[5] ?? '';
  // passwd(1): "operator P 2026-11-21 …"; L is locked, NP has none at all.
  const status = await run('passwd', ['-S', user], { limit, signal });
  return { exists: true, hasPassword: status.stdout.split(' ')[1] === 'P', keys: await keysIn(home) };
}

/** Lines of authorized_keys (sshd(8)) that are neither empty nor comments. */
async function keysIn(home: string): Promise<number> {
  if (!home.startsWith('/')) return 0;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(home, '.ssh/authorized_keys'), flags).catch(() => undefined);
  if (!file) return 0;
  try {
    const { size } = await file.stat();
    if (!(await file.stat()).isFile() || size > 1 << 20) return 0;
    const lines = (await file.readFile('utf8')).split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '' && !line.startsWith('#')).length;
  } finally {
    await file.close();
  }
}

/**
 * Sets the password; the system hashes it (yescrypt on Debian).
 * @throws Failure 'bad-value' for one that cannot be typed at a login, 'program-failed'
 */
export async function setPassword(user: string, password: Secret, signal: AbortSignal): Promise<void> {
  // A line break would begin another account's line for chpasswd.
  const parsed = parsePassword(password.reveal());
  if (!parsed.ok) throw fail('bad-value', { field: 'password', why: parsed.why, right: parsed.right });
  try {
    await run('chpasswd', [], { limit, signal, input: `${named(user)}:${password.reveal()}\n` });
  } catch (error) {
    throw withoutInput('chpasswd', error);
  }
}

/**
 * Is it the password? By unix_chkpwd(8), which pam_unix itself asks. An account without a password, or a locked one,
 * has no right password.
 */
export async function isPassword(user: string, password: Secret, signal: AbortSignal): Promise<boolean> {
  if (!parsePassword(password.reveal()).ok) return false;
  try {
    const input = `${password.reveal()}\0`;
    const { exitCode } = await run('unix_chkpwd', [named(user), 'nonull'], {
      limit,
      signal,
      input,
      expect: [0, 7, 9, 10],
    });
    return exitCode === 0;
  } catch (error) {
    throw withoutInput('unix_chkpwd', error);
  }
}

/** What a run's error keeps of its options must not keep the password: only the problem is handed on. */
function withoutInput(program: string, error: unknown): Failure {
  if (!(error instanceof Failure)) return fail('program-failed', { program, exitCode: -1, said: '' });
  const { problem } = error;
  // Whatever it said of its input stays here.
  return new Failure(
    problem.code === 'program-failed' ? { ...problem, details: { ...problem.details, said: '' } } : problem,
  );
}

/** useradd(8)'s names; so nothing else can get into chpasswd's line, and none is taken for an option. */
function named(user: string): string {
  if (/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) return user;
  throw fail('bad-value', { field: 'user', why: 'it is not the name of an account', right: 'operator' });
}

/** As /etc/shadow has it; undefined without one, and where the account is locked. */
export async function passwordHash(user: string, signal: AbortSignal): Promise<Secret | undefined> {
  const { stdout, exitCode } = await run('getent', ['shadow', '--', named(user)], { limit, signal, expect: [0, 2] });
  const hash = exitCode === 0 ? (stdout.trim().split(':')[1] ?? '') : '';
  return hash.startsWith('$') ? new Secret(hash) : undefined;
}

/** @throws Failure 'program-failed' */
export async function setPasswordHash(user: string, hash: Secret, signal: AbortSignal): Promise<void> {
  try {
    await run('chpasswd', ['--encrypted'], { limit, signal, input: `${named(user)}:${hash.reveal()}\n` });
  } catch (error) {
    throw withoutInput('chpasswd', error);
  }
}

/**
 * What an unattended file comes to on this machine as it is now: all that differs, and all that speaks against it,
 * before anything is changed. Changes nothing.
 */
import type { Appliance, ChangeDraft, Difference, HostEntry, RegistrationState } from '../appliance.ts';
import { Failure } from '../errors.ts';
import { differencesBetween } from '../settings/difference.ts';
import type { Settings } from '../settings/schema.ts';
import type { Understood, Wanted } from '../unattended/wanted.ts';
import { parsePublicKey } from '../values/public-key.ts';
import type { Secret } from '../values/secret.ts';
import { account } from './access.ts';
import { Mistakes } from './mistakes.ts';
import { draftedProxy } from './proxy.ts';
import { whyFixed } from './suffix.ts';
import type { System } from './system.ts';

export interface Planning {
  system: System;
  groups: Pick<Appliance, 'changes' | 'registration' | 'access' | 'ssh'>;
}

export interface Asker {
  by: string;
  /** Root, or whoever runs the service: may set a password without knowing the one before. */
  isOwner: boolean;
}

export interface Planned {
  differences: Difference[];
  warnings: string[];
  newAddress?: string;
  /** What can cut the machine off; absent where nothing of that changes. */
  draft?: ChangeDraft;
  hosts?: HostEntry[];
  /** Time, console, and the suffix where there is no draft: as they are to be. */
  rest?: Pick<Settings, 'time' | 'console' | 'windowSeconds' | 'language'> & { suffix?: Settings['suffix'] };
  ssh?: boolean;
  operator: { password?: Secret; hash?: Secret; keys?: string[] };
  code?: string;
}

/** @throws Failure 'bad-values', and what the machine says where it cannot be read */
export async function planned(
  planning: Planning,
  { wanted, located }: Understood,
  asker: Asker,
  signal: AbortSignal,
): Promise<Planned> {
  const { system, groups } = planning;
  const before = await system.settings();
  const after = settingsWith(before, wanted);
  const changed = differencesBetween(before, after);
  const touches = (...places: string[]) =>
    places.some((place) => changed.some(({ path }) => path === place || path.startsWith(`${place}.`)));
  const mistakes = new Mistakes();
  const operator = await operatorOf(planning, wanted, asker, mistakes, signal);
  const ssh = await sshOf(planning, wanted, signal);
  const registered = registeredAs(await groups.registration.read({}).catch(() => undefined));
  await checkTogether(planning, wanted, after, { canLogIn: operator.after, registered }, mistakes, signal);
  const draft = draftOf(wanted, after, touches);
  const network = draft && (await networkPlan(groups, draft, mistakes, signal));
  if (mistakes.all.length > 0) throw located(mistakes.all);
  const isRest = touches('time', 'console', 'windowSeconds', 'language') || (!draft && touches('suffix'));
  const { time, console, windowSeconds, language, suffix } = after;
  const code = registered === undefined ? wanted.code : undefined;
  return {
    differences: [
      ...changed.map(({ path, before = 'none', after = 'none' }) => line(path, before, after)),
      ...(ssh.isOtherHere && !touches('ssh') ? [line('ssh.enabled', String(!ssh.wanted), String(ssh.wanted))] : []),
      ...operator.differences,
      ...(code === undefined ? [] : [line('registration', 'not registered', 'registered with the code of the file')]),
    ],
    warnings: [
      ...(network?.warnings ?? []),
      ...(wanted.code !== undefined && registered !== undefined
        ? [`It is registered already, as ${registered}; the code of the file is not used.`]
        : []),
    ],
    ...(network?.newAddress === undefined ? {} : { newAddress: network.newAddress }),
    ...(draft ? { draft } : {}),
    ...(touches('hosts') ? { hosts: after.hosts } : {}),
    ...(isRest ? { rest: { time, console, windowSeconds, language, ...(draft ? {} : { suffix }) } } : {}),
    ...(ssh.wanted !== undefined && (touches('ssh') || ssh.isOtherHere) ? { ssh: ssh.wanted } : {}),
    operator: operator.changes,
    ...(code === undefined ? {} : { code }),
  };
}

const line = (what: string, now: string, will: string): Difference => ({ what, now, will, changed: true });

/** Parsed when they came in. What the file does not name stays. */
export function settingsWith(before: Settings, wanted: Wanted): Settings {
  const { language = before.language, windowSeconds = before.windowSeconds, ...console } = wanted.console;
  return {
    ...before,
    interfaces: { ...before.interfaces, ...wanted.interfaces },
    dns: { ...before.dns, ...wanted.dns },
    ...(wanted.proxy ? { proxy: draftedProxy(wanted.proxy, before.proxy) } : {}),
    ...(wanted.hosts ? { hosts: wanted.hosts } : {}),
    time: { ...before.time, ...wanted.time },
    ...(wanted.suffix === undefined ? {} : { suffix: wanted.suffix }),
    ...(wanted.ssh ? { ssh: wanted.ssh } : {}),
    console: { ...before.console, ...console },
    windowSeconds,
    language,
  } as Settings;
}

/** The suffix goes along where something else does: so the platform that is tried is the one that is meant. */
function draftOf(wanted: Wanted, after: Settings, touches: (...places: string[]) => boolean): ChangeDraft | undefined {
  const names = Object.keys(wanted.interfaces).filter((name) => touches(`interfaces.${name}`));
  if (names.length === 0 && !touches('dns', 'proxy')) return undefined;
  return {
    section: 'apply',
    interfaces: Object.fromEntries(
      names.map((name) => [name, wanted.interfaces[name] as (typeof wanted.interfaces)[0]]),
    ),
    ...(touches('dns') ? { dns: after.dns } : {}),
    ...(touches('proxy') && wanted.proxy ? { proxy: wanted.proxy } : {}),
    ...(after.suffix === undefined ? {} : { suffix: after.suffix }),
  };
}

/** What a change of it would say, its mistakes among those of the file. */
async function networkPlan(
  { changes }: Planning['groups'],
  draft: ChangeDraft,
  mistakes: Mistakes,
  signal: AbortSignal,
) {
  try {
    return await changes.plan({ draft }, { signal });
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code !== 'bad-values') throw error;
    for (const { field, why, right } of error.problem.details.fields) mistakes.add(field, why, right);
    return undefined;
  }
}

async function sshOf({ groups }: Planning, { ssh }: Wanted, signal: AbortSignal) {
  if (!ssh) return { wanted: undefined, isOtherHere: false };
  const { enabled } = await groups.ssh.read({}, { signal });
  return { wanted: ssh.enabled, isOtherHere: enabled !== ssh.enabled };
}

/** @returns also whether the account can be logged in to afterwards */
async function operatorOf(
  planning: Planning,
  { operator: wanted }: Wanted,
  { by, isOwner }: Asker,
  mistakes: Mistakes,
  signal: AbortSignal,
) {
  const { login } = planning.system.machine;
  const { exists, hasPassword, keys: count } = await login.state(account, signal);
  const { password, passwordHash: hash, sshKeys } = wanted;
  const differences: Difference[] = [];
  const changes: Planned['operator'] = {};
  if (!exists && Object.keys(wanted).length > 0)
    mistakes.add('operator', `there is no account ${account} on this machine`, 'to leave it out');
  else {
    const isSame = async () => {
      if (!hasPassword) return false;
      if (hash) return (await login.passwordHash(account, signal))?.equals(hash) ?? false;
      if (!password) return true;
      // Not for guessing: whoever could not set one is held up, and noted.
      if (!isOwner) return (await planning.groups.access.check({ password: password.reveal() }, { by })).right;
      return login.isPassword(account, password, signal);
    };
    if ((password || hash) && !(await isSame())) {
      differences.push(line('operator.password', hasPassword ? 'set' : 'none', hasPassword ? 'set (another)' : 'set'));
      Object.assign(changes, password ? { password } : { hash });
    }
    const now = sshKeys ? (await login.keys(account, signal)).map(canonical) : [];
    if (sshKeys && [...now].sort().join('\n') !== [...sshKeys].sort().join('\n')) {
      differences.push(line('operator.sshKeys', namesOf(now), namesOf(sshKeys)));
      changes.keys = sshKeys;
    }
  }
  if (differences.length > 0 && hasPassword && !isOwner)
    mistakes.add('operator', 'only root sets another password or key where a password is set', 'as it is set now');
  return {
    differences,
    changes,
    after: hasPassword || changes.password || changes.hash || (sshKeys?.length ?? count) > 0,
  };
}

function canonical(key: string): string {
  const parsed = parsePublicKey(key);
  return parsed.ok ? parsed.value : key;
}

/** "ssh-ed25519 anna@example.org", or the end of a key without a name. */
function namesOf(keys: readonly string[]): string {
  const names = keys.map((key) => {
    const [type = '', body = '', ...comment] = key.split(' ');
    return `${type} ${comment.join(' ') || `…${body.slice(-8)}`}`;
  });
  return names.join(', ') || 'none';
}

function registeredAs(state: RegistrationState | undefined): string | undefined {
  return state?.registered ? state.name : undefined;
}

/** What only the machine, or several values together, can say. */
async function checkTogether(
  { system }: Planning,
  wanted: Wanted,
  after: Settings,
  { canLogIn, registered }: { canLogIn: unknown; registered: string | undefined },
  mistakes: Mistakes,
  signal: AbortSignal,
): Promise<void> {
  const { zone } = wanted.time;
  if (zone !== undefined && !(await system.machine.time.zones(signal)).includes(zone))
    mistakes.add('time.zone', 'this machine does not know it', 'Europe/Madrid');
  const fixed = await whyFixed(system);
  if (fixed !== undefined && after.suffix !== (await system.settings()).suffix)
    mistakes.add('platform.suffix', `it cannot be changed: ${fixed}`, 'as it is');
  if (wanted.code !== undefined && registered === undefined && after.suffix === undefined)
    mistakes.add('platform.code', 'a code without a suffix', 'platform.suffix, too');
  if (wanted.ssh?.enabled && !canLogIn)
    mistakes.add('ssh.enabled', `${account} has neither a password nor a key`, 'operator.password or operator.sshKeys');
  const { hasPassword } = await system.machine.login.state(account, signal);
  const { password, passwordHash } = wanted.operator;
  if (wanted.console.passwordBeforeChanges && !hasPassword && !password && !passwordHash)
    mistakes.add('console.passwordBeforeChanges', 'no password is set', 'operator.password, too');
}

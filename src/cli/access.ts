/** `gatehouse console …`: the operator's password and what the console asks for it. */
import type { AccessState } from '../appliance.ts';
import { fail } from '../errors.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { linesOf, typed } from './password.ts';
import { fields } from './table.ts';

export interface AccessOptions {
  ask?: 'on' | 'off';
  lock?: number;
  window?: number;
  language?: string;
}

export async function show({ appliance, output, signal }: Context): Promise<number> {
  return told(output, await appliance.access.read({}, { signal }));
}

/** What is not named stays. */
export async function set(
  { appliance, output, signal }: Context,
  { ask, lock, window, language }: AccessOptions,
): Promise<number> {
  const now = await appliance.access.read({}, { signal });
  const passwordBeforeChanges = ask === undefined ? now.passwordBeforeChanges : ask === 'on';
  const idleLockMinutes = lock ?? now.idleLockMinutes;
  const windowSeconds = window ?? now.windowSeconds;
  const rules = {
    passwordBeforeChanges,
    idleLockMinutes,
    windowSeconds,
    ...(language === undefined ? {} : { language }),
  };
  return told(output, await appliance.access.set(rules, { signal }));
}

/** From a terminal unseen; otherwise from standard input: the present one where one is set, then the new one. */
export async function setPassword(context: Context): Promise<number> {
  const { appliance, output, signal } = context;
  const { passwordSet, account } = await appliance.access.read({}, { signal });
  const { current, next } = context.terminal
    ? await fromTerminal(context, passwordSet)
    : fromLines(linesOf(await context.input()), passwordSet);
  await appliance.access.setPassword({ ...(current === undefined ? {} : { current }), next }, { signal });
  output.text(`The password of ${account} is set.`);
  output.value({ account, passwordSet: true });
  return exits.done;
}

interface Passwords {
  current?: string | undefined;
  next: string;
}

async function fromTerminal(context: Context, passwordSet: boolean): Promise<Passwords> {
  const current = passwordSet ? await typed(context, 'Present password: ') : undefined;
  const next = (await typed(context, 'New password: ')) ?? '';
  if ((await typed(context, 'New password again: ')) !== next)
    throw fail('bad-value', { field: 'password', why: 'the two are not the same', right: 'the same one twice' });
  return { current, next };
}

function fromLines(lines: readonly string[], passwordSet: boolean): Passwords {
  const [first = '', second = ''] = lines;
  if (lines.length === (passwordSet ? 2 : 1)) return passwordSet ? { current: first, next: second } : { next: first };
  const right = passwordSet ? 'two lines: the present one, then the new one' : 'one line';
  throw fail('bad-value', { field: 'password', why: `${lines.length} lines were given`, right });
}

function told(output: Context['output'], state: AccessState): number {
  const { account, passwordSet, keySet, passwordBeforeChanges, idleLockMinutes, windowSeconds, language } = state;
  output.text(
    fields([
      ['Account', account],
      ['Password', passwordSet ? 'set' : 'not set'],
      ['Key', keySet ? 'set' : 'none'],
      ['Asked before changes', passwordBeforeChanges ? 'on' : 'off'],
      ['Locked when idle', idleLockMinutes === 0 ? 'off' : `after ${idleLockMinutes} min`],
      ['A change waits', `${windowSeconds} s for its answer`],
      ['Language', language],
    ]),
  );
  output.value(state);
  return exits.done;
}

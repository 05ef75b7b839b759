/**
 * Changes that need the operator's password: it is asked for on the terminal, or taken from where the command was told,
 * given once, and then the change is asked for again.
 */
import type { Appliance } from '../appliance.ts';
import { Failure, fail } from '../errors.ts';
import { operationOf, remoteAppliance } from '../rpc/remote.ts';
import type { Context } from './options.ts';
import { linesOf, passwordFile, typed } from './password.ts';

/** @param path of `--operator-password-file`; "-": standard input */
export function withPassword(context: Context, path: string | undefined): Context {
  const { appliance, signal } = context;
  const asked: Appliance = remoteAppliance(async (name, args, call = {}) => {
    const ask = () => operationOf(appliance, name)(args, call);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure) || error.problem.code !== 'password-needed') throw error;
      const password = await given(context, path, error.problem.details.account);
      if (password === undefined) throw error;
      const { right, wait = 0 } = await appliance.access.check({ password }, { signal });
      if (!right) throw fail('not-allowed', { what: 'This change', why: `Wrong password. Try again in ${wait} s.` });
      return ask();
    }
  });
  return { ...context, appliance: asked };
}

async function given(context: Context, path: string | undefined, account: string): Promise<string | undefined> {
  if (path === undefined) return typed(context, `Password of ${account}: `);
  const [password] = path === '-' ? linesOf(await context.input()) : await passwordFile(path);
  return password;
}

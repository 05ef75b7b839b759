/**
 * The operator's account: its password, set and checked by the system's own means, and whether changes need it. How
 * long an answer holds is kept by each connection (admission.ts): nothing is remembered of them here.
 */
import type { AccessState, Appliance } from '../appliance.ts';
import { Failure, fail } from '../errors.ts';
import { Secret } from '../values/secret.ts';
import type { System } from './system.ts';
import { Tries } from './tries.ts';

export const account = 'operator';

export function accessOf(system: System): Appliance['access'] {
  const { machine, audit, closing, pace, log } = system;
  const tries = new Tries((password) => machine.login.isPassword(account, password, closing), pace);

  const read = async (): Promise<AccessState> => {
    const [{ hasPassword, keys }, { console, windowSeconds, language }] = await Promise.all([
      machine.login.state(account, closing),
      system.settings(),
    ]);
    return { account, passwordSet: hasPassword, keySet: keys > 0, ...console, windowSeconds, language };
  };

  const isNeeded = async () =>
    (await system.settings()).console.passwordBeforeChanges &&
    (await machine.login.state(account, closing)).hasPassword;

  /** Right, or how long to wait. Wrong ones are noted. */
  const tried = async (password: Secret, by: string) => {
    const outcome = await tries.check(password);
    if (!outcome.right && outcome.isTried) {
      log.warning(`Wrong password of ${account} by ${by}`);
      await audit.note({ by, what: `try the password of ${account}`, before: '', after: '', outcome: 'wrong' });
    }
    return outcome;
  };

  return {
    read,
    async check({ password }, { by = 'nobody known' } = {}) {
      // Of what was given before only the connection knows.
      if (password === undefined) return { right: !(await isNeeded()) };
      const { right, wait } = await tried(new Secret(password), by);
      return { right, ...(wait === undefined ? {} : { wait }) };
    },
    async setPassword(given, { by = 'nobody known' } = {}) {
      const next = new Secret(given.next);
      const { exists, hasPassword } = await machine.login.state(account, closing);
      if (!exists) throw fail('unavailable', { what: `The account ${account}`, why: 'There is none on this machine.' });
      if (hasPassword) {
        if (given.current === undefined) throw wrong('current', 'nothing is given', 'the password as it is now');
        const { right, wait = 0 } = await tried(new Secret(given.current), by);
        if (!right)
          throw wrong('current', `not the password; the next try is taken in ${wait} s`, 'the password as it is now');
      }
      const entry = {
        by,
        what: `set the password of ${account}`,
        before: hasPassword ? 'set' : 'none',
        after: 'set',
      };
      try {
        await machine.login.setPassword(account, next, closing);
      } catch (error) {
        const problem = error instanceof Failure ? error.problem : undefined;
        await audit.note({ ...entry, after: entry.before, outcome: problem?.code ?? 'internal' });
        throw problem?.code === 'bad-value' ? wrong('next', problem.details.why, problem.details.right) : error;
      }
      await audit.note({ ...entry, outcome: 'done' });
      return {};
    },
    async set({ windowSeconds, language, ...console }, { by = 'nobody known' } = {}) {
      if (console.passwordBeforeChanges && !(await read()).passwordSet)
        throw wrong('passwordBeforeChanges', 'no password is set yet', 'a password first');
      await system.alter({
        by,
        what: 'Console access',
        make: (settings) => ({ ...settings, console, windowSeconds, language: language ?? settings.language }),
        // Consoles read it from here.
        apply: async () => undefined,
      });
      return read();
    },
  };
}

const wrong = (field: string, why: string, right: string) => fail('bad-values', { fields: [{ field, why, right }] });

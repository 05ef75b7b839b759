/** A locked console: only the password is taken, and what happens meanwhile is said afterwards. */
import { problemOf } from '../../../src/errors.ts';
import { t } from '../../texts/texts.ts';
import { sentence } from '../told.ts';
import type { Talk } from './talk.ts';

type Check = (password: string, signal: AbortSignal) => Promise<string | undefined>;

export async function locked(talk: Talk, check: Check): Promise<void> {
  const unlock = talk.lock();
  let said = [t`This console is locked.`, talk.status].join(' ');
  try {
    for (;;) {
      const password = (await talk.askLocked(said, t`Password:`)) ?? '';
      const wrong = await check(password, talk.over).catch((error) => sentence(problemOf(error)));
      if (wrong === undefined) return;
      said = wrong;
    }
  } finally {
    unlock();
  }
}

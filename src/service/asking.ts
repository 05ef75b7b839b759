/**
 * Who asks, carried along with the work that is done for them, so that whatever notes a change in the audit names them
 * in full, and so that a change that nobody noted is seen.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Who } from '../appliance.ts';
import type { Audit } from './audit.ts';

interface Asked {
  who: Who;
  isNoted: boolean;
}

const asked = new AsyncLocalStorage<Asked>();

/** The audit, with all that is known of who asks in each note that names them. */
export function attributed(audit: Audit): Audit {
  return {
    note(entry) {
      const current = asked.getStore();
      if (current?.who.by !== entry.by) return audit.note(entry);
      current.isNoted = true;
      return audit.note({ ...current.who, ...entry });
    },
  };
}

/** Does the work; `isNoted` says at its end whether it is in the audit. */
export function askedBy<T>(who: Who, work: (asked: Readonly<Asked>) => Promise<T>): Promise<T> {
  const mine = { who, isNoted: false };
  return asked.run(mine, () => work(mine));
}

/** An audit for what a client can cause at will: ten notes a minute of each user, so that it pushes out nothing else. */
export function bounded(audit: Audit, most = 10, period = 60_000): Audit {
  const users = new Map<string, { until: number; count: number }>();
  return {
    async note(entry) {
      const user = String(entry.uid ?? entry.by);
      const now = performance.now();
      const known = users.get(user);
      const current = known && known.until > now ? known : { until: now + period, count: 0 };
      users.set(user, current);
      current.count += 1;
      if (current.count < most) return audit.note(entry);
      if (current.count === most) return audit.note({ ...entry, after: 'more within this minute are not noted' });
    },
  };
}

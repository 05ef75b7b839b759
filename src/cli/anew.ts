/** A console whose service has become another version ends, and scripts/wrapper opens the console of that version. */
import type { Link } from '../client/link.ts';

/** EX_TEMPFAIL of sysexits.h; scripts/wrapper knows it. */
const exit = 75;
/** Milliseconds that the reason can be read on the screen. */
const reading = 3000;

/**
 * Resolves with the exit code when it is time; never where nothing would open it again, or where that was done before
 * and did not help: half of an update, which would begin anew for ever.
 */
export function anew(link: Link, env = process.env): Promise<number> {
  if (!env.GATEHOUSE_WATCHER) return new Promise(() => undefined);
  let isOfUse = !env.GATEHOUSE_ANEW;
  return new Promise((resolve) => {
    const look = () => {
      if (link.state === 'connected') isOfUse = true;
      if (!isOfUse || link.problem?.code !== 'service-other-version') return;
      stop();
      setTimeout(() => resolve(exit), reading).unref();
    };
    const stop = link.onState(look);
    look();
  });
}

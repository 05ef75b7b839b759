/** What happens on a console left alone: trust ends after five minutes, and where it is set, the console locks. */
import type { Display } from '../kit/display.ts';
import type { Surroundings } from '../kit/screen.ts';
import { wrongPassword } from './permission.ts';

/** Milliseconds without a key after which the password is asked again (SPEC, SSH and Console). */
const trustEnds = 5 * 60_000;
/** How often the clock is looked at. */
const every = 5_000;
/** How often the service, which keeps the trust, is told that somebody types. */
const toldEvery = 15_000;

export function lockWhenIdle(surroundings: Surroundings, display: Display, signal: AbortSignal): void {
  const { appliance, session } = surroundings;
  let locked = false;
  let told = 0;
  const look = async () => {
    const idle = Date.now() - display.lastKey;
    if (idle >= trustEnds) session.trusted = false;
    if (session.trusted && display.lastKey > told && Date.now() - told >= toldEvery) {
      told = Date.now();
      session.trusted = (await appliance.access.check({}, { signal })).right;
    }
    // Nothing is asked of the service before a lock could be due.
    if (locked || idle < 60_000) return;
    // A viewer may not try the password, and has nothing to lock.
    if ((await appliance.about({}, { signal })).role === 'viewer') return;
    const { passwordSet, idleLockMinutes } = await appliance.access.read({}, { signal });
    if (!passwordSet || idleLockMinutes === 0 || Date.now() - display.lastKey < idleLockMinutes * 60_000) return;
    locked = true;
    await display.lock(
      async (password, signal) => wrongPassword(await appliance.access.check({ password }, { signal }))?.password,
    );
    locked = false;
  };
  const timer = setInterval(() => void look().catch(() => undefined), every);
  signal.addEventListener('abort', () => clearInterval(timer));
}

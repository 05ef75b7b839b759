/**
 * Who starts the way back when nobody else does: timers of systemd, outside of the service. They start
 * gatehouse-way-back.service, which lies on the machine and which the early boot starts too. Knows nothing of files.
 */
import { fail } from '../errors.ts';
import { run } from '../run.ts';

export interface Arming {
  /**
   * The way back starts by itself in so many seconds, whatever becomes of this process. Takes the place of what was
   * armed before, which is let go only when the new one stands.
   * @throws Failure where nothing is armed now
   */
  arm(seconds: number): Promise<void>;
  isArmed(): Promise<boolean>;
  disarm(): Promise<void>;
  /** Starts the way back now; ends when that has ended. @throws Failure where it did not, or not well */
  start(): Promise<void>;
}

const wayBack = 'gatehouse-way-back.service';
/** Two, so that one can stand before the other goes. */
const timers = ['gatehouse-way-back-a.timer', 'gatehouse-way-back-b.timer'] as const;
const limit = 10_000;

/** systemctl(1): 3 is not active, 4 no such unit, 5 not loaded. */
const isActive = async (unit: string) =>
  (await run('systemctl', ['is-active', '--quiet', unit], { limit, expect: [0, 3, 4] })).exitCode === 0;
const stop = (unit: string) => run('systemctl', ['stop', unit], { limit, expect: [0, 5] });

export const systemdArming: Arming = {
  async arm(seconds) {
    const old = await firstActive();
    const timer = timers.find((one) => one !== old) as string;
    const name = timer.replace('.timer', '');
    // One that has gone off, or failed, still has the name.
    for (const unit of [timer, `${name}.service`])
      await run('systemctl', ['reset-failed', unit], { limit, expect: [0, 1, 4] });
    await run(
      'systemd-run',
      [
        '--quiet',
        '--collect',
        `--unit=${name}`,
        '--description=The way back of a change in Gatehouse',
        `--on-active=${Math.ceil(seconds)}s`,
        '--timer-property=AccuracySec=1s',
        'systemctl',
        'start',
        '--no-block',
        wayBack,
      ],
      { limit },
    );
    if (!(await isActive(timer))) throw fail('unavailable', { what: 'The way back', why: `${timer} does not run.` });
    if (old) await stop(old);
  },
  isArmed: async () => (await firstActive()) !== undefined,
  async disarm() {
    for (const timer of timers) await stop(timer);
  },
  async start() {
    await run('systemctl', ['start', wayBack], { limit: 290_000 });
  },
};

async function firstActive(): Promise<string | undefined> {
  for (const timer of timers) if (await isActive(timer)) return timer;
  return undefined;
}

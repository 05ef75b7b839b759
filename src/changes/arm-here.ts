/** The way back armed within this process, for a machine that is none: the lab. It is gone when the process is. */
import type { Arming } from './arm.ts';

/** @param goBack the way back */
export function armingHere(goBack: () => Promise<unknown>): Arming {
  let timer: NodeJS.Timeout | undefined;
  const disarm = async () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    async arm(seconds) {
      await disarm();
      timer = setTimeout(() => void goBack().catch(() => undefined), seconds * 1000);
    },
    isArmed: async () => timer !== undefined,
    disarm,
    async start() {
      await goBack();
    },
  };
}

/** Cleans up the machine that it runs on once, as the service does, and tells in JSON what it removed and what is full still. */
import { realMachine } from '../../src/adapters/real.ts';
import { cleanUp } from '../../src/jobs/clean-up/clean-up.ts';

const removed: { what: string; bytes: number; why: string }[] = [];
const still = await cleanUp(
  {
    ...realMachine().cleanUp,
    oldReports: async () => [],
    removeReport: async () => undefined,
    isBusy: async () => false,
    removed: async (what, bytes, why) => void removed.push({ what, bytes, why }),
  },
  new AbortController().signal,
);
process.stdout.write(JSON.stringify({ removed, still }));

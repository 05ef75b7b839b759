/**
 * How the tests run: everything in parallel, then those that boot whole machines, two files at a time.
 * Virtual machines (`vm`) are run by `scripts/test test/vm` alone.
 * Which programs must be there is said by each test (setup/needs.ts); what was left out is told by setup/reporter.ts.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { Totals } from './setup/reporter.ts';
import { threads } from './setup/threads.ts';

const seconds = 1000;

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  cacheDir: '.cache/vite',
  plugins: [threads],
  test: {
    reporters: [['default', { summary: false }], new Totals(process.env.GATEHOUSE_TEST_RESULTS)],
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/engine/**', 'test/host/**', 'test/vm/**'],
          maxWorkers: Math.max(2, availableParallelism()),
          testTimeout: 20 * seconds,
          hookTimeout: 30 * seconds,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'host',
          include: ['test/engine/**/*.test.ts', 'test/host/**/*.test.ts'],
          // Two at once: most of their time is waiting, for a way back to be taken or a machine to start.
          maxWorkers: 2,
          testTimeout: 120 * seconds,
          // The first boot of all fetches a Debian.
          hookTimeout: 420 * seconds,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'vm',
          include: ['test/vm/**/*.test.ts'],
          // Each takes all the processors where they have to emulate its own.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120 * seconds,
          // Makes the image first, where it is another.
          hookTimeout: 900 * seconds,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

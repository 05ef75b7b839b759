/** Removes rotated logs below a folder, slowly and one after the other, until it is killed. */
import { setTimeout as pause } from 'node:timers/promises';
import { removeRotated, rotatedLogs } from '../../../src/jobs/clean-up/rotated.ts';

const folder = process.argv[2] ?? '';
for (const log of await rotatedLogs(folder)) {
  await removeRotated(folder, log);
  await pause(5);
}

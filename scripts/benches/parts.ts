/** The parts of the bench, in the order in which they are run and printed. One line each; loaded when run. */
import type { Part } from './part.ts';

export const parts: Readonly<Record<string, () => Promise<{ part: Part }>>> = {
  start: () => import('./start.ts'),
  bytes: () => import('./bytes.ts'),
  keys: () => import('./keys.ts'),
  memory: () => import('./memory.ts'),
  idle: () => import('./idle.ts'),
  answers: () => import('./answers.ts'),
  logs: () => import('./logs.ts'),
  journal: () => import('./journal.ts'),
  report: () => import('./report.ts'),
  sftp: () => import('./sftp.ts'),
  stats: () => import('./stats.ts'),
  'check-ins': () => import('./check-ins.ts'),
  'busy-log': () => import('./busy-log.ts'),
};

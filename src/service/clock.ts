/** The clocks of this machine, as a transaction needs them. */
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from '../changes/parts.ts';

export const clock: Clock = {
  now: () => new Date(),
  uptime,
  boot() {
    try {
      // random(4)
      return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    } catch {
      // No Linux, so a lab: it has only this start.
      return 'this start';
    }
  },
};

/** How many lines a watch may tell: a burst at once, some hundred a second for long. Pure but for the clock. */
import type { LogEntry } from '../../appliance.ts';

const BURST = 1000;
const A_SECOND = 300;

export class Allowance {
  private left = BURST;
  private at = performance.now();

  now(): { lines: number } {
    const now = performance.now();
    this.left = Math.min(BURST, this.left + ((now - this.at) / 1000) * A_SECOND);
    this.at = now;
    // At least one, so that who watches sees that it goes on.
    return { lines: Math.max(1, Math.floor(this.left)) };
  }

  take(lines: readonly LogEntry[]): void {
    this.left = Math.max(0, this.left - lines.length);
  }
}

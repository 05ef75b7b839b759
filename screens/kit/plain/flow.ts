/** Lines that come faster than they can be said: some a second, the newest of them, and how many were left out. */

import { t } from '../../texts/texts.ts';
import type { Talk } from './talk.ts';

/** Milliseconds, and lines in each. */
const every = 250;
const most = 5;

export class Flow {
  private waiting: string[] = [];
  private out = 0;

  constructor(
    private readonly talk: Talk,
    signal: AbortSignal,
  ) {
    const tick = setInterval(() => this.say(), every);
    signal.addEventListener('abort', () => clearInterval(tick));
  }

  add(lines: readonly string[]): void {
    this.waiting.push(...lines);
    const over = this.waiting.length - 4 * most;
    if (over > 0) this.leftOut(this.waiting.splice(0, over).length);
  }

  leftOut(lines: number): void {
    this.out += lines;
  }

  private say(): void {
    if (this.talk.busy) return;
    if (this.out > 0) this.talk.tell(t`${this.out.toLocaleString('en')} lines were left out.`);
    this.out = 0;
    for (const line of this.waiting.splice(0, most)) this.talk.tell(line, 2);
  }
}

/**
 * Changes of what was said, as lines of their own: one a second at most, and each thing the more seldom the more often
 * it changes, so that a figure that never rests does not drown the others.
 */

import { t } from '../../texts/texts.ts';
import type { Talk } from './talk.ts';

/** Milliseconds between two lines, and the longest that a restless thing keeps quiet. */
const every = 1000;
const longest = 60_000;

interface Thing {
  said: string | undefined;
  now: string | undefined;
  /** Not before this, on performance.now's clock. */
  due: number;
  gap: number;
}

export class News {
  private things = new Map<string, Thing>();
  private last = 0;
  private isOn = false;
  private paused = false;

  constructor(
    private readonly talk: Talk,
    signal: AbortSignal,
    /** Said of a thing that is gone; without it nothing is. */
    private readonly gone?: (key: string) => string,
  ) {
    const tick = setInterval(() => this.next(), every);
    signal.addEventListener('abort', () => clearInterval(tick));
  }

  /** Nothing is said while something else is to be heard. */
  on(isOn: boolean): void {
    this.isOn = isOn;
  }

  pause(): void {
    this.paused = !this.paused;
    this.talk.say(this.paused ? t`Changes are not told until p is given again.` : t`Changes are told again.`);
  }

  /** All of it was said just now. */
  begin(lines: ReadonlyMap<string, string>): void {
    this.things = new Map([...lines].map(([key, line]) => [key, { said: line, now: line, due: 0, gap: every }]));
    this.last = performance.now();
  }

  take(lines: ReadonlyMap<string, string>): void {
    for (const [key, thing] of this.things) if (!lines.has(key)) thing.now = undefined;
    for (const [key, line] of lines) {
      const thing = this.things.get(key);
      if (thing) thing.now = line;
      else this.things.set(key, { said: undefined, now: line, due: 0, gap: every });
    }
    this.next();
  }

  private next(): void {
    const now = performance.now();
    if (!this.isOn || this.paused || this.talk.busy || now - this.last < every - 10) return;
    const changed = [...this.things].filter(([, { said, now: line, due }]) => said !== line && due <= now);
    const [first] = changed.sort(([, a], [, b]) => a.due - b.due);
    if (!first) return;
    const [key, thing] = first;
    this.last = now;
    // Long at rest: it may be told at once the next time.
    thing.gap = now - thing.due > 4 * thing.gap ? every : Math.min(longest, thing.gap * 2);
    thing.due = now + thing.gap;
    thing.said = thing.now;
    const line = thing.now ?? this.gone?.(key);
    if (thing.now === undefined) this.things.delete(key);
    if (line) this.talk.tell(line);
  }
}

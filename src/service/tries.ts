/**
 * Slows down wrong passwords: after each wrong one the next try is taken only later, 1 s, 2, 4, 8 … 60 s. One count
 * for all consoles, in memory: whoever can restart the service needs no password.
 */
import type { Secret } from '../values/secret.ts';

const LONGEST = 60;

export interface Tried {
  right: boolean;
  /** Was it compared at all? Not while waiting. */
  isTried: boolean;
  /** Seconds until the next try is taken; absent where it was right. */
  wait?: number;
}

export class Tries {
  private wrong = 0;
  /** By performance.now(), which no set clock moves. */
  private nextAt = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** `pace`: factor of the waits. */
  constructor(
    private readonly isRight: (password: Secret) => Promise<boolean>,
    private readonly pace: number,
  ) {}

  /** One after the other: many at once are no way around the waiting. */
  check(password: Secret): Promise<Tried> {
    const turn = this.last.then(() => this.checkNow(password));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async checkNow(password: Secret): Promise<Tried> {
    const left = this.nextAt - performance.now();
    if (left > 0) return { right: false, isTried: false, wait: Math.ceil(left / 1000 / this.pace) };
    if (await this.isRight(password)) {
      this.wrong = 0;
      return { right: true, isTried: true };
    }
    const wait = Math.min(LONGEST, 2 ** this.wrong);
    this.wrong += 1;
    this.nextAt = performance.now() + wait * 1000 * this.pace;
    return { right: false, isTried: true, wait };
  }
}

/** Who edits what: a hold that lives as long as the operation that took it. In memory; a lost operator's is gone. */
import { fail } from '../errors.ts';

export interface Hold {
  what: string;
  by: string;
  /** ISO 8601 */
  since: string;
}

export class Holds {
  private readonly holds = new Set<Hold>();

  /** `onChange` is called after each hold that is taken or let go. */
  constructor(
    private readonly now: () => Date,
    private readonly onChange: () => void,
  ) {}

  get all(): Hold[] {
    return [...this.holds].map((hold) => ({ ...hold }));
  }

  /**
   * Holds it until the signal is aborted, and ends then.
   * @param onHeld called once it is held
   * @throws Failure 'held' where somebody has it, be it the same person elsewhere
   */
  async hold(what: string, by: string, signal: AbortSignal, onHeld: () => void): Promise<void> {
    if (signal.aborted) return;
    const other = [...this.holds].find((hold) => hold.what === what);
    if (other) throw fail('held', { ...other });
    const hold = { what, by, since: this.now().toISOString() };
    this.holds.add(hold);
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    try {
      this.onChange();
      onHeld();
      await ended;
    } finally {
      this.holds.delete(hold);
      this.onChange();
    }
  }

  /** @throws Failure 'held' where somebody else holds one of them */
  check(by: string, concerns: (what: string) => boolean): void {
    const other = [...this.holds].find((hold) => hold.by !== by && concerns(hold.what));
    if (other) throw fail('held', { ...other });
  }
}

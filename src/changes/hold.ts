/** Who edits what: a hold that lives as long as the operation that took it. In memory; a lost operator's is gone. */
import { fail } from '../errors.ts';
import { type Section, sectionNames, touches } from './subject.ts';

export interface Hold {
  /** "Network settings" */
  what: string;
  by: string;
  /** ISO 8601 */
  since: string;
}

export class Holds {
  /** Each with what it is of and whose it is. */
  private readonly holds = new Map<Hold, { section: Section; owner: string }>();

  /** `onChange` is called after each hold that is taken or let go. */
  constructor(
    private readonly now: () => Date,
    private readonly onChange: () => void,
  ) {}

  get all(): Hold[] {
    return [...this.holds.keys()].map((hold) => ({ ...hold }));
  }

  /**
   * Holds the section until the signal is aborted, and ends then. `owner`: the same person may be there twice.
   * @throws Failure 'held' where somebody has it, be it the same person elsewhere
   */
  async hold(section: Section, by: string, signal: AbortSignal, owner = by): Promise<void> {
    if (signal.aborted) return;
    this.check(section, () => true);
    const hold = { what: sectionNames[section], by, since: this.now().toISOString() };
    this.holds.set(hold, { section, owner });
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    this.onChange();
    await ended;
    this.holds.delete(hold);
    this.onChange();
  }

  /** @throws Failure 'held' where one of those owners has something that the section touches */
  check(section: Section, isOther: (owner: string) => boolean): void {
    for (const [hold, held] of this.holds)
      if (touches(section, held.section) && isOther(held.owner)) throw fail('held', { ...hold });
  }
}

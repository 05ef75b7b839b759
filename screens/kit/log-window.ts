/**
 * The part of a log that is held: lines around a place, more of them asked for as they are wanted, those furthest
 * away forgotten. Knows no screen. Each line has a number that stays with it: older ones have smaller numbers.
 */
import type { Call, LogEntry, LogNews, LogPage, LogPattern, LogPlace, LogSearchNews } from '../../src/appliance.ts';
import { type Problem, problemOf } from '../../src/errors.ts';

export type Direction = 'older' | 'newer';

/** A log as it is read: the contract's, with its source and filter given already. */
export interface LogSupply {
  page(request: { from: LogPlace; direction: Direction; lines: number }, signal: AbortSignal): Promise<LogPage>;
  search(
    request: { from: LogPlace; direction: Direction; pattern: LogPattern },
    call: Partial<Call<LogSearchNews>>,
  ): Promise<{ found?: LogEntry }>;
  count(request: { pattern: LogPattern }, call: Partial<Call<LogSearchNews>>): Promise<{ found: number }>;
  follow(request: { from: LogPlace }, call: Partial<Call<LogNews>>): Promise<void>;
}

/** Lines that are held at most. */
const most = 4000;
/** Lines that are asked for at once. */
const batch = 200;

export class LogWindow {
  /** The first and the last number that is held; none where `last < first`. */
  first = 0;
  last = -1;
  /** Why the last page could not be read. */
  problem: Problem | undefined;
  private entries: LogEntry[] = [];
  private readonly isEnd = { older: false, newer: false };
  private readonly asked = new Map<Direction, Promise<void>>();
  /** How far the reader has looked beyond what is held, where lines that count are rare. */
  private looked: { older?: LogPlace; newer?: LogPlace } = {};
  /** How far into the log the line of that number is. */
  private shares: { number: number; share: number }[] = [];
  private epoch = new AbortController();

  constructor(
    private readonly supply: LogSupply,
    private readonly signal: AbortSignal,
    private readonly changed: () => void,
  ) {}

  at(number: number): LogEntry | undefined {
    return this.entries[number - this.first];
  }

  /** Is the line of this number the last there is in that direction, as far as is known? */
  isLast(direction: Direction, number: number): boolean {
    return this.isEnd[direction] && number === (direction === 'older' ? this.first : this.last);
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  get isReading(): boolean {
    return this.asked.size > 0;
  }

  /** The number of the line at that place, where it is held. */
  find(place: LogPlace): number | undefined {
    const index = this.entries.findIndex((entry) => entry.place === place);
    return index < 0 ? undefined : this.first + index;
  }

  /** 0 to 1, of the line or the nearest before it that is known. */
  share(number: number): number | undefined {
    return this.shares.findLast((one) => one.number <= number)?.share;
  }

  /** Forgets all and begins anew at one end. Ends when there is something to see, or nothing to be had. */
  async begin(end: 'oldest' | 'newest'): Promise<void> {
    this.clear();
    const direction = end === 'oldest' ? 'newer' : 'older';
    this.isEnd[end === 'oldest' ? 'older' : 'newer'] = true;
    const { signal } = this.epoch;
    do await this.want(direction);
    while (this.isEmpty && this.looked[direction] && !this.problem && !signal.aborted && !this.signal.aborted);
  }

  /** Forgets all and begins anew around this line, whose number is given. */
  async around(entry: LogEntry): Promise<number> {
    this.clear();
    this.entries = [entry];
    this.first = 0;
    this.last = 0;
    await Promise.all([this.want('older'), this.want('newer')]);
    return this.find(entry.place) ?? 0;
  }

  /** Asks for more in that direction, unless that is under way or there is no more. */
  want(direction: Direction): Promise<void> {
    if (this.isEnd[direction]) return Promise.resolve();
    const under = this.asked.get(direction);
    if (under) return under;
    const asked = this.read(direction, this.epoch.signal).finally(() => {
      if (this.asked.get(direction) === asked) this.asked.delete(direction);
      this.changed();
    });
    this.asked.set(direction, asked);
    return asked;
  }

  /** Lines that were added at the newest end. */
  append(lines: readonly LogEntry[]): void {
    this.add(lines);
    this.forget('older');
    this.changed();
  }

  /** At the newest end. A line that was still being written comes again when it is longer. */
  private add(lines: readonly LogEntry[]): void {
    const last = this.entries.at(-1);
    if (last?.isOpen && lines[0]?.text.startsWith(last.text)) {
      this.entries.pop();
      this.last -= 1;
    }
    this.entries.push(...lines);
    this.last += lines.length;
  }

  private async read(direction: Direction, epoch: AbortSignal): Promise<void> {
    const outermost = direction === 'older' ? this.entries[0] : this.entries.at(-1);
    const from = this.looked[direction] ?? outermost?.place ?? (direction === 'older' ? 'newest' : 'oldest');
    try {
      const signal = AbortSignal.any([this.signal, epoch]);
      const page = await this.supply.page({ from, direction, lines: batch }, signal);
      if (epoch.aborted) return;
      this.problem = undefined;
      this.take(direction, page);
    } catch (error) {
      if (epoch.aborted || this.signal.aborted) return;
      this.problem = problemOf(error);
    }
  }

  private take(direction: Direction, { lines, isEnd, share, reached }: LogPage): void {
    this.isEnd[direction] = isEnd || (lines.length === 0 && !reached);
    if (reached) this.looked[direction] = reached;
    else delete this.looked[direction];
    if (direction === 'older') {
      this.entries.unshift(...lines);
      this.first -= lines.length;
    } else this.add(lines);
    if (share !== undefined && lines.length > 0)
      this.note({ number: direction === 'older' ? this.first : this.last - lines.length + 1, share });
    this.forget(direction === 'older' ? 'newer' : 'older');
  }

  private note(mark: { number: number; share: number }): void {
    this.shares = [...this.shares, mark].sort((a, b) => a.number - b.number).slice(-200);
  }

  private forget(direction: Direction): void {
    const over = this.entries.length - most;
    if (over <= 0) return;
    this.isEnd[direction] = false;
    delete this.looked[direction];
    if (direction === 'older') {
      this.entries.splice(0, over);
      this.first += over;
    } else {
      this.entries.splice(-over);
      this.last -= over;
    }
  }

  private clear(): void {
    this.epoch.abort();
    this.epoch = new AbortController();
    this.asked.clear();
    Object.assign(this, { entries: [], first: 0, last: -1, problem: undefined, shares: [], looked: {} });
    Object.assign(this.isEnd, { older: false, newer: false });
  }
}

/** Following a log: lines as they are added, what was left out, and trying again while it is interrupted. No painting. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LogEntry, LogNews, LogPlace } from '../../src/appliance.ts';
import { problemOf } from '../../src/errors.ts';
import { said, t } from '../texts/texts.ts';
import type { Segment } from './canvas.ts';
import type { LogSupply } from './log-window.ts';
import { sentence } from './told.ts';

/** Milliseconds until a service that is away is asked again. */
const again = 1000;

export interface Followed {
  supply: LogSupply;
  /** Of the newest line that is held. */
  newest(): LogPlace;
  take(lines: readonly LogEntry[]): void;
}

export class LogFollow {
  /** What there is to say of it; undefined: nothing. */
  said: Segment | undefined;
  private under: AbortController | undefined;
  private skipped = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly changed: () => void,
  ) {}

  get isOn(): boolean {
    return this.under !== undefined;
  }

  stop(): void {
    this.under?.abort();
    this.under = undefined;
    this.said = undefined;
  }

  /** `ready`: brings the newest line in. Ends when it is stopped, or cannot go on. */
  async begin(ready: () => Promise<Followed>): Promise<void> {
    this.stop();
    const under = new AbortController();
    this.under = under;
    this.skipped = 0;
    this.said = { text: t`following`, role: 'good' };
    const followed = await ready();
    const signal = AbortSignal.any([this.signal, under.signal]);
    while (!signal.aborted && (await this.once(followed, signal)));
    if (this.under === under) this.under = undefined;
    this.changed();
  }

  /** True where it was cut off, and is worth another try. */
  private async once({ supply, newest, take }: Followed, signal: AbortSignal): Promise<boolean> {
    try {
      const progress = (news: LogNews) => {
        if (!signal.aborted) this.hear(news, take);
      };
      await supply.follow({ from: newest() }, { signal, progress });
      this.said = undefined;
      return false;
    } catch (error) {
      const problem = problemOf(error);
      if (signal.aborted) return false;
      if (problem.code !== 'service-gone') {
        this.said = { text: sentence(problem), role: 'bad' };
        return false;
      }
      this.said = { text: t`waiting: the service is away`, role: 'warn' };
      this.changed();
      await pause(again, undefined, { signal }).catch(() => undefined);
      return true;
    }
  }

  private hear(news: LogNews, take: Followed['take']): void {
    if (news.kind === 'lines') {
      this.skipped += news.skipped;
      take(news.lines);
    }
    this.said = this.sum(news);
    this.changed();
  }

  private sum(news: LogNews): Segment {
    if (news.kind === 'interrupted') return { text: t`waiting: ${said(news.why)}`, role: 'warn' };
    if (news.kind === 'rotated' || news.kind === 'truncated')
      return {
        text: news.kind === 'rotated' ? t`following, the file was rotated` : t`following, the file was truncated`,
        role: 'good',
      };
    if (this.skipped === 0) return { text: t`following`, role: 'good' };
    return { text: t`following, ${this.skipped.toLocaleString('en')} lines left out`, role: 'warn' };
  }
}

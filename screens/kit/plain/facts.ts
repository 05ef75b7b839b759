/** A page of labelled values: said once, then what changes of it. */
import { type Problem, problemOf } from '../../../src/errors.ts';
import { t } from '../../texts/texts.ts';
import type { Fact, FactsOptions, FactsPage } from '../facts.ts';
import { stillReading } from '../reading.ts';
import { sentence } from '../told.ts';
import { News } from './news.ts';
import type { Talk } from './talk.ts';
import { busy } from './work.ts';

/** Milliseconds that values which are still being read are waited for. */
const patience = 1000;

export function facts(talk: Talk, options: FactsOptions): Promise<void> {
  const closing = new AbortController();
  return new Facts(talk, options, talk.until(closing.signal), () => closing.abort())
    .run()
    .finally(() => closing.abort());
}

class Facts {
  private page: FactsPage | undefined;
  private problem: Problem | undefined;
  private readonly news: News;
  private changed: () => void = () => undefined;

  constructor(
    private readonly talk: Talk,
    private readonly options: FactsOptions,
    private readonly signal: AbortSignal,
    private readonly close: () => void,
  ) {
    this.news = new News(talk, signal);
  }

  async run(): Promise<void> {
    const { page } = this.options;
    if (typeof page !== 'function') this.page = page;
    else {
      page((news) => this.take(news), this.signal).catch((error) => {
        this.problem = problemOf(error);
        this.changed();
      });
      await busy(this.talk, t`Reading`, () => this.isThere());
      if (!this.page && !this.problem) return;
      await this.isRead();
    }
    if (this.signal.aborted) return;
    this.say();
    if (typeof page !== 'function' && !this.actions.length) return;
    await this.ask();
  }

  private take(page: FactsPage): void {
    if (this.signal.aborted) return;
    this.page = page;
    this.problem = undefined;
    this.changed();
    this.news.take(linesOf(page));
    if (page.isOver) this.close();
  }

  private async isThere(): Promise<void> {
    while (!this.page && !this.problem)
      await new Promise<void>((resolve) => {
        this.changed = resolve;
      });
  }

  /** Some values come later than others: what takes no longer than a moment belongs to the page. */
  private async isRead(): Promise<void> {
    const until = performance.now() + patience;
    while (this.page?.facts.some(({ value }) => value === stillReading())) {
      const left = until - performance.now();
      if (left <= 0 || this.signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private get actions(): readonly string[] {
    return this.page?.actions ?? [];
  }

  private say(): void {
    this.talk.title(this.options.title);
    if (this.problem) this.talk.say(sentence(this.problem));
    if (!this.page) return;
    const { warnings = [], text = [] } = this.page;
    const lines = linesOf(this.page);
    this.talk.say(...warnings, ...text, ...lines.values());
    this.news.begin(lines);
  }

  /** The actions as they are now: those that are asked for are those that were said. */
  private prompt(): string {
    const { leave } = this.options;
    const actions = this.actions.map((action, at) => `${at + 1} ${action}`);
    const back = leave && leave !== t`Back` ? `0 ${leave}` : t`0 goes back`;
    return `${[...actions, ...(typeof this.options.page === 'function' ? [t`Enter refreshes`] : []), back].join(', ')}:`;
  }

  private async ask(): Promise<void> {
    for (;;) {
      const { actions } = this;
      this.news.on(true);
      const answer = await this.talk.ask(this.prompt(), {
        signal: this.signal,
        help: [t`Enter says all of it again. p stops telling changes, and begins again.`],
      });
      this.news.on(false);
      const given = answer?.trim();
      if (given === undefined || given === '0' || this.signal.aborted) return;
      const action = /^\d+$/.test(given) ? actions[Number(given) - 1] : undefined;
      if (given === '') this.say();
      else if (given === 'p') this.news.pause();
      else if (action === undefined) this.talk.say(t`There is no ${given} here.`);
      else if (!this.actions.includes(action)) this.talk.say(t`${action} is not possible any more.`);
      else {
        if ((await this.options.choose?.(action)) === 'close' || this.signal.aborted) return;
        this.say();
      }
    }
  }
}

/** What each fact is said as; those without a label go on below the one before. */
function linesOf({ facts, fraction }: FactsPage): Map<string, string> {
  const lines = new Map<string, string>();
  facts.forEach((fact, at) => {
    // Labels can stand there twice.
    const key = fact.label && !lines.has(fact.label) ? fact.label : `${at} ${fact.label}`;
    lines.set(key, lineOf(fact));
  });
  if (fraction !== undefined) lines.set(' done', t`${Math.floor(Math.max(0, Math.min(1, fraction)) * 100)} % done`);
  return lines;
}

const lineOf = ({ label, value }: Fact) => (label ? `${label}: ${value}` : `  ${value}`);

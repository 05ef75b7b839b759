/** A log of any length: pages of lines, newest first, search and following. Lines come by pages from a supply. */
import type { LogEntry, LogNews, LogPattern } from '../../../src/appliance.ts';
import { problemOf } from '../../../src/errors.ts';
import { harmless } from '../../../src/values/harmless.ts';
import { said, t } from '../../texts/texts.ts';
import type { LogViewOptions, OpenLog } from '../log-view.ts';
import type { Direction } from '../log-window.ts';
import { expressionOf } from '../matching.ts';
import { sentence } from '../told.ts';
import { Flow } from './flow.ts';
import type { Talk } from './talk.ts';
import { busy } from './work.ts';

/** Characters of a line that are said, where not all are wanted: the longest take minutes on a slow line. */
const most = 400;

const commands = () => [
  t`Enter or n: older lines. p: newer lines. g: the newest. G: the oldest. w: long lines whole, or their beginning.`,
  t`/text: search in older lines, ?text: in newer ones, / alone: again. f: follow new lines.`,
];

export async function log(talk: Talk, options: LogViewOptions): Promise<void> {
  await new Log(talk, options).run();
}

class Log {
  private log: OpenLog;
  /** The page that was said last, newest first. */
  private page: LogEntry[] = [];
  private pattern: LogPattern | undefined;
  private direction: Direction = 'older';
  private found: LogEntry | undefined;
  private isWhole = false;

  constructor(
    private readonly talk: Talk,
    private readonly options: LogViewOptions,
  ) {
    this.log = options.log;
  }

  async run(): Promise<void> {
    await this.begin();
    for (;;) {
      const { limit } = this.options;
      const prompt = limit
        ? t`n older, p newer, /text, ?text, f follow, l limit, q back:`
        : t`n older, p newer, /text, ?text, f follow, q back:`;
      const answer = await this.talk.ask(prompt, {
        help: [...commands(), ...(limit ? [t`l: only some of the lines.`] : [])],
      });
      const given = answer?.trim() ?? 'q';
      if (given === 'q' || given === '0') return;
      await this.does(given);
    }
  }

  private async does(given: string): Promise<void> {
    if (given === '' || given === 'n') await this.turn('older');
    else if (given === 'p') await this.turn('newer');
    else if (given === 'g') await this.begin();
    else if (given === 'G') await this.read('newer', 'oldest');
    else if (given === 'f') await this.follow();
    else if (given === 'w') this.turnWhole();
    else if (given === 'l' && this.options.limit) await this.limit(this.options.limit);
    else if (/^[/?]/.test(given)) await this.search(given);
    else this.talk.say(t`That is no answer to this; ? gives help.`);
  }

  private text(entry: LogEntry): string {
    return harmless(this.log.look(entry).text, this.isWhole ? {} : { most });
  }

  private turnWhole(): void {
    this.isWhole = !this.isWhole;
    this.talk.quote(...this.page.map((entry) => this.text(entry)));
  }

  private async begin(): Promise<void> {
    this.talk.title(this.log.title);
    if (this.log.limits) this.talk.say(t`Limited to: ${this.log.limits}.`);
    await this.read('older', 'newest');
  }

  private async turn(direction: Direction): Promise<void> {
    const edge = direction === 'older' ? this.page.at(-1) : this.page[0];
    await this.read(direction, edge?.place ?? (direction === 'older' ? 'newest' : 'oldest'));
  }

  /** Reads a page, which becomes the one that is said, and what it says where there is none. */
  private async read(direction: Direction, from: string, before: readonly LogEntry[] = []): Promise<void> {
    const lines = Math.max(1, this.talk.page - before.length);
    const outcome = await busy(this.talk, t`Reading ${this.log.title}`, (signal) =>
      this.lines(direction, from, lines, signal),
    );
    if (!outcome.ok) {
      if (outcome.problem.code !== 'aborted') this.talk.say(sentence(outcome.problem));
      return;
    }
    const { entries, isEnd } = outcome.value;
    const page = [...before, ...[...entries].reverse()];
    if (page.length) this.page = page;
    this.talk.quote(...page.map((entry) => this.text(entry)));
    if (isEnd) this.talk.say(ends[direction][page.length ? 'reached' : 'none']());
  }

  /** Where lines that count are rare, the reader has looked further than what it found. */
  private async lines(direction: Direction, from: string, lines: number, signal: AbortSignal) {
    const entries: LogEntry[] = [];
    for (let place = from; ; ) {
      const page = await this.log.supply.page({ from: place, direction, lines: lines - entries.length }, signal);
      if (direction === 'older') entries.unshift(...page.lines);
      else entries.push(...page.lines);
      const isEnd = page.isEnd || (page.lines.length === 0 && !page.reached);
      if (isEnd || entries.length >= lines) return { entries, isEnd };
      const edge = direction === 'older' ? page.lines[0] : page.lines.at(-1);
      place = page.reached ?? edge?.place ?? place;
    }
  }

  private async search(given: string): Promise<void> {
    if (given.length > 1) {
      const text = given.slice(1);
      this.pattern = { text, regular: expressionOf(text).regular };
      this.direction = given.startsWith('/') ? 'older' : 'newer';
      this.found = undefined;
    }
    const { pattern, direction } = this;
    if (!pattern) return this.talk.say(t`Search for what? /text`);
    const edge = this.found ?? (direction === 'older' ? undefined : this.page.at(-1));
    const from = edge?.place ?? (direction === 'older' ? 'newest' : 'oldest');
    const outcome = await busy(this.talk, t`Searching`, (signal) =>
      this.log.supply.search({ from, direction, pattern }, { signal }),
    );
    if (!outcome.ok) {
      this.talk.say(outcome.problem.code === 'aborted' ? t`The search was stopped.` : sentence(outcome.problem));
      return;
    }
    const { found } = outcome.value;
    if (!found)
      return this.talk.say(
        direction === 'older'
          ? t`No more older lines with: ${pattern.text}`
          : t`No more newer lines with: ${pattern.text}`,
      );
    this.found = found;
    await this.read('older', found.place, [found]);
  }

  private async limit(ask: NonNullable<LogViewOptions['limit']>): Promise<void> {
    const next = await ask();
    if (!next) return;
    this.log = next;
    this.page = [];
    this.found = undefined;
    await this.begin();
  }

  /** New lines as they come, oldest first, until it is stopped. */
  private async follow(): Promise<void> {
    const stopping = new AbortController();
    const flow = new Flow(this.talk, stopping.signal);
    this.talk.say(t`Following; Enter or Ctrl-C stops.`);
    const from = this.page[0]?.place ?? 'newest';
    this.log.supply
      .follow({ from }, { signal: this.talk.until(stopping.signal), progress: (news) => this.take(news, flow) })
      .catch((error) => {
        if (!stopping.signal.aborted) flow.add([sentence(problemOf(error))]);
      });
    await this.talk.ask('');
    stopping.abort();
  }

  private take(news: LogNews, flow: Flow): void {
    if (news.kind !== 'lines') {
      const why = news.kind === 'interrupted' ? t`Waiting: ${said(news.why)}` : t`The file was ${said(news.kind)}.`;
      flow.add([news.kind === 'resumed' ? t`Following again.` : why]);
      return;
    }
    flow.leftOut(news.skipped);
    flow.add(news.lines.map((entry) => this.text(entry)));
    const [newest] = [...news.lines].reverse();
    if (newest) this.page = [...[...news.lines].reverse(), ...this.page].slice(0, this.talk.page);
  }
}

const ends = {
  older: { reached: () => t`That was the oldest line.`, none: () => t`There are no older lines.` },
  newer: { reached: () => t`The first of these is the newest line.`, none: () => t`There are no newer lines.` },
} as const;

/** Lines to read: said as they come, then by pages, with search. */
import { problemOf } from '../../../src/errors.ts';
import { harmless } from '../../../src/values/harmless.ts';
import { t } from '../../texts/texts.ts';
import { expressionOf, matchesIn } from '../matching.ts';
import type { PagerLine, PagerOptions } from '../pager.ts';
import { sentence } from '../told.ts';
import type { Talk } from './talk.ts';

/** Lines kept, and characters of a line. */
const most = 5000;
const longest = 4096;

export async function pager(talk: Talk, options: PagerOptions): Promise<void> {
  talk.title(options.title);
  const lines = (options.lines ?? []).map(textOf);
  if (options.feed) {
    if (!(await fed(talk, options, lines)) || lines.length <= talk.page) return;
    // All of it was said: the first page is where one goes back to.
    await new Pages(talk, lines, lines.length).ask();
  } else {
    const pages = new Pages(talk, lines, 0);
    pages.more();
    if (lines.length > talk.page) await pages.ask();
  }
}

const textOf = ({ text }: PagerLine) => harmless(text, { most: longest });

/** Until the feed ends. False where the operator left before. */
async function fed(talk: Talk, { feed, stop }: PagerOptions, lines: string[]): Promise<boolean> {
  const closing = new AbortController();
  const stopping = new AbortController();
  const add = (...more: PagerLine[]) => {
    if (closing.signal.aborted) return;
    for (const text of more.map(textOf)) {
      lines.push(text);
      talk.tell(text, 2);
    }
    if (lines.length > most) lines.splice(0, lines.length - most);
  };
  const ended = new AbortController();
  const work = feed?.(add, talk.until(AbortSignal.any([closing.signal, stopping.signal])))
    .catch((error) => {
      const problem = problemOf(error);
      if (problem.code !== 'aborted') add({ text: sentence(problem) });
    })
    .finally(() => ended.abort());
  talk.say(stop ? t`Enter or Ctrl-C: ${stop}.` : t`Enter or Ctrl-C goes back.`);
  // What stops is told to stop first; the second time it is left to itself.
  await talk.ask('', { signal: ended.signal });
  if (!ended.signal.aborted && stop) {
    stopping.abort();
    await Promise.race([work, talk.ask('', { signal: ended.signal })]);
  }
  const isWhole = ended.signal.aborted;
  closing.abort();
  return isWhole;
}

/** Goes about in lines that are all there. */
class Pages {
  private expression: RegExp | undefined;
  private sense: 1 | -1 = 1;
  /** The line that was found last. */
  private found = -1;

  constructor(
    private readonly talk: Talk,
    private readonly lines: readonly string[],
    /** The line after the last one that was said. */
    private at: number,
  ) {}

  more(): void {
    this.say(this.at);
  }

  private say(from: number): void {
    const begin = Math.max(0, Math.min(from, this.lines.length));
    const page = this.lines.slice(begin, begin + this.talk.page);
    this.talk.quote(...page);
    this.at = begin + page.length;
    if (page.length === 0) this.talk.say(t`There are no more lines.`);
  }

  async ask(): Promise<void> {
    for (;;) {
      const isMore = this.at < this.lines.length;
      const answer = await this.talk.ask(
        isMore ? t`Enter for more, or 0 to go back:` : t`p for the page before, or 0 to go back:`,
        {
          help: [t`n: the next page. p: the page before. /text: search, ?text: search backward, / alone: again.`],
        },
      );
      const given = answer?.trim() ?? '0';
      if (given === '0' || given === 'q' || (given === '' && !isMore)) return;
      if (given === '' || given === 'n') this.more();
      else if (given === 'p') this.say(this.at - 2 * this.talk.page);
      else if (/^[/?]/.test(given)) this.search(given);
      else this.talk.say(t`That is no answer to this; ? gives help.`);
    }
  }

  private search(given: string): void {
    if (given.length > 1) {
      this.expression = expressionOf(given.slice(1)).expression;
      this.sense = given.startsWith('/') ? 1 : -1;
      this.found = -1;
    }
    const { expression } = this;
    const matches = expression && matchesIn(this.lines, expression, 200);
    const line = matches && this.next(matches);
    if (!expression) this.talk.say(t`Search for what? /text`);
    else if (!matches) this.talk.say(t`That expression takes too long.`);
    else if (line === undefined) this.talk.say(t`It is not there.`);
    else {
      this.found = line;
      this.say(line);
    }
  }

  /** The next line that matches, in the direction of the search, round the end. */
  private next(matches: readonly (readonly unknown[])[]): number | undefined {
    const count = this.lines.length;
    const order = Array.from({ length: count }, (_, at) => this.found + this.sense * (at + 1));
    return order.map((line) => ((line % count) + count) % count).find((line) => matches[line]?.length);
  }
}

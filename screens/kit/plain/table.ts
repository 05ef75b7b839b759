/** Rows as numbered lines, by pages; changes of live ones as they come. */
import { type Problem, problemOf } from '../../../src/errors.ts';
import { harmless } from '../../../src/values/harmless.ts';
import { t } from '../../texts/texts.ts';
import type { Column, TableOptions } from '../table.ts';
import { sentence } from '../told.ts';
import { News } from './news.ts';
import { textOf, yesOrNo } from './question.ts';
import type { Talk } from './talk.ts';
import { busy } from './work.ts';

/** Milliseconds after the first rows in which more of them belong to the same list. */
const settling = 100;

export async function table<R>(talk: Talk, options: TableOptions<R>): Promise<void> {
  const closing = new AbortController();
  try {
    await new Table(talk, options, talk.until(closing.signal)).run();
  } finally {
    closing.abort();
  }
}

class Table<R> {
  private rows: readonly R[] | undefined;
  private problem: Problem | undefined;
  private sortedBy: Column<R> | undefined;
  private backwards = false;
  /** The number that each row was said with, by its id. */
  private numbers = new Map<string, number>();
  /** How many of them were said. */
  private said = 0;
  private readonly news: News;
  private changed: () => void = () => undefined;

  constructor(
    private readonly talk: Talk,
    private readonly options: TableOptions<R>,
    private readonly signal: AbortSignal,
  ) {
    this.news = new News(talk, signal, (id) => t`${this.numbers.get(id) ?? '?'} is gone.`);
  }

  async run(): Promise<void> {
    await this.begin();
    if (!this.rows && !this.problem) return;
    this.list();
    if (this.options.ofAll) return this.askAll();
    if (typeof this.options.rows !== 'function' && !this.rows?.length) return;
    await this.ask();
  }

  private async begin(): Promise<void> {
    const { rows } = this.options;
    if (typeof rows !== 'function') {
      this.rows = rows;
      return;
    }
    rows((news) => this.take(news), this.signal).catch((error) => {
      if (this.signal.aborted) return;
      this.problem = problemOf(error);
      this.changed();
    });
    await busy(this.talk, t`Reading`, async () => {
      while (!this.rows && !this.problem)
        await new Promise<void>((resolve) => {
          this.changed = resolve;
        });
      await new Promise((resolve) => setTimeout(resolve, settling));
    });
  }

  private take(rows: readonly R[]): void {
    if (this.signal.aborted) return;
    this.rows = rows;
    this.problem = undefined;
    this.changed();
    if (this.said === 0) return;
    for (const row of rows) if (!this.numbers.has(this.options.id(row))) this.number(row);
    this.news.take(this.lines(rows));
  }

  private number(row: R): void {
    this.numbers.set(this.options.id(row), Math.max(0, ...this.numbers.values()) + 1);
  }

  private sorted(): readonly R[] {
    const { sortedBy: column, rows = [] } = this;
    if (!column) return rows;
    const order =
      column.order ?? ((a: R, b: R) => column.text(a).localeCompare(column.text(b), 'en', { numeric: true }));
    return [...rows].sort((a, b) => (this.backwards ? -1 : 1) * order(a, b));
  }

  // -------------------------------------------------------------- saying

  private list(): void {
    this.talk.title(this.options.title);
    this.talk.say(...textOf(this.options.text ?? []));
    if (this.problem) this.talk.say(sentence(this.problem));
    else if (!this.rows?.length) this.talk.say(this.options.empty);
    else
      this.talk.say(
        this.options.columns
          .map(({ title }) => title)
          .filter(Boolean)
          .join(', '),
      );
    const rows = this.sorted();
    this.numbers = new Map(rows.map((row, at) => [this.options.id(row), at + 1]));
    this.said = 0;
    this.more();
    this.news.begin(this.lines(rows));
  }

  /** The next page; false where there is none. */
  private more(): boolean {
    const rows = [...this.numbers.keys()].slice(this.said, this.said + this.talk.page);
    const byId = new Map((this.rows ?? []).map((row) => [this.options.id(row), row]));
    this.talk.say(...rows.flatMap((id) => byId.get(id) ?? []).map((row) => this.line(row)));
    this.said += rows.length;
    return rows.length > 0;
  }

  private get isMore(): boolean {
    return this.said < this.numbers.size;
  }

  private lines(rows: readonly R[]): Map<string, string> {
    return new Map(rows.map((row) => [this.options.id(row), this.line(row)]));
  }

  /** "2. docker: failed, -, 2026-11-19 06:25:33": in the order of the titles, "-" where there is nothing. */
  private line(row: R): string {
    const { columns, id, ofAll } = this.options;
    const titled = columns.filter(({ title }) => title).map((column) => harmless(column.text(row)).trim() || '-');
    const marks = columns.filter(({ title }) => !title).map((column) => harmless(column.text(row)).trim());
    const [first, ...others] = titled;
    const cells = `${first}${others.length ? `: ${others.join(', ')}` : ''}`;
    // What stands in a column without a title is a sign.
    const marked = marks
      .map((mark) => (mark === '*' ? t`changed` : mark))
      .filter(Boolean)
      .join(' ');
    return `${ofAll ? '' : `${this.numbers.get(id(row)) ?? '?'}. `}${cells}${marked ? ` (${marked})` : ''}`;
  }

  // -------------------------------------------------------------- asking

  private async askAll(): Promise<void> {
    while (this.isMore) {
      const answer = await this.talk.ask(t`Enter for more, or 0 to go back:`, { signal: this.signal });
      if (answer === undefined || answer.trim() === '0') return;
      this.more();
    }
    const [first] = this.rows ?? [];
    if (first === undefined) return;
    if (await yesOrNo(this.talk, `${this.options.ok ?? t`OK`}?`, { otherwise: false }))
      await this.options.choose?.(first);
  }

  private prompt(): string {
    const choose = this.options.choose
      ? [this.options.ok ? t`Number for ${this.options.ok.toLowerCase()}` : t`Number`]
      : [];
    return [...choose, ...(this.isMore ? [t`Enter for more`] : []), t`or 0 to go back:`].join(', ');
  }

  private async ask(): Promise<void> {
    for (;;) {
      this.news.on(true);
      const answer = await this.talk.ask(this.prompt(), { signal: this.signal, help: this.help() });
      this.news.on(false);
      const given = answer?.trim();
      if (given === undefined || given === '0') return;
      if (given === '') this.more() || this.list();
      else if (given === 'p') this.news.pause();
      else if (given === 'r') this.sort(this.sortedBy ?? this.options.columns[0], true);
      else if (/^s( |$)/i.test(given)) this.sortBy(given.slice(1).trim());
      else if ((await this.choose(given)) === 'close') return;
    }
  }

  private help(): string[] {
    const choose = this.options.choose ? [t`Type the number of a row.`] : [];
    const titles = this.options.columns.map(({ title }) => title).filter(Boolean);
    return [
      ...choose,
      t`Enter says the next page, and after the last one all again.`,
      t`s and a column sorts by it, r turns the order: ${titles.join(', ')}.`,
      t`p stops telling changes, and begins again.`,
    ];
  }

  private sortBy(title: string): void {
    const wanted = title.toLowerCase();
    const column = this.options.columns.find((one) => one.title?.toLowerCase().startsWith(wanted));
    if (!wanted || !column?.title)
      this.talk.say(
        t`Sort by what? ${this.options.columns
          .map((one) => one.title)
          .filter(Boolean)
          .join(', ')}`,
      );
    else this.sort(column, false);
  }

  private sort(column: Column<R> | undefined, turned: boolean): void {
    this.backwards = turned ? !this.backwards : false;
    this.sortedBy = column;
    this.list();
  }

  private async choose(given: string): Promise<unknown> {
    const { choose, id, detail, title } = this.options;
    const wanted = /^\d+$/.test(given) ? Number(given) : undefined;
    const row = this.rows?.find((one) => this.numbers.get(id(one)) === wanted);
    if (!choose || wanted === undefined) this.talk.say(t`That is no answer to this; ? gives help.`);
    else if (row === undefined) this.talk.say(t`There is no row ${given}.`);
    else {
      const more = detail?.(row);
      if (more) this.talk.say(more);
      const result = await choose(row);
      if (result === 'close') return result;
      // The list stands where it was; what changed of it meanwhile is told.
      this.talk.title(title);
    }
    return undefined;
  }
}

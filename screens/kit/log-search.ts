/** Search in a log: asking for a pattern, finding the next line, counting them all beside. No painting but its own row. */
import type { LogEntry, LogPattern, LogPlace } from '../../src/appliance.ts';
import { problemOf } from '../../src/errors.ts';
import { t } from '../texts/texts.ts';
import type { Canvas, Segment } from './canvas.ts';
import { LineEditor } from './line-editor.ts';
import type { Direction, LogSupply } from './log-window.ts';
import { expressionOf, type Match, matchesIn } from './matching.ts';
import type { Key } from './terminal/types.ts';
import { sentence } from './told.ts';

export class LogSearch {
  /** What there is to say of it; undefined: nothing. */
  said: Segment | undefined;
  /** The line that was found last. */
  found: LogEntry | undefined;
  private editor: LineEditor | undefined;
  private sense: 1 | -1 = 1;
  private pattern: LogPattern | undefined;
  private expression: RegExp | undefined;
  private finding: AbortController | undefined;
  private counting: AbortController | undefined;
  private counted = '';

  constructor(
    private readonly signal: AbortSignal,
    private readonly changed: () => void,
  ) {}

  get isAsking(): boolean {
    return this.editor !== undefined;
  }

  get isFinding(): boolean {
    return this.finding !== undefined;
  }

  get isSet(): boolean {
    return this.pattern !== undefined;
  }

  /** 1: downwards. */
  ask(sense: 1 | -1): void {
    this.sense = sense;
    this.editor = new LineEditor('', { most: 200 });
  }

  /** A key while asking. True: there is a pattern to look for now. */
  key(key: Key): boolean {
    if (key.name === 'escape') this.editor = undefined;
    else if (key.name === 'enter') return this.begin();
    else this.editor?.key(key);
    return false;
  }

  private begin(): boolean {
    const text = this.editor?.value ?? '';
    this.editor = undefined;
    // An empty one repeats the last, as in every pager.
    if (text === '') return this.pattern !== undefined;
    const { expression, regular } = expressionOf(text);
    this.pattern = { text, regular };
    this.expression = expression;
    this.found = undefined;
    this.counted = '';
    this.counting?.abort();
    this.counting = undefined;
    return true;
  }

  /** Which way on the screen: 1 downwards; `again`: -1 against the direction that was asked for. */
  senseOf(again: 1 | -1): 1 | -1 {
    return (this.sense * again) as 1 | -1;
  }

  /** The next line that holds the pattern; undefined where there is none, or it was given up. */
  async find(supply: LogSupply, from: LogPlace, direction: Direction): Promise<LogEntry | undefined> {
    const { pattern } = this;
    if (!pattern) return undefined;
    this.stop();
    const finding = new AbortController();
    this.finding = finding;
    this.said = { text: t`Searching...`, role: 'strong' };
    try {
      const { found } = await supply.search(
        { from, direction, pattern },
        {
          signal: AbortSignal.any([finding.signal, this.signal]),
          progress: ({ share }) => this.tell(`${t`Searching...`}${share === undefined ? '' : ` ${percent(share)}`}`),
        },
      );
      if (finding.signal.aborted) return undefined;
      this.said = found
        ? this.sum()
        : {
            text:
              direction === 'older'
                ? t`No more lines before this with: ${pattern.text}`
                : t`No more lines after this with: ${pattern.text}`,
            role: 'warn',
          };
      if (found) {
        this.found = found;
        this.count(supply, pattern);
      }
      return found;
    } catch (error) {
      // Another search has taken its place, and says how that goes.
      if (finding.signal.aborted && this.finding) return undefined;
      const problem = problemOf(error);
      this.said =
        problem.code === 'aborted'
          ? { text: t`The search was stopped.`, role: 'warn' }
          : { text: sentence(problem), role: 'bad' };
      return undefined;
    } finally {
      if (this.finding === finding) this.finding = undefined;
      this.changed();
    }
  }

  private tell(text: string): void {
    this.said = { text: `${text}  ${t`ESC stops`}`, role: 'strong' };
    this.changed();
  }

  /** All lines that hold the pattern, once for each pattern, beside everything else. */
  private count(supply: LogSupply, pattern: LogPattern): void {
    if (this.counting) return;
    const counting = new AbortController();
    this.counting = counting;
    const tell = (text: string) => {
      if (counting.signal.aborted) return;
      const shown = this.said?.text === this.counted;
      this.counted = text;
      if (shown) this.said = this.sum();
      this.changed();
    };
    supply
      .count(
        { pattern },
        {
          signal: AbortSignal.any([counting.signal, this.signal]),
          progress: ({ found, share }) =>
            tell(`${t`${lines(found)} so far`}${share === undefined ? '' : ` (${percent(share)})`}`),
        },
      )
      .then(({ found }) => tell(`${lines(found)}`))
      // What was counted by then stays: the search itself says what went wrong.
      .catch(() => undefined);
    this.said = this.sum();
  }

  private sum(): Segment {
    return { text: this.counted, role: 'dim' };
  }

  /** Stops looking; was there anything to stop? */
  stop(): boolean {
    const { finding } = this;
    finding?.abort();
    this.finding = undefined;
    return finding !== undefined;
  }

  /** For another log: the pattern stays, what was found does not. */
  leave(): void {
    this.stop();
    this.counting?.abort();
    this.counting = undefined;
    this.counted = '';
    this.found = undefined;
    this.said = undefined;
  }

  /** Where the texts that are seen match. */
  matches(texts: readonly string[]): Match[][] {
    if (!this.expression) return [];
    const matches = matchesIn(texts, this.expression);
    if (!matches) this.said = { text: t`Too slow an expression to mark what it matches.`, role: 'warn' };
    return matches ?? [];
  }

  paint(canvas: Canvas): void {
    canvas.text(0, 0, this.sense === 1 ? '/' : '?', 'strong');
    this.editor?.paint(canvas.part(1, 0, canvas.width - 1, 1), true);
  }
}

const percent = (share: number) => `${Math.floor(share * 100)} %`;
const lines = (count: number) => (count === 1 ? t`1 line matches` : t`${count.toLocaleString('en')} lines match`);

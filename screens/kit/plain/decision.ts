/** A question that comes unasked and answers itself when its time is over; answered with a word, so that nothing meant for something else can. */

import { t } from '../../texts/texts.ts';
import type { DecisionOptions, DecisionPage } from '../decision.ts';
import { isWord, textOf } from './question.ts';
import type { Talk } from './talk.ts';

/** Seconds left at which it is said. */
const marks = [60, 30, 10];

/** What was said of the last one: when it comes again, the question alone will do. */
const saidBefore = new WeakMap<Talk, string>();

export async function decide(talk: Talk, options: DecisionOptions): Promise<boolean | undefined> {
  const closing = new AbortController();
  const signal = talk.until(closing.signal);
  const asking = new Asking(talk, options, signal);
  // Where the service is away, the count goes on.
  options.page((page) => (page ? asking.take(page) : closing.abort()), signal).catch(() => undefined);
  try {
    return await asking.answer();
  } finally {
    closing.abort();
  }
}

class Asking {
  private page: DecisionPage | undefined;
  private heard = performance.now();
  private next = 0;
  private isKnown: () => void = () => undefined;
  private readonly known = new Promise<void>((resolve) => {
    this.isKnown = resolve;
  });

  constructor(
    private readonly talk: Talk,
    private readonly options: DecisionOptions,
    private readonly signal: AbortSignal,
  ) {
    const tick = setInterval(() => this.count(), 250);
    signal.addEventListener('abort', () => {
      clearInterval(tick);
      this.isKnown();
    });
  }

  take(page: DecisionPage): void {
    this.page = page;
    this.heard = performance.now();
    this.isKnown();
  }

  private get left(): number {
    return Math.max(0, Math.round((this.page?.left ?? 0) - (performance.now() - this.heard) / 1000));
  }

  async answer(): Promise<boolean | undefined> {
    await this.known;
    if (this.signal.aborted || !this.page) return undefined;
    const text = textOf(this.page.text).filter((one) => one.trim() !== '');
    const { yes, no, title, otherwise } = this.options;
    this.next = marks.findIndex((mark) => mark < this.left);
    this.talk.title(title);
    if (saidBefore.get(this.talk) !== text.join('\n')) this.talk.say(...text);
    saidBefore.set(this.talk, text.join('\n'));
    this.talk.say(t`Without an answer it ${otherwise} in ${this.left} s.`);
    for (;;) {
      const answer = await this.talk.ask(t`"${yes.toLowerCase()}" or "${no.toLowerCase()}"? Enter answers later:`, {
        level: 'decision',
        signal: this.signal,
        help: [...text, t`Without an answer it ${otherwise}.`],
      });
      const given = answer?.trim().toLowerCase();
      if (!given) return undefined;
      if (isAnswer(given, yes, no)) return true;
      if (isAnswer(given, no, yes)) return false;
      this.talk.say(t`That is no answer to this.`);
    }
  }

  private count(): void {
    const mark = marks[this.next];
    if (this.next < 0 || mark === undefined || this.left > mark) return;
    this.next += 1;
    this.talk.tell(t`${this.options.title} ${mark} s left; then it ${this.options.otherwise}.`);
  }
}

/** The word, or its first letter where the other begins with another. */
function isAnswer(given: string, word: string, other: string): boolean {
  const [mine, theirs] = [word.toLowerCase(), other.toLowerCase()];
  return isWord(given, word) || (given.length === 1 && mine.startsWith(given) && !theirs.startsWith(given));
}

/** What takes a while: said when it lasts, given up with Ctrl-C; its steps as lines. */
import { harmless } from '../../../src/values/harmless.ts';
import { t } from '../../texts/texts.ts';
import { givenUp, type Outcome, outcomeOf } from '../outcome.ts';
import type { ProgressNews, ProgressOptions } from '../progress.ts';
import type { Talk } from './talk.ts';

/** Milliseconds that a wait may last unsaid, and after which it is said again. */
const unsaid = 1000;
const again = 30_000;

/** Waits for an answer; never rejects. */
export function busy<T>(talk: Talk, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  const first = setTimeout(() => talk.say(`${what}...`), unsaid);
  return during(talk, what, work).finally(() => clearTimeout(first));
}

export async function progress<T>(talk: Talk, { title, givingUp, work }: ProgressOptions<T>): Promise<Outcome<T>> {
  talk.title(title);
  talk.say([t`Ctrl-C gives up.`, givingUp].filter(Boolean).join(' '));
  const steps = new Steps(talk);
  return during(talk, title, (signal) => work((news) => !signal.aborted && steps.take(news), signal));
}

async function during<T>(talk: Talk, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  const giving = new AbortController();
  const began = performance.now();
  const still = setInterval(() => {
    talk.say(t`${what}: ${Math.round((performance.now() - began) / 1000)} s by now. Ctrl-C gives up.`);
  }, again);
  let left: () => void = () => undefined;
  const isLeft = new Promise<Outcome<never>>((resolve) => {
    left = () => resolve(givenUp);
  });
  const done = talk.working(() => left());
  talk.over.addEventListener('abort', left, { once: true });
  try {
    return await Promise.race([outcomeOf(work(giving.signal)), isLeft]);
  } finally {
    giving.abort();
    clearInterval(still);
    talk.over.removeEventListener('abort', left);
    done();
  }
}

class Steps {
  private running: string | undefined;
  private tenths = 0;

  constructor(private readonly talk: Talk) {}

  take({ step, outcome, fraction }: ProgressNews): void {
    if (step !== undefined && outcome) {
      this.talk.say(`${outcome.passed ? t`ok` : t`FAILED`}: ${short(step)}: ${short(outcome.said)}`);
      this.running = step;
    } else if (step !== undefined && step !== this.running) {
      this.talk.say(short(step));
      this.running = step;
    }
    const tenths = Math.floor((fraction ?? 0) * 10);
    if (tenths <= this.tenths || tenths >= 10) return;
    this.tenths = tenths;
    this.talk.say(`${tenths}0 %`);
  }
}

const short = (text: string) => harmless(text, { most: 200 });

/** Work told step by step, each with its outcome and time. Nothing of what the steps do. */
import type { StepNews } from '../../appliance.ts';
import { explain, problemOf } from '../../errors.ts';

export class Steps {
  /** Those that have ended, in their order. */
  readonly all: StepNews[] = [];

  constructor(private readonly progress: (news: StepNews) => void) {}

  /** What the work gives. `said`: of that, for people. A failure is told, and thrown on. */
  async take<T>(step: string, work: () => Promise<T>, said: (result: T) => string): Promise<T> {
    this.progress({ step });
    const began = performance.now();
    const end = (passed: boolean, words: string) => {
      const news = { step, outcome: { passed, said: words, took: Math.round(performance.now() - began) } };
      this.all.push(news);
      this.progress(news);
    };
    try {
      const result = await work();
      end(true, said(result));
      return result;
    } catch (error) {
      end(false, explain(problemOf(error)).what);
      throw error;
    }
  }
}

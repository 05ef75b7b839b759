/** Work told step by step, each with its outcome and time. Nothing of what the steps do. */
import type { StepNews } from '../../appliance.ts';
import { explain, type Problem, problemOf } from '../../errors.ts';

export class Steps {
  /** Those that have ended, in their order. */
  readonly all: StepNews[] = [];

  constructor(private readonly progress: (news: StepNews) => void) {}

  /** What the work gives. `said`: of that, for people. A failure is told, and thrown on. */
  async take<T>(step: string, work: () => Promise<T>, said: (result: T) => string): Promise<T> {
    this.progress({ step });
    const began = performance.now();
    const end = (passed: boolean, words: string, problem?: Problem) => {
      const took = Math.round(performance.now() - began);
      const news = { step, outcome: { passed, said: words, took, ...(problem ? { problem } : {}) } };
      this.all.push(news);
      this.progress(news);
    };
    try {
      const result = await work();
      end(true, said(result));
      return result;
    } catch (error) {
      const problem = problemOf(error);
      end(false, explain(problem).what, problem);
      throw error;
    }
  }
}

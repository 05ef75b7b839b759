/** Lines of a report on the way to the platform: wrapped, and below what failed why and what to do. */
import { type Problem, problemOf } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import type { PagerLine, PagerOptions } from './pager.ts';
import type { Role } from './theme.ts';
import { explain } from './told.ts';

/** Columns that a pager has on 80 columns. A pager does not wrap, as what it mostly shows is not prose. */
const width = 74;

/** The text beside the mark, wrapped there. */
export function wrapped(mark: string, text: string, role: Role = 'text'): PagerLine[] {
  return wrap(text, width - mark.length).map((line, at) => ({
    text: (at === 0 ? mark : ' '.repeat(mark.length)) + line,
    role,
  }));
}

/** Why, and what to do: once for each kind of problem. */
export function advice(problems: readonly (Problem | undefined)[]): PagerLine[] {
  const kinds = new Map(problems.flatMap((problem) => (problem ? [[problem.code, problem] as const] : [])));
  return [...kinds.values()].flatMap((problem) => {
    const { why, advice } = explain(problem);
    return [why, advice].flatMap((text) => (text ? wrapped('', text) : []));
  });
}

type Feed = NonNullable<PagerOptions['feed']>;

/** A feed that says in whole lines why it could not be. */
export function explained(feed: Feed): Feed {
  return (add, signal) =>
    feed(add, signal).catch((error) => {
      const problem = problemOf(error);
      if (problem.code !== 'aborted') add(...wrapped('', explain(problem).what, 'bad'), ...advice([problem]));
    });
}

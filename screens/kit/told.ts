/** What went wrong, in the console's language. What the service or a program said of it is put in as far as it is known. */
import { type Explanation, explain as explained, sentence as inOneLine, type Problem } from '../../src/errors.ts';
import { said, t } from '../texts/texts.ts';

export function explain(problem: Problem): Explanation {
  return explained(known(problem), t);
}

export function sentence(problem: Problem): string {
  return inOneLine(known(problem), t);
}

/** With the English texts among its details translated. */
function known({ code, details }: Problem): Problem {
  return { code, details: translated(details) } as Problem;
}

function translated(value: unknown): unknown {
  if (typeof value === 'string') return said(value);
  if (Array.isArray(value)) return value.map(translated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, translated(one)]));
}

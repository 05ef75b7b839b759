/** What a pattern means, as an expression of JavaScript: the same in every log. Pure. */
import type { LogPattern } from '../../appliance.ts';
import { fail } from '../../errors.ts';

/**
 * Where it is not said whether capital letters count, they do if the pattern has one (that is no part of an escape).
 * @throws Failure 'bad-pattern'
 */
export function expressionOf({ text, regular, matchCase }: LogPattern): RegExp {
  const counts = matchCase ?? /\p{Lu}/u.test(regular ? text.replace(/\\./gsu, '') : text);
  const source = regular ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const flags = counts ? '' : 'i';
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // Much that people write is refused with the flag "u": "\-", a lone "{".
  }
  try {
    return new RegExp(source, flags);
  } catch (cause) {
    const why = (cause as Error).message.replace(/^Invalid regular expression: .*: /s, '');
    throw fail('bad-pattern', { pattern: text, why }, cause);
  }
}

/** A password that somebody sets for an account: what can be typed at a login. */
import { good, type Parsed, wrong } from './result.ts';
import { Secret } from './secret.ts';

/** PAM_MAX_RESP_SIZE of Linux-PAM, with room for its end; bytes. */
const longest = 500;

/** The text is never repeated. */
export function parsePassword(text: string): Parsed<Secret> {
  const right = `1 to ${longest} visible characters`;
  if (text === '') return wrong('nothing is given', right);
  if (new TextEncoder().encode(text).length > longest) return wrong('it is too long', right);
  if (/\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(text))
    return wrong('it has characters that cannot be typed at a login', right);
  return good(new Secret(text));
}

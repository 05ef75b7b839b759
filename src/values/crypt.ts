/** A password's hash as /etc/shadow has it: crypt(5). Only kinds that withstand guessing. */
import { good, type Parsed, wrong } from './result.ts';
import { Secret } from './secret.ts';

const right = 'a yescrypt hash ($y$…), as "mkpasswd" prints it';
/** crypt(5): yescrypt, gost-yescrypt, scrypt, bcrypt, sha512crypt, sha256crypt. */
const kinds = [
  /^\$g?y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}$/,
  /^\$7\$[./A-Za-z0-9]{11,97}\$[./A-Za-z0-9]{43}$/,
  /^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$/,
  /^\$6\$(rounds=[1-9][0-9]{3,8}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}$/,
  /^\$5\$(rounds=[1-9][0-9]{3,8}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}$/,
];

/** The text is never repeated: it is as good as the password to whoever has time. */
export function parsePasswordHash(text: string): Parsed<Secret> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', right);
  if (kinds.some((kind) => kind.test(given))) return good(new Secret(given));
  if (/^\$1\$|^[./A-Za-z0-9]{13}$/.test(given)) return wrong('a kind of hash that is guessed in no time', right);
  return wrong('not a hash of a password as crypt(5) has it', right);
}

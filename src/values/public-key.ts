/** A public key as a line of authorized_keys (sshd(8)), without options: what may be done with it is not decided here. */
import { good, type Known, type Parsed, wrong } from './result.ts';

/** "ssh-ed25519 AAAA… name" */
export type PublicKey = Known<string, 'public key'>;

const right = 'a line as in id_ed25519.pub: ssh-ed25519 AAAA… name';
const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'];
const security = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'];
/** Characters; an RSA key of 16384 bits has some 2,800. */
const longest = 8000;

/** Blanks around and between are made one. */
export function parsePublicKey(text: string): Parsed<PublicKey> {
  const [type = '', body = '', ...comment] = text.trim().split(/[ \t]+/);
  if (type === '') return wrong('nothing is given', right);
  if (/-----BEGIN/.test(text)) return wrong('not a public key: a private one is nothing to hand on', right);
  if (text.length > longest) return wrong(`at most ${longest} characters, this has ${text.length}`, right);
  if (/\p{Cc}|\p{Zl}|\p{Zp}/u.test(text.trim().replaceAll('\t', ' '))) return wrong('more than one line', right);
  if (![...types, ...security].includes(type)) return wrong('it does not begin with the type of a key', right);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body) || !names(body, type)) return wrong('the key is cut, or mistyped', right);
  return good([type, body, ...comment].join(' ') as PublicKey);
}

/** RFC 4253, 6.6: the key begins with its type, a string with its length before it, and has more after it. */
function names(body: string, type: string): boolean {
  const head = atob(body.slice(0, 4 * Math.ceil((type.length + 5) / 3)).replace(/=+$/, ''));
  return head.slice(0, 4) === `\0\0\0${String.fromCharCode(type.length)}` && head.slice(4, 4 + type.length) === type
    ? body.length > 60
    : false;
}

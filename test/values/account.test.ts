/** Passwords, their hashes and public keys, as an operator gives them. */
import { expect, test } from 'vitest';
import { parsePasswordHash } from '../../src/values/crypt.ts';
import { parsePassword } from '../../src/values/password.ts';
import { parsePublicKey } from '../../src/values/public-key.ts';
import type { Parsed } from '../../src/values/result.ts';

const why = (parsed: Parsed<unknown>) => (parsed.ok ? 'right' : parsed.why);
const body = 'AAAAC3NzaC1lZDI1NTE5AAAAIKgVHbd+vUKkSyVZ3IuUnvKn8vaYCfqxrXCSEWBJd5ZJ';
const salted = (length: number) => `salt$${'a'.repeat(length)}`;

test.each([
  [`$y$j9T$${salted(43)}`, 'right'],
  [`$gy$j9T$${salted(43)}`, 'right'],
  [`$2b$12$${'a'.repeat(53)}`, 'right'],
  [`$6$${salted(86)}`, 'right'],
  [` $6$rounds=5000$${salted(86)}\n`, 'right'],
  [`$5$${salted(43)}`, 'right'],
  ['', 'nothing is given'],
  [`$1$${salted(22)}`, 'a kind of hash that is guessed in no time'],
  ['abJnggxhB/yWI', 'a kind of hash that is guessed in no time'],
  [`$6$${salted(85)}`, 'not a hash of a password as crypt(5) has it'],
  [`$6$${salted(86)}:0:0`, 'not a hash of a password as crypt(5) has it'],
  [`$6$${salted(86)}\nroot:x`, 'not a hash of a password as crypt(5) has it'],
  ['!', 'not a hash of a password as crypt(5) has it'],
])('the hash %s', (text, expected) => {
  expect(why(parsePasswordHash(text))).toBe(expected);
});

test.each([
  [`ssh-ed25519 ${body} anna@example.org`, 'right'],
  [`  ssh-ed25519\t${body}  `, 'right'],
  ['', 'nothing is given'],
  [`ssh-ed25519 ${body}\nssh-ed25519 ${body}`, 'more than one line'],
  [`command="sh" ssh-ed25519 ${body}`, 'it does not begin with the type of a key'],
  [`ssh-rsa ${body}`, 'the key is cut, or mistyped'],
  [`ssh-ed25519 ${body.slice(0, 40)}`, 'the key is cut, or mistyped'],
  ['ssh-ed25519 ????', 'the key is cut, or mistyped'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----', 'not a public key: a private one is nothing to hand on'],
])('the key %s', (text, expected) => {
  expect(why(parsePublicKey(text))).toBe(expected);
});

test.each([
  ['Correct horse', 'right'],
  ['ñandú ✓', 'right'],
  ['', 'nothing is given'],
  ['a'.repeat(501), 'it is too long'],
  ['two\nlines', 'it has characters that cannot be typed at a login'],
])('the password %j', (text, expected) => {
  expect(why(parsePassword(text))).toBe(expected);
});

/** The password of one offer: made, and compared by its digest. Where the digest is kept is not known here. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { Secret } from '../../values/secret.ts';

/** Letters and digits that are not mistaken for each other, read aloud or on a screen: no l, o, 0, 1. 5 bits each. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const groups = 5;
const perGroup = 4;

/** 100 bits: "k7mw-…", five groups of four. */
export function makePassword(): Secret {
  const group = () => Array.from({ length: perGroup }, () => alphabet[randomInt(alphabet.length)]).join('');
  return new Secret(Array.from({ length: groups }, group).join('-'));
}

/** As the digest is made of: without what only helps reading, and without capitals that a phone may put first. */
function plain(typed: string): string {
  return typed.replace(/[\s-]/g, '').toLowerCase();
}

export const makeSalt = () => randomBytes(16).toString('hex');

/**
 * SHA-512 of salt and password, hexadecimal. Slow digests protect passwords that people choose; what is drawn from
 * 2^100 cannot be searched for.
 */
export function digestOf(salt: string, password: Secret): string {
  return createHash('sha512')
    .update(salt + plain(password.reveal()))
    .digest('hex');
}

/** In a time that tells nothing. */
export function isSameDigest(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

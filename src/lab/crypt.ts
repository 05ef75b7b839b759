/** Passwords of the lab, hashed as crypt(5) has scrypt ($7$), so that a real machine understands what the lab exports. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt) as (
  password: string,
  salt: string,
  length: number,
  cost: { N: number; r: number; p: number },
) => Promise<Buffer>;

const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Powers of two: 2^14 times 8 blocks of 128 bytes are 16 MiB, and some 50 ms. */
const cost = { N: 14, r: 8, p: 1 };

/** Six bits a digit, the lowest first. */
function encoded(value: number, bits: number): string {
  let text = '';
  for (let left = value, at = 0; at < bits; at += 6, left = Math.floor(left / 64)) text += digits[left % 64];
  return text;
}

function encodedBytes(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const some = bytes.subarray(at, at + 3);
    text += encoded(some.readUIntLE(0, some.length), 8 * some.length);
  }
  return text;
}

export function hashOf(password: string): Promise<string> {
  return hashWith(password, encodedBytes(randomBytes(16)));
}

async function hashWith(password: string, salt: string): Promise<string> {
  const { N, r, p } = cost;
  const hash = await derive(password, salt, 32, { N: 2 ** N, r, p });
  return `$7$${digits[N]}${encoded(r, 30)}${encoded(p, 30)}${salt}$${encodedBytes(hash)}`;
}

/** False also for hashes of other kinds: those the lab can keep, but not compare. */
export async function isHashOf(hash: string, password: string): Promise<boolean> {
  const [, , setting = ''] = hash.split('$');
  if (
    !hash.startsWith('$7$') ||
    setting.slice(0, 11) !== `${digits[cost.N]}${encoded(cost.r, 30)}${encoded(cost.p, 30)}`
  )
    return false;
  const again = await hashWith(password, setting.slice(11));
  return again.length === hash.length && timingSafeEqual(Buffer.from(again), Buffer.from(hash));
}

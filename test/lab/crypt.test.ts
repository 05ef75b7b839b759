/** The lab's hashes are those of crypt(5): what a real machine has hashed it compares, and the other way round. */
import { expect, test } from 'vitest';
import { hashOf, isHashOf } from '../../src/lab/crypt.ts';
import { parsePasswordHash } from '../../src/values/crypt.ts';

/** Made here, and found right by crypt(3) of libxcrypt 4.4. */
const known = '$7$C6..../....3vqI.vQ23N18tNp.m5uP40$j8eWlAAGCLKNnsirKAVD8paIpEsZ1O4TetRBAuXFSR8';

test('a hash that crypt(3) takes for a password is that password’s, and no other’s', async () => {
  expect(await isHashOf(known, 'Correct horse')).toBe(true);
  expect(await isHashOf(known, 'correct horse')).toBe(false);
  expect(await isHashOf('$6$salt$x', 'Correct horse')).toBe(false);
});

test('a hash is of its password, salted anew each time, and such as an unattended file may have', async () => {
  const [one, other] = [await hashOf('Correct horse'), await hashOf('Correct horse')];
  expect(one).not.toBe(other);
  expect(await isHashOf(one, 'Correct horse')).toBe(true);
  expect(parsePasswordHash(one).ok).toBe(true);
});

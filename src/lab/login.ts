/** The operator's account of the lab: its password as a hash (scrypt) in the machine's folder, for its owner only. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Login } from '../adapters/machine.ts';
import { fail } from '../errors.ts';
import type { Secret } from '../values/secret.ts';
import { textOf } from './root.ts';
import type { MachineData } from './schema.ts';

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>;
const length = 32;
/** Bytes: what a real machine takes. */
const longest = 500;

export function labLogin({ system }: MachineData, root: string): Login {
  const file = join(root, 'etc/shadow');
  /** "operator:SALT:HASH" a line, both in base64. */
  const entry = async (user: string) => {
    const lines = (await textOf(file)).split('\n').map((line) => line.split(':'));
    const [, salt, hash] = lines.find(([name]) => name === user) ?? [];
    return salt && hash ? { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') } : undefined;
  };
  return {
    async state(user) {
      return { exists: true, hasPassword: (await entry(user)) !== undefined, keys: system.keys };
    },
    async setPassword(user, password) {
      const why = unusable(password);
      if (why) throw fail('bad-value', { field: 'password', why, right: `1 to ${longest} visible characters` });
      const salt = randomBytes(16);
      const hash = await derive(password.reveal(), salt, length);
      const others = (await textOf(file)).split('\n').filter((line) => line !== '' && !line.startsWith(`${user}:`));
      const lines = [...others, [user, salt.toString('base64'), hash.toString('base64')].join(':')];
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
    async isPassword(user, password) {
      const known = await entry(user);
      if (!known || unusable(password)) return false;
      return timingSafeEqual(known.hash, await derive(password.reveal(), known.salt, length));
    },
  };
}

function unusable(password: Secret): string | undefined {
  const text = password.reveal();
  if (text === '') return 'nothing is given';
  if (Buffer.byteLength(text) > longest) return 'it is too long';
  return /\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(text) ? 'it has characters that cannot be typed at a login' : undefined;
}

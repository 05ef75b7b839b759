/** The operator's account of the lab: password and keys in files of the machine's folder, for its owner only. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Login } from '../adapters/machine.ts';
import { fail } from '../errors.ts';
import { parsePassword } from '../values/password.ts';
import { Secret } from '../values/secret.ts';
import { chance } from './chance.ts';
import { hashOf, isHashOf } from './crypt.ts';
import { textOf } from './root.ts';
import type { MachineData } from './schema.ts';

export function labLogin({ name, system }: MachineData, root: string): Login {
  const shadow = join(root, 'etc/shadow');
  const keysOf = (user: string) => join(root, 'home', user, '.ssh/authorized_keys');
  /** "operator:$7$…" a line. */
  const hashFor = async (user: string) => {
    const lines = (await textOf(shadow)).split('\n').map((line) => line.split(':'));
    const [, hash = ''] = lines.find(([owner]) => owner === user) ?? [];
    return hash.startsWith('$') ? hash : undefined;
  };
  const setHash = async (user: string, hash: string) => {
    const others = (await textOf(shadow)).split('\n').filter((line) => line !== '' && !line.startsWith(`${user}:`));
    await replace(shadow, [...others, `${user}:${hash}`]);
  };
  const keys = async (user: string) => {
    const lines = (await textOf(keysOf(user))).split('\n');
    // Until somebody sets them, those that it was made with.
    if (lines.length === 1) return Array.from({ length: system.keys }, (_, index) => madeUp(`${name} ${index}`));
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  };
  return {
    async state(user) {
      return {
        exists: true,
        hasPassword: (await hashFor(user)) !== undefined,
        keys: (await keys(user)).length,
      };
    },
    async setPassword(user, password) {
      const parsed = parsePassword(password.reveal());
      if (!parsed.ok) throw fail('bad-value', { field: 'password', why: parsed.why, right: parsed.right });
      await setHash(user, await hashOf(password.reveal()));
    },
    async isPassword(user, password) {
      const known = await hashFor(user);
      return known !== undefined && parsePassword(password.reveal()).ok && isHashOf(known, password.reveal());
    },
    async passwordHash(user) {
      const known = await hashFor(user);
      return known === undefined ? undefined : new Secret(known);
    },
    setPasswordHash: (user, hash) => setHash(user, hash.reveal()),
    keys,
    setKeys: (user, keys) => replace(keysOf(user), ['# Keys of the lab', ...keys]),
  };
}

async function replace(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** RFC 8709: type and 32 bytes, each with its length before it. */
function madeUp(of: string): string {
  const random = chance(`${of} key`);
  const body = Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256));
  const bytes = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1'), body]);
  return `ssh-ed25519 ${bytes.toString('base64')} operator@lab`;
}

/**
 * Passwords for a command: from standard input, a file that only its owner reads, or typed unseen. Never from an
 * argument, which everybody on the machine could read.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { fail } from '../errors.ts';
import type { Context } from './options.ts';

/** Characters; more than any passwords of ours. */
const most = 8192;

/** All of the stream. @throws Failure 'bad-value' where it is longer than passwords are */
export async function readAll(stream: AsyncIterable<string | Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.length > most) throw tooLong('standard input');
  }
  return text;
}

const tooLong = (field: string) =>
  fail('bad-value', { field, why: 'it is longer than passwords are', right: 'one password a line' });

/** One a line; a line break at the very end begins no other. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/**
 * The lines of a file.
 * @throws Failure 'not-allowed' where others may read it, or it is another's; 'unavailable'
 */
export async function passwordFile(path: string): Promise<string[]> {
  const what = `Taking passwords from ${path}`;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    throw fail('unavailable', { what: path, why: `it cannot be read (${cause.code})` }, cause);
  });
  try {
    const found = await file.stat();
    const { mode, uid, size } = found;
    if (!found.isFile()) throw fail('not-allowed', { what, why: 'it is no file' });
    if (mode & 0o077) throw fail('not-allowed', { what, why: 'others may read it; its mode must be 0600' });
    if (uid !== 0 && uid !== process.getuid?.()) throw fail('not-allowed', { what, why: 'it belongs to another user' });
    if (size > most) throw tooLong(path);
    return linesOf(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/** Typed unseen; undefined without a terminal. @throws Failure 'aborted' */
export async function typed({ terminal, signal }: Context, prompt: string): Promise<string | undefined> {
  return terminal?.ask({ prompt: () => prompt, isShown: false, signal }).answer;
}

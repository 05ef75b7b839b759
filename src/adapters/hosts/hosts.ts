/** Static host names in /etc/hosts: reads the file, and replaces it whole. What is in it is known in block.ts. */
import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostEntry } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { noticesOf, othersOf, parseHosts, renderHosts } from './block.ts';

const usual = '/etc/hosts';

export interface HostsState {
  entries: HostEntry[];
  /** Of the rest of the file. */
  others: HostEntry[];
  /** Sentences: names that are there twice, or in other lines of the file too. */
  notices: string[];
}

/** @throws Failure 'not-understood' where someone broke our block, 'unavailable' */
export async function readHosts(file = usual): Promise<HostsState> {
  const text = await read(file);
  const entries = parseHosts(text);
  return { entries, others: othersOf(text), notices: noticesOf(text, entries) };
}

/**
 * The file as it was but for our block, in one step: whoever reads it meets the old or the new one. Mode and owner
 * stay. Written to the disk when this ends.
 * @throws Failure 'bad-value', 'not-understood', 'unavailable'
 */
export async function writeHosts(entries: readonly HostEntry[], file = usual): Promise<HostsState> {
  const before = await read(file);
  const after = renderHosts(before, entries);
  if (after !== before) await replace(file, after);
  return readHosts(file);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw unavailable(cause);
  }
}

async function replace(link: string, text: string): Promise<void> {
  try {
    // Of a link, what it leads to.
    const file = await realpath(link).catch(() => link);
    const old = await open(file, 'r').catch(() => undefined);
    const { mode, uid, gid } = (await old?.stat()) ?? { mode: 0o644, uid: 0, gid: 0 };
    await old?.close();
    const partial = `${file}.gatehouse-${randomUUID()}`;
    try {
      const handle = await open(partial, 'wx', 0o600);
      try {
        await handle.writeFile(text, 'latin1');
        await handle.chown(uid, gid);
        await handle.chmod(mode & 0o7777);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(partial, file);
    } finally {
      await rm(partial, { force: true });
    }
    const folder = await open(dirname(file), 'r');
    await folder.sync();
    await folder.close();
  } catch (cause) {
    throw unavailable(cause);
  }
}

function unavailable(cause: unknown) {
  return fail('unavailable', { what: usual, why: (cause as Error).message }, cause);
}

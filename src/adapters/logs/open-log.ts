/** One log of a file as it is opened for one request: the file by its path or by a place, unpacked where it has to be. */
import { basename } from 'node:path';
import { Failure, fail } from '../../errors.ts';
import { Bytes, gone, grain } from './bytes.ts';
import type { FilePlace } from './entry.ts';
import { type Compression, HEAD, kindOf } from './kind.ts';
import { type Opened, openIn, openInode } from './open.ts';
import type { Spools } from './unpack.ts';

export interface LogOfFile {
  folder: string;
  path: string;
  spools: Spools;
}

export interface OpenLog {
  bytes: Bytes;
  inode: string;
  /** More of it is still being unpacked. */
  unpacking?: { share(): number | undefined; done: Promise<void> };
  close(): Promise<void>;
}

/**
 * @param place a line that must be in it
 * @throws Failure 'log-gone', 'log-unreadable', 'disk-full', 'unavailable'
 */
export async function openLog(log: LogOfFile, place?: FilePlace): Promise<OpenLog> {
  const opened = await openFor(log, place);
  const open = await asLog(log, opened);
  if (!place || open.unpacking || (await isIn(open.bytes, place))) return open;
  await open.close();
  throw gone(log.path);
}

/** Does a line begin there still? Else the file was emptied and written anew, or its number given to another one. */
export async function isIn(bytes: Bytes, { start, end }: FilePlace): Promise<boolean> {
  if (end > bytes.size) return false;
  const isAnywhere = start === end || start % bytes.grain.block === 0;
  return isAnywhere || (await bytes.lastNewline(start - 1, start)) >= 0;
}

/** By the path; or the file that the place is in, wherever it was renamed to. */
export async function openFor({ folder, path }: LogOfFile, place: FilePlace | undefined): Promise<Opened> {
  const opened = await openIn(folder, path).catch((error) => {
    const isGone = error instanceof Failure && error.problem.code === 'log-gone';
    if (place && isGone) return undefined;
    throw error;
  });
  if (opened && (!place || place.inode === opened.inode)) return opened;
  await opened?.handle.close();
  return openInode(folder, path, place?.inode ?? '');
}

/** @throws Failure 'log-unreadable' where it holds no lines; the file is closed then */
export async function compressionOf(path: string, { handle }: Opened): Promise<Compression | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  const { compressed, unreadable } = kindOf(basename(path), buffer.subarray(0, bytesRead));
  if (unreadable === undefined) return compressed;
  await handle.close();
  throw fail('log-unreadable', { name: path, why: `It is ${unreadable}` });
}

async function asLog({ path, spools }: LogOfFile, opened: Opened): Promise<OpenLog> {
  const { handle, inode, size } = opened;
  const compressed = await compressionOf(path, opened);
  if (!compressed) return { bytes: new Bytes(handle.fd, size, path, grain), inode, close: () => handle.close() };
  const spool = spools.take(path, opened, compressed);
  await Promise.race([spool.done, spool.started]).catch((error) => {
    spool.release();
    throw error;
  });
  return {
    bytes: new Bytes(spool.fd, spool.size, path, grain),
    inode,
    ...(spool.isDone ? {} : { unpacking: { share: () => spool.share, done: spool.done } }),
    close: async () => spool.release(),
  };
}

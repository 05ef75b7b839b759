/** One log of a file as it is opened for one request: the file by its path or by a place, unpacked where it has to be. */
import { basename } from 'node:path';
import { Failure, fail } from '../../errors.ts';
import { Bytes, gone, grain } from './bytes.ts';
import type { FilePlace } from './entry.ts';
import { HEAD, kindOf } from './kind.ts';
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
  if (!place || open.unpacking || place.end <= open.bytes.size) return open;
  await open.close();
  throw gone(log.path);
}

async function openFor({ folder, path }: LogOfFile, place: FilePlace | undefined): Promise<Opened> {
  const opened = await openIn(folder, path).catch((error) => {
    const isGone = error instanceof Failure && error.problem.code === 'log-gone';
    if (place && isGone) return undefined;
    throw error;
  });
  if (opened && (!place || place.inode === opened.inode)) return opened;
  await opened?.handle.close();
  return openInode(folder, path, place?.inode ?? '');
}

async function asLog({ path, spools }: LogOfFile, opened: Opened): Promise<OpenLog> {
  const { handle, inode, size } = opened;
  const head = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  const { compressed, unreadable } = kindOf(basename(path), head.buffer.subarray(0, head.bytesRead));
  if (unreadable !== undefined) {
    await handle.close();
    throw fail('log-unreadable', { name: path, why: `It is ${unreadable}` });
  }
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

/**
 * One report to an SFTP server: written beside its final name, gone on with where an earlier try broke off, renamed,
 * and its checksum compared. Connecting is not done here.
 *
 * Files that were sent in pieces have been seen to come out wrong, and SFTP servers tell no checksum. So the server is
 * asked for it beside SFTP; where it does not tell the right one, all is read back, which costs as much as sending. A
 * server that lets nothing be read is believed the size.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Report, Upload, UploadTarget } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import type { Connection } from './connect.ts';
import { codeOf, inPieces, Remote, refusals } from './remote-file.ts';
import { remoteSum } from './remote-sum.ts';

/** Bytes in a millisecond that a server is given for a checksum: below that, reading back is as quick. */
const SLOWEST = 10_000;

export interface UploadJob {
  report: Pick<Report, 'name' | 'size' | 'sha256'>;
  /** The report's file. */
  path: string;
  target: UploadTarget;
  tell(news: Pick<Upload, 'state' | 'sent'>): void;
  /** Milliseconds without any progress until it is given up. */
  patience: number;
}

/** @throws Failure 'upload-failed', 'aborted' */
export async function uploadOver(
  connection: Connection,
  job: UploadJob,
  signal: AbortSignal,
): Promise<{ compared: 'checksum' | 'size' }> {
  const { patience } = job;
  const remote = new Remote(connection.sftp, connection.gone);
  const doing = { isStalled: false, lastAt: Date.now() };
  const watch = setInterval(
    () => {
      if (Date.now() - doing.lastAt < patience) return;
      doing.isStalled = true;
      connection.cut();
    },
    Math.min(1000, patience / 2),
  );
  const tell = (news: Pick<Upload, 'state' | 'sent'>) => {
    doing.lastAt = Date.now();
    job.tell(news);
  };
  signal.addEventListener('abort', connection.cut, { once: true });
  try {
    return await send(remote, { ...job, tell }, (place) => sumThere(connection, place, { ...job, tell }));
  } catch (error) {
    if (signal.aborted) throw fail('aborted', {}, error);
    if (error instanceof Failure) throw error;
    const { host, folder } = job.target;
    const why = doing.isStalled
      ? `nothing got through for ${patience / 1000} s`
      : await reason(error, remote, folder, job.report.size);
    throw fail('upload-failed', { host, why }, error);
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', connection.cut);
    connection.cut();
  }
}

/** Hosts that ended the connection when they were asked for a checksum: the next upload to them reads back instead. */
const unwilling = new Set<string>();

/** The checksum that the server tells, if it does. */
type Sum = (place: string) => Promise<string | undefined>;

async function sumThere({ client }: Connection, place: string, job: UploadJob): Promise<string | undefined> {
  const { report, target, tell } = job;
  if (unwilling.has(target.host)) return undefined;
  return remoteSum(client, place, {
    limit: Math.max(5000, report.size / SLOWEST),
    waiting: () => tell({ state: 'comparing', sent: report.size }),
    dropped: () => unwilling.add(target.host),
  });
}

async function send(remote: Remote, job: UploadJob, sum: Sum): Promise<{ compared: 'checksum' | 'size' }> {
  const { report, target, path } = job;
  const place = target.folder === '' ? report.name : posix.join(target.folder, report.name);
  const partial = `${place}.partial`;
  const file = await open(path);
  try {
    const there = (await remote.size(partial)) ?? 0;
    const from = there <= report.size ? there : 0;
    await write(remote, file, partial, from, job);
    let compared = await compare(remote, partial, job, sum);
    if (compared === 'different' && from > 0) {
      // What an earlier try has left there was something else.
      await write(remote, file, partial, 0, job);
      compared = await compare(remote, partial, job, sum);
    }
    if (compared === 'different')
      throw fail('upload-failed', {
        host: target.host,
        why: 'what is there now has another checksum than what was sent',
      });
    await remote.rename(partial, place);
    await sendSignature(remote, `${path}.sig`, `${place}.sig`);
    return { compared };
  } finally {
    await file.close();
  }
}

async function write(
  remote: Remote,
  file: FileHandle,
  place: string,
  from: number,
  { report, tell }: UploadJob,
): Promise<void> {
  tell({ state: 'uploading', sent: from });
  await remote.open(place, from > 0 ? 'r+' : 'w', (handle) =>
    inPieces(
      from,
      report.size,
      async (position, length) => remote.write(handle, await bytesOf(file, position, length), position),
      (_done, upTo) => tell({ state: 'uploading', sent: upTo }),
    ),
  );
}

async function bytesOf(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
  if (bytesRead < length) throw new Error('the report has become shorter');
  return buffer;
}

async function compare(
  remote: Remote,
  place: string,
  { report, tell }: UploadJob,
  sum: Sum,
): Promise<'checksum' | 'size' | 'different'> {
  tell({ state: 'comparing', sent: report.size });
  if ((await remote.size(place)) !== report.size) return 'different';
  if ((await sum(place)) === report.sha256) return 'checksum';
  const hash = createHash('sha256');
  try {
    await remote.open(place, 'r', (handle) =>
      inPieces(
        0,
        report.size,
        (position, length) => remote.read(handle, position, length),
        (bytes) => {
          hash.update(bytes);
          tell({ state: 'comparing', sent: report.size });
        },
      ),
    );
  } catch (error) {
    if (codeOf(error) === refusals.permissionDenied) return 'size';
    throw error;
  }
  return hash.digest('hex') === report.sha256 ? 'checksum' : 'different';
}

/** Absent on a machine without a host key. */
async function sendSignature(remote: Remote, path: string, place: string): Promise<void> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes) await remote.open(place, 'w', (handle) => remote.write(handle, bytes, 0));
}

/** What the server means, as far as it can be told. */
async function reason(error: unknown, remote: Remote, folder: string, size: number): Promise<string> {
  const where = folder === '' ? 'the folder where the account begins' : `the folder ${harmless(folder, { most: 60 })}`;
  switch (codeOf(error)) {
    case refusals.connectionLost:
    case 'ECONNRESET':
    case undefined:
      return 'the connection broke';
    case refusals.noSuchFile:
      return `${where} is not there`;
  }
  const room = await remote.room(folder === '' ? '.' : folder);
  if (room?.isReadOnly) return `nothing can be written there: its file system is read-only`;
  if (codeOf(error) === refusals.permissionDenied) return `the account may not write in ${where}`;
  if (room && room.free < size) return `the server is full: ${Math.floor(room.free / 1e6)} MB are free`;
  return `the server says: ${harmless(String((error as Error).message), { most: 80 })}`;
}

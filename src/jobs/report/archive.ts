/**
 * The archive while it is made: entries, one after the other, through zstd and age into a file that is no report yet.
 * Only what age has encrypted is ever written to a disk. What goes in comes from output.ts; where it lies, from keep.ts.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, fail, sentence } from '../../errors.ts';
import { type Filter, filter } from '../../run.ts';
import { archiveEnd, headerOf, paddingOf } from './tar.ts';

export interface ArchiveOptions {
  /** Of the file while it is made; must not exist. */
  partial: string;
  /** age recipients, one or more: "age1…", "ssh-ed25519 …". */
  recipients: readonly string[];
  /** Bytes of the file system that stay free. */
  spare: number;
  signal: AbortSignal;
}

/** How often the free disk is looked at, in bytes written. */
const LOOK = 8 << 20;

export class Archive {
  /** Of the file so far. */
  size = 0;
  private readonly hash = createHash('sha256');
  private last: Promise<unknown> = Promise.resolve();
  private looked = 0;
  /** What is being handed to zstd; its end, whatever becomes of it. */
  private under: Promise<void> = Promise.resolve();
  private readonly faults: unknown[] = [];
  private readonly flow: Promise<void>;

  private constructor(
    private readonly options: ArchiveOptions,
    private readonly file: FileHandle,
    /** Ends the programs. */
    private readonly stop: AbortController,
    private readonly zstd: Filter,
    age: Filter,
  ) {
    const store = new Writable({
      write: (chunk: Buffer, _encoding, done) => void this.store(chunk).then(() => done(), done),
    });
    const parts = [pipeline(zstd.stdout, age.stdin), pipeline(age.stdout, store), zstd.done, age.done];
    for (const part of parts)
      part.catch((error: unknown) => {
        this.faults.push(error);
        this.stop.abort();
        zstd.stdin.destroy();
      });
    zstd.stdin.on('error', () => undefined);
    const { signal } = options;
    const onAbort = () => stop.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    // A signal made of others, which live as long as the service, keeps whoever listens to it.
    this.flow = Promise.allSettled(parts).then(() => signal.removeEventListener('abort', onAbort));
  }

  /** @throws Failure 'unavailable' without zstd or age, 'disk-full', 'report-failed' */
  static async begin(options: ArchiveOptions): Promise<Archive> {
    const { partial, recipients } = options;
    const file = await open(partial, 'wx', 0o640).catch((error) => {
      throw ioFailure(error, partial);
    });
    const stop = new AbortController();
    // Two threads: whatever else the machine does goes on.
    const zstd = filter('zstd', ['-3', '-T2', '-q', '-c'], { signal: stop.signal });
    const age = filter(
      'age',
      recipients.flatMap((one) => ['-r', one]),
      { signal: stop.signal },
    );
    return new Archive(options, file, stop, zstd, age);
  }

  /** An entry that is there as a whole. */
  async entry(path: string, content: Buffer): Promise<void> {
    await this.inTurn(async () => {
      await this.write(headerOf({ path, size: content.length, time: Date.now() / 1000 }));
      await this.write(content);
      await this.write(paddingOf(content.length));
    });
  }

  /**
   * An entry of `size` bytes; where `pieces` give fewer, `filler` follows. A piece must stay as it is until the next one
   * but one is asked for. Is false where `signal` or an error ended
   * the pieces before: then what is there stays.
   */
  async entryOf(
    path: string,
    size: number,
    pieces: AsyncIterable<Buffer>,
    signal: AbortSignal,
    filler: number,
    time = Date.now() / 1000,
  ): Promise<boolean> {
    return this.inTurn(async () => {
      await this.write(headerOf({ path, size, time }));
      let left = size;
      let isWhole = true;
      try {
        for await (const piece of until(pieces, signal)) {
          const part = piece.subarray(0, left);
          left -= part.length;
          await this.write(part);
        }
      } catch {
        isWhole = false;
      }
      await this.check();
      for (; left > 0; left -= Math.min(left, LOOK)) await this.write(Buffer.alloc(Math.min(left, LOOK), filler));
      await this.write(paddingOf(size));
      return isWhole;
    });
  }

  /** Ends it, and makes it last through a power cut. @throws Failure; then nothing of it is left */
  async finish(): Promise<{ size: number; sha256: string }> {
    await this.inTurn(() => this.write(archiveEnd));
    this.zstd.stdin.end();
    await this.flow;
    await this.check();
    try {
      await this.file.sync();
    } catch (error) {
      throw ioFailure(error, this.options.partial);
    }
    await this.file.close();
    return { size: this.size, sha256: this.hash.digest('hex') };
  }

  /** Nothing of it is left; also after `finish` has failed. */
  async abandon(): Promise<void> {
    this.stop.abort();
    this.zstd.stdin.destroy();
    await this.flow;
    await this.file.close().catch(() => undefined);
    await rm(this.options.partial, { force: true });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** @throws Failure as soon as anything behind has failed */
  async check(): Promise<void> {
    if (this.options.signal.aborted) throw fail('aborted', {});
    if (this.faults.length === 0) return;
    await this.flow;
    // One has failed, and the others of that.
    const failures = this.faults.filter((fault) => fault instanceof Failure);
    const told = failures.filter(({ problem }) => problem.code !== 'aborted');
    const first = told.find(({ problem }) => problem.code !== 'program-failed') ?? told[0];
    if (first && first.problem.code !== 'program-failed') throw first;
    const why = first ? sentence(first.problem).replace(/\.$/, '') : 'its encryption ended too early';
    throw fail('report-failed', { why }, this.faults[0]);
  }

  private async write(bytes: Buffer): Promise<void> {
    await this.check();
    if (bytes.length === 0) return;
    // What was written last goes its way while the next piece is made; no more than that waits.
    await this.under;
    this.under = new Promise((resolve) => this.zstd.stdin.write(bytes, () => resolve()));
    await this.check();
  }

  private async store(chunk: Buffer): Promise<void> {
    try {
      if (this.size === 0 || this.size - this.looked >= LOOK) await this.look();
      this.hash.update(chunk);
      for (let at = 0; at < chunk.length; ) at += (await this.file.write(chunk, at)).bytesWritten;
      this.size += chunk.length;
    } catch (error) {
      throw error instanceof Failure ? error : ioFailure(error, this.options.partial, this.size);
    }
  }

  private async look(): Promise<void> {
    const { partial, spare } = this.options;
    const free = await freeOf(dirname(partial));
    this.looked = this.size;
    if (free < spare) throw fail('disk-full', { path: dirname(partial), needed: spare, free });
  }
}

/** Free bytes for whoever is not root: what is kept for root stays. */
export async function freeOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Ends with an error as soon as `signal` is aborted, also where the next piece never comes. */
async function* until(pieces: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  let end: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    end = () => reject(signal.reason);
  });
  aborted.catch(() => undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    const iterator = pieces[Symbol.asyncIterator]();
    for (let next = await Promise.race([iterator.next(), aborted]); !next.done; ) {
      yield next.value;
      next = await Promise.race([iterator.next(), aborted]);
    }
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function ioFailure(error: unknown, path: string, written = 0): Failure {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return fail('disk-full', { path: dirname(path), needed: written + LOOK, free: 0 }, error);
  return fail('report-failed', { why: `${path} cannot be written (${code ?? String(error)})` }, error);
}

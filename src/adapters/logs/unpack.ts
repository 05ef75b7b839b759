/**
 * Compressed files unpacked, so that they can be read from any place: each once for all who read it, into a file that
 * has no name any more when the first byte is written, and so is gone with this process at the latest.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Failure, fail } from '../../errors.ts';
import { run } from '../../run.ts';
import type { Compression } from './kind.ts';
import type { Opened } from './open.ts';

const GB = 1e9;
const programs: Record<Exclude<Compression, 'gzip'>, string> = { xz: 'xz', zstd: 'zstd', bzip2: 'bzip2' };

export interface SpoolLimits {
  /** Bytes that one file may unpack to. */
  most: number;
  /** Bytes of the disk that stay free: this many, or such a share of it where that is less. */
  free: number;
  freeShare: number;
  /** ms that an unpacked file is kept when nobody reads it. */
  unused: number;
}

const defaults: SpoolLimits = { most: 8 * GB, free: GB, freeShare: 0.1, unused: 60_000 };

export class Spools {
  private readonly spools = new Map<string, Spool>();

  constructor(
    private readonly folder: string,
    private readonly limits = defaults,
  ) {}

  /** The file unpacked, or being unpacked. Takes the file over; to be released. */
  take(name: string, file: Opened, compressed: Compression): Spool {
    const key = `${file.inode} ${file.size} ${file.changed}`;
    const known = this.spools.get(key);
    if (known) void file.handle.close();
    const spool = known ?? this.begun(key, name, file, compressed);
    spool.hold();
    return spool;
  }

  private begun(key: string, name: string, file: Opened, compressed: Compression): Spool {
    const spool: Spool = new Spool(name, file, compressed, this.folder, this.limits, () => {
      if (this.spools.get(key) === spool) this.spools.delete(key);
    });
    this.spools.set(key, spool);
    return spool;
  }
}

export class Spool {
  /** Bytes unpacked so far. */
  size = 0;
  isDone = false;
  /** Rejects with what spoiled it. */
  readonly done: Promise<void>;
  /** There is a file, though maybe nothing in it yet. */
  readonly started: Promise<void>;
  private onStart: () => void = () => undefined;
  private handle: FileHandle | undefined;
  private readonly abort = new AbortController();
  private holders = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly name: string,
    private readonly file: Opened,
    private readonly compressed: Compression,
    private readonly folder: string,
    private readonly limits: SpoolLimits,
    private readonly onEnd: () => void,
  ) {
    this.started = new Promise((resolve) => {
      this.onStart = resolve;
    });
    this.done = this.unpack();
    this.done.catch(() => undefined);
  }

  /** Of what is unpacked; as soon as there is any. */
  get fd(): number {
    return this.handle?.fd ?? -1;
  }

  hold(): void {
    this.holders += 1;
    clearTimeout(this.timer);
  }

  release(): void {
    this.holders -= 1;
    if (this.holders > 0) return;
    this.timer = setTimeout(() => void this.end(), this.limits.unused);
    this.timer.unref();
  }

  /** How much of the compressed file is done, 0 to 1; undefined where its program does not say. */
  get share(): number | undefined {
    if (this.isDone) return 1;
    return this.consumed === undefined ? undefined : Math.min(1, this.consumed / Math.max(1, this.file.size));
  }
  private consumed: number | undefined;

  private async end(): Promise<void> {
    this.onEnd();
    this.abort.abort();
    await this.done.catch(() => undefined);
    await this.handle?.close();
  }

  private async unpack(): Promise<void> {
    try {
      this.handle = await nameless(this.folder);
      const room = await this.room();
      this.onStart();
      await (this.compressed === 'gzip' ? this.gunzip(room) : this.filter(programs[this.compressed], room));
      this.isDone = true;
    } catch (error) {
      // The next one who asks tries again; what was written must not fill the disk until then.
      this.onEnd();
      await this.handle?.close();
      this.handle = undefined;
      if (error instanceof Failure) throw error;
      const why = `It cannot be unpacked: ${(error as Error).message}`;
      throw fail('log-unreadable', { name: this.name, why }, error);
    } finally {
      await this.file.handle.close();
    }
  }

  private async gunzip(room: Room): Promise<void> {
    const packed = createReadStream('', { fd: this.file.handle, autoClose: false, start: 0 });
    packed.on('data', () => {
      this.consumed = packed.bytesRead;
    });
    const unpacked = createGunzip({ chunkSize: 256 << 10 });
    const end = (error?: Error) => unpacked.destroy(error);
    packed.on('error', end);
    this.abort.signal.addEventListener('abort', () => end(new Error('given up')), { once: true });
    try {
      // No pipeline: that would let go of a chunk that is being written.
      for await (const chunk of packed.pipe(unpacked) as AsyncIterable<Buffer>) {
        room.check(this.size + chunk.length);
        await this.append(chunk);
      }
    } catch (error) {
      if (this.abort.signal.aborted || error instanceof Failure || this.size === 0) throw error;
      await this.append(Buffer.from(damaged((error as Error).message)));
    } finally {
      packed.destroy();
    }
  }

  /** The program writes to the file by itself: nothing of it passes through here. */
  private async filter(program: string, room: Room): Promise<void> {
    const { handle } = this;
    const over = new AbortController();
    let tooMuch: unknown;
    const watch = setInterval(() => {
      void handle?.stat().then(({ size }) => {
        this.size = size;
        try {
          room.check(size);
        } catch (error) {
          tooMuch = error;
          over.abort();
        }
      });
    }, 50);
    try {
      const signal = AbortSignal.any([this.abort.signal, over.signal]);
      const files = { from: this.file.handle.fd, to: this.fd };
      await run(program, ['-dcq'], { limit: Infinity, signal, files });
      await this.measure();
      room.check(this.size);
    } catch (error) {
      await this.measure();
      const isCut = error instanceof Failure && error.problem.code === 'program-failed' && this.size > 0;
      if (tooMuch || !isCut) throw tooMuch ?? error;
      await this.append(Buffer.from(damaged(`${program} says so`)));
    } finally {
      clearInterval(watch);
    }
  }

  private async measure(): Promise<void> {
    this.size = (await this.handle?.stat())?.size ?? 0;
  }

  private async append(chunk: Buffer): Promise<void> {
    await this.handle?.write(chunk, 0, chunk.length, this.size);
    this.size += chunk.length;
  }

  /** How much may be unpacked; the disk is asked once, before anything is written. */
  private async room(): Promise<Room> {
    const { bsize, bavail, blocks } = await statfs(this.folder);
    const free = bavail * bsize - Math.min(this.limits.free, blocks * bsize * this.limits.freeShare);
    const { folder, limits, name } = this;
    return {
      check(size) {
        if (size > limits.most)
          throw fail('log-unreadable', { name, why: `It unpacks to more than ${limits.most / GB} GB` });
        if (size > free) throw fail('disk-full', { path: folder, needed: size, free: Math.max(0, free) });
      },
    };
  }
}

interface Room {
  check(size: number): void;
}

const damaged = (why: string) => `\n(The compressed file is damaged from here on: ${why})\n`;

async function nameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `gatehouse-log-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600).catch((cause) => {
    const why = `nothing can be unpacked in ${folder} (${cause.code})`;
    throw fail('unavailable', { what: 'The compressed log', why }, cause);
  });
  await unlink(path);
  return handle;
}

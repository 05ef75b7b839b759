/**
 * A file that is watched: what is added to it, whatever is done to it meanwhile. Looked at five times a second, which
 * costs two system calls; inotify(7) would wake us at every write of a busy log, and hears nothing of some file systems.
 */
import { setTimeout as timer } from 'node:timers/promises';
import type { Call, LogEntry, LogNews, LogPattern, LogPlace } from '../../appliance.ts';
import { Failure, sentence } from '../../errors.ts';
import { Allowance } from './allowance.ts';
import { Bytes, gone, grain, lineStart } from './bytes.ts';
import { entryAt, type FilePlace, parsePlace } from './entry.ts';
import { type Opened, openIn } from './open.ts';
import { compressionOf, isIn, type LogOfFile, openFor } from './open-log.ts';
import { linesBefore } from './page.ts';
import { scan } from './workers.ts';

const EVERY = 200;
/** ms that a line may stay unfinished before it is told as far as it is. */
const UNFINISHED = 1000;
/** Bytes that are counted as lines at each look; beyond, their number is estimated. */
const COUNTED = 16 << 20;
/** Bytes before the place that was read up to: when they are others, it is another text. */
const KNOWN = 64;

interface Request {
  from: LogPlace;
  only?: LogPattern;
}

/** Ends when the signal is aborted, well. */
export async function followFile(log: LogOfFile, request: Request, call: Call<LogNews>): Promise<void> {
  const follower = new Follower(log, request, call);
  try {
    const grows = await follower.begin();
    while (!call.signal.aborted) {
      if (grows) await follower.look();
      await call.ready?.();
      await timer(EVERY, undefined, { signal: call.signal });
    }
  } catch (error) {
    if (!call.signal.aborted) throw error;
  } finally {
    await follower.end();
  }
}

class Follower {
  private file: Opened | undefined;
  /** Told up to here. */
  private offset = 0;
  private known: Buffer = Buffer.alloc(0);
  /** Of the line that is not finished: since when it is so long. */
  private unfinished = { size: 0, since: 0, told: 0 };
  private trouble: string | undefined;
  private readonly allowance = new Allowance();

  constructor(
    private readonly log: LogOfFile,
    private readonly request: Request,
    private readonly call: Call<LogNews>,
  ) {}

  /** False: nothing will ever be added to it. */
  async begin(): Promise<boolean> {
    const at = parsePlace(this.request.from);
    const opened = await openFor(this.log, typeof at === 'string' ? undefined : at);
    const compressed = await compressionOf(this.log.path, opened);
    this.file = opened;
    if (compressed) return false;
    const bytes = this.bytes(await this.size());
    this.offset = await beginning(bytes, at);
    await this.remember(bytes);
    return true;
  }

  async end(): Promise<void> {
    await this.file?.handle.close();
  }

  /** Tells what has come since the last look. */
  async look(): Promise<void> {
    const size = await this.size();
    if (this.file && (size < this.offset || !(await this.isSame(size)))) {
      this.call.progress({ kind: 'truncated' });
      this.offset = 0;
      this.unfinished = { size: 0, since: 0, told: 0 };
    }
    // Asked before the rest is read: who renames a file may still write to it for a moment.
    const next = await this.successor();
    if (this.file) await this.read(size, next !== undefined);
    if (next) await this.goOn(next, size);
  }

  private async size(): Promise<number> {
    return (await this.file?.handle.stat())?.size ?? 0;
  }

  private bytes(size: number): Bytes {
    return new Bytes(this.file?.handle.fd ?? -1, size, this.log.path, grain);
  }

  /** The file that has the name now, where that is another one. */
  private async successor(): Promise<Opened | undefined> {
    try {
      const now = await openIn(this.log.folder, this.log.path);
      if (this.trouble !== undefined) this.call.progress({ kind: 'resumed' });
      this.trouble = undefined;
      if (now.inode !== this.file?.inode) return now;
      await now.handle.close();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const why = sentence(error.problem);
      // Between renaming the old file and making the new one there is none: no news unless it stays so.
      if (this.trouble === undefined) this.trouble = '';
      else if (this.trouble === '') {
        this.trouble = why;
        this.call.progress({ kind: 'interrupted', why });
      }
    }
    return undefined;
  }

  private async goOn(next: Opened, seen: number): Promise<void> {
    const isQuiet = (await this.size()) === seen;
    if (!isQuiet) return next.handle.close();
    await this.file?.handle.close();
    this.file = next;
    this.offset = 0;
    this.known = Buffer.alloc(0);
    this.unfinished = { size: 0, since: 0, told: 0 };
    this.call.progress({ kind: 'rotated' });
    await this.read(next.size, false);
  }

  private async isSame(size: number): Promise<boolean> {
    if (this.known.length === 0 || size < this.offset) return true;
    const before = await this.bytes(size).slice(this.offset - this.known.length, this.offset);
    return before.equals(this.known);
  }

  private async remember(bytes: Bytes): Promise<void> {
    // A copy, as what it is cut from is a whole chunk.
    this.known = Buffer.from(await bytes.slice(Math.max(0, this.offset - KNOWN), this.offset));
  }

  /** `isLast`: nothing will be added to it. */
  private async read(size: number, isLast: boolean): Promise<void> {
    if (size <= this.offset) return;
    const bytes = this.bytes(size);
    const end = await this.tellable(bytes, isLast);
    if (end <= this.offset) return;
    const { lines, skipped } = this.request.only ? await this.filtered(bytes, end) : await this.newest(bytes, end);
    this.allowance.take(lines);
    if (lines.length > 0 || skipped > 0) this.call.progress({ kind: 'lines', lines, skipped });
    this.offset = end === size && !isLast ? await startOfUnfinished(bytes, end) : end;
    await this.remember(bytes);
  }

  /** Up to where lines are finished; or all, where the last one stays unfinished. */
  private async tellable(bytes: Bytes, isLast: boolean): Promise<number> {
    const start = await startOfUnfinished(bytes, bytes.size);
    if (isLast || start === bytes.size) return bytes.size;
    const now = performance.now();
    if (this.unfinished.size !== bytes.size) this.unfinished = { ...this.unfinished, size: bytes.size, since: now };
    const isDue = now - this.unfinished.since > UNFINISHED && this.unfinished.told !== bytes.size;
    if (isDue) this.unfinished.told = bytes.size;
    return isDue ? bytes.size : start;
  }

  private async newest(bytes: Bytes, end: number): Promise<{ lines: LogEntry[]; skipped: number }> {
    const inode = this.file?.inode ?? '';
    const lines = await linesBefore(
      { bytes, inode, signal: this.call.signal, ...this.allowance.now() },
      end,
      this.offset,
    );
    const first = lines[0] ? (parsePlace(lines[0].place) as FilePlace).start : end;
    return { lines, skipped: await this.countLines(bytes, first) };
  }

  /** Lines from where we are up to there. */
  private async countLines(bytes: Bytes, to: number): Promise<number> {
    const from = Math.max(this.offset, to - COUNTED);
    let count = 0;
    for (let at = await bytes.nextNewline(from, to); at >= 0; at = await bytes.nextNewline(at + 1, to)) count += 1;
    return from === this.offset ? count : Math.round((count * (to - this.offset)) / (to - from));
  }

  private async filtered(bytes: Bytes, to: number): Promise<{ lines: LogEntry[]; skipped: number }> {
    const { fd, name, size } = bytes;
    const { lines: most } = this.allowance.now();
    const patterns = this.request.only ? [this.request.only] : [];
    const job = {
      fd,
      name,
      size,
      from: this.offset,
      to,
      patterns,
      most,
      direction: 'older',
      counts: true,
      grain,
    } as const;
    const { spans, count } = await scan({ ...job, patterns }, { signal: this.call.signal });
    const lines = await Promise.all(
      spans.reverse().map(([start, end]) => entryAt(bytes, this.file?.inode ?? '', start, end)),
    );
    return { lines, skipped: count - lines.length };
  }
}

/** Where the watch begins: behind the line at that place; before it, where it was unfinished. */
async function beginning(bytes: Bytes, at: FilePlace | 'oldest' | 'newest'): Promise<number> {
  if (at === 'oldest') return 0;
  if (at === 'newest') return startOfUnfinished(bytes, bytes.size);
  if (!(await isIn(bytes, at))) throw gone(bytes.name);
  const isFinished = at.start === at.end || (await bytes.lastNewline(at.end - 1, at.end)) >= 0;
  return isFinished ? at.end : at.start;
}

/** The end, where the last line is finished. */
async function startOfUnfinished(bytes: Bytes, end: number): Promise<number> {
  if (end === 0 || (await bytes.lastNewline(end - 1, end)) >= 0) return end;
  return lineStart(bytes, end - 1);
}

/**
 * The bytes of an opened file, and where lines begin and end in them. Read by chunks of which a few are kept, so that
 * a file of any size and a line of any length take the same memory. Knows no paths, and nothing of patterns.
 */
import { read as readFile } from 'node:fs';
import { promisify } from 'node:util';
import { fail } from '../../errors.ts';

const read = promisify(readFile);
const NEWLINE = 10;
const kept = 4;

export interface Grain {
  /** Bytes of one reading. */
  chunk: number;
  /** A line that fills a whole block of this many bytes ends, and another begins, where such blocks begin. */
  block: number;
}

export const grain: Grain = { chunk: 64 << 10, block: 16 << 20 };

/** What was there when it was opened: `size` does not grow. */
export class Bytes {
  private readonly chunks = new Map<number, Promise<Buffer>>();

  /** `name`: for failures. */
  constructor(
    readonly fd: number,
    readonly size: number,
    readonly name: string,
    readonly grain: Grain,
  ) {}

  /** @throws Failure 'log-gone' where the file has become shorter */
  async slice(from: number, to: number): Promise<Buffer> {
    const { chunk } = this.grain;
    const first = Math.floor(from / chunk);
    const parts: Buffer[] = [];
    for (let at = first; at * chunk < to; at++) {
      const bytes = await this.chunk(at);
      parts.push(bytes.subarray(Math.max(0, from - at * chunk), Math.max(0, to - at * chunk)));
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Offset of the last newline in the range; -1: there is none. */
  async lastNewline(from: number, to: number): Promise<number> {
    const { chunk } = this.grain;
    for (let end = to; end > from; ) {
      const at = Math.floor((end - 1) / chunk);
      const begin = Math.max(from, at * chunk);
      const bytes = await this.chunk(at);
      const found = bytes.subarray(begin - at * chunk, end - at * chunk).lastIndexOf(NEWLINE);
      if (found >= 0) return begin + found;
      end = begin;
    }
    return -1;
  }

  /** Offset of the first newline in the range; -1: there is none. */
  async nextNewline(from: number, to: number): Promise<number> {
    const { chunk } = this.grain;
    for (let begin = from; begin < to; ) {
      const at = Math.floor(begin / chunk);
      const end = Math.min(to, (at + 1) * chunk);
      const bytes = await this.chunk(at);
      const found = bytes.subarray(begin - at * chunk, end - at * chunk).indexOf(NEWLINE);
      if (found >= 0) return begin + found;
      begin = end;
    }
    return -1;
  }

  private chunk(at: number): Promise<Buffer> {
    const known = this.chunks.get(at);
    if (known) return known;
    const { chunk } = this.grain;
    const bytes = this.read(at * chunk, Math.min(this.size, (at + 1) * chunk));
    this.chunks.set(at, bytes);
    for (const old of this.chunks.keys()) {
      if (this.chunks.size <= kept) break;
      this.chunks.delete(old);
    }
    return bytes;
  }

  private async read(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(to - from);
    if ((await readInto(this.fd, bytes, from)) < bytes.length) throw gone(this.name);
    return bytes;
  }
}

/** Fills the buffer from that place of the file; gives how many bytes there were. */
export async function readInto(fd: number, bytes: Buffer, from: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await read(fd, bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

export function gone(name: string) {
  return fail('log-gone', { name, why: 'It was emptied, or has become shorter than it was' });
}

/** Where the line with that byte begins. */
export async function lineStart(bytes: Bytes, offset: number): Promise<number> {
  const { block } = bytes.grain;
  const begin = offset - (offset % block);
  const newline = await bytes.lastNewline(begin, offset);
  if (newline >= 0 || begin === 0) return newline + 1;
  const end = begin + block;
  if (end <= bytes.size && (await bytes.nextNewline(offset, end)) < 0) return begin;
  const before = await bytes.lastNewline(begin - block, begin);
  return before < 0 ? begin - block : before + 1;
}

/** Where the line that begins there ends: behind its newline, or at the end of the file. */
export async function lineEnd(bytes: Bytes, start: number): Promise<number> {
  const { block } = bytes.grain;
  const end = start - (start % block) + block;
  const newline = await bytes.nextNewline(start, Math.min(end, bytes.size));
  if (newline >= 0) return newline + 1;
  if (end >= bytes.size) return bytes.size;
  const next = await bytes.nextNewline(end, Math.min(end + block, bytes.size));
  if (next >= 0) return next + 1;
  return end + block <= bytes.size ? end : bytes.size;
}

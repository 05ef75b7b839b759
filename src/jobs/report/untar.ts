/**
 * The reader of the archives that tar.ts writes: ustar with pax names, and nothing else. Each path is checked: what
 * leads out, or is no file, ends it.
 */
import { fail } from '../../errors.ts';

const BLOCK = 512;

export interface Entry {
  /** Relative, and without "..". */
  path: string;
  size: number;
  /** To be read before the next entry; what is not read is passed over. */
  content: AsyncIterable<Buffer>;
}

/** @throws Failure 'report-failed' */
export async function readTar(input: AsyncIterable<Buffer>, take: (entry: Entry) => Promise<void>): Promise<void> {
  const source = new Source(input);
  let longName: string | undefined;
  for (;;) {
    const header = await source.exactly(BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const { name, size, type } = parsed(header);
    if (type === 'x') {
      if (size > 1 << 16) throw broken('a name is too long');
      longName = paxPath((await source.exactly(size)).toString());
      await source.exactly(padding(size));
      continue;
    }
    if (type !== '0') throw broken(`it holds something that is no file (${JSON.stringify(type)})`);
    const path = safe(longName ?? name);
    longName = undefined;
    const content = source.part(size);
    await take({ path, size, content });
    for await (const _rest of content);
    await source.exactly(padding(size));
  }
  // Read to the end: only there age says that nothing is missing.
  await source.drain();
}

class Source {
  private held: Buffer = Buffer.alloc(0);
  private readonly iterator: AsyncIterator<Buffer>;

  constructor(input: AsyncIterable<Buffer>) {
    this.iterator = input[Symbol.asyncIterator]();
  }

  async exactly(size: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.part(size)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  part(size: number): AsyncIterable<Buffer> {
    let left = size;
    const next = async (): Promise<IteratorResult<Buffer>> => {
      if (left === 0) return { done: true, value: undefined };
      const piece = await this.upTo(left);
      left -= piece.length;
      return { done: false, value: piece };
    };
    // Leaving a loop over it does not end the source.
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async drain(): Promise<void> {
    while (!(await this.iterator.next()).done);
  }

  private async upTo(most: number): Promise<Buffer> {
    while (this.held.length === 0) {
      const next = await this.iterator.next();
      if (next.done) throw broken('it ends in the middle');
      this.held = next.value;
    }
    const piece = this.held.subarray(0, most);
    this.held = this.held.subarray(piece.length);
    return piece;
  }
}

function parsed(header: Buffer): { name: string; size: number; type: string } {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== Number.parseInt(header.toString('latin1', 148, 156), 8)) throw broken('a header is damaged');
  const text = (from: number, to: number) => header.toString('utf8', from, to).replace(/\0.*$/s, '');
  const size = Number.parseInt(text(124, 136), 8);
  if (!Number.isSafeInteger(size) || size < 0) throw broken('a header is damaged');
  return { name: text(0, 100), size, type: header.toString('latin1', 156, 157) };
}

function paxPath(records: string): string | undefined {
  return /^\d+ path=(.*)$/m.exec(records)?.[1];
}

function safe(path: string): string {
  const parts = path.split('/');
  const isOrdinary = parts.every((part) => !['', '.', '..'].includes(part));
  const isSafe = isOrdinary && !/[\p{Cc}\\]/u.test(path);
  if (!isSafe) throw broken('a path in it leads elsewhere');
  return path;
}

const padding = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;
const broken = (why: string) => fail('report-failed', { why });

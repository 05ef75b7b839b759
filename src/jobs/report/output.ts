/** What an item has, on its way into the archive: through the redaction, within its bound, noted for the manifest. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { problemOf, sentence } from '../../errors.ts';
import { type Printed, printed } from '../../run.ts';
import type { Archive } from './archive.ts';
import type { Item, ItemOutput } from './item.ts';
import { cleanJournal } from './journal-file.ts';
import type { Redaction } from './redact.ts';

/** A file of this many bytes is held in memory and so has its exact size; a larger one goes through in pieces. */
const SMALL = 4 << 20;
/** Bytes that one program may print. */
const PRINTED = 16 << 20;
const PIECE = 256 << 10;
/** Of the end of a file, where its first whole line is looked for. */
const HEAD = 64 << 10;

export class Output implements ItemOutput {
  written = 0;
  isCut = false;
  readonly notes: string[] = [];
  /** Programs and files that were asked for, and those that gave something. */
  private asked = 0;
  private given = 0;
  private readonly names = new Set<string>();

  constructor(
    private readonly item: Item,
    private readonly archive: Archive,
    private readonly redaction: Redaction,
    private readonly signal: AbortSignal,
  ) {}

  get room(): number {
    return Math.max(0, this.item.most - this.written);
  }

  /** Was there something to be asked, but nothing that answered? */
  get isEmpty(): boolean {
    return this.asked > 0 && this.given === 0 && this.written === 0;
  }

  text(file: string, content: string): Promise<void> {
    return this.bytes(file, Buffer.from(content));
  }

  json(file: string, value: unknown): Promise<void> {
    return this.text(file, `${JSON.stringify(value, null, 2)}\n`);
  }

  async bytes(file: string, content: Buffer): Promise<void> {
    this.signal.throwIfAborted();
    const path = this.path(file);
    const whole = this.redaction.bytes(content, path);
    const kept = whole.subarray(0, this.room);
    if (kept.length < whole.length) this.cut(`${file} is longer than its bound`);
    if (kept.length === 0 && whole.length > 0) return;
    this.written += kept.length;
    await this.archive.entry(path, kept);
  }

  async program(file: string, program: string, args: readonly string[], limit = 10_000): Promise<Printed | undefined> {
    this.asked += 1;
    const most = Math.min(this.room, PRINTED);
    if (most === 0) return void this.cut(`no room is left for ${file}`);
    try {
      const result = await printed(program, args, { limit, most, signal: this.signal });
      const said = result.stderr.trim();
      if (result.isTimedOut) this.note(`${program} did not end within ${limit / 1000} s`);
      else if (result.isCut) this.cut(`${program} printed more than ${most} bytes`);
      else if (result.exitCode !== 0)
        this.note(
          `${program} ended with code ${result.exitCode}${said ? `: ${said.split('\n').at(-1)?.slice(0, 200)}` : ''}`,
        );
      if (result.exitCode === 0 || result.bytes.length > 0) this.given += 1;
      // What was cut off may be the other half of a secret.
      const whole = result.isCut || result.isTimedOut ? result.bytes.lastIndexOf(10) + 1 : result.bytes.length;
      const printedWhole = result.bytes.subarray(0, whole);
      const errors = said && result.exitCode !== 0 ? `\n[standard error]\n${said}\n` : '';
      if (printedWhole.length > 0 || errors) await this.bytes(file, Buffer.concat([printedWhole, Buffer.from(errors)]));
      return result;
    } catch (error) {
      this.signal.throwIfAborted();
      this.note(sentence(problemOf(error, String(error))));
      return undefined;
    }
  }

  async file(file: string, path: string, most = this.room): Promise<void> {
    this.asked += 1;
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error) => {
      this.note(`${path}: ${error.code === 'ENOENT' ? 'there is none' : error.code}`);
    });
    if (!handle) return;
    try {
      const found = await handle.stat();
      if (!found.isFile()) return this.note(`${path}: no ordinary file`);
      const bound = Math.min(most, this.room);
      if (bound === 0) return this.cut(`no room is left for ${file}`);
      // Files of /proc and /sys have no size that they would tell.
      const size = found.size === 0 ? (await handle.readFile()).length : found.size;
      const cut = Math.max(0, size - bound);
      const head = await handle.read(Buffer.alloc(cut > 0 ? HEAD : 0), 0, cut > 0 ? HEAD : 0, cut);
      const from = cut + wholeFrom(head.buffer.subarray(0, head.bytesRead));
      if (from > 0) this.cut(`of ${file} only the last ${bound} bytes`);
      this.given += 1;
      const time = found.mtimeMs / 1000;
      const read: Read = (buffer, at) => handle.read(buffer, 0, buffer.length, at);
      if (size - from > SMALL) await this.stream(file, size - from, piecesOf(read, from, size, ring()), time);
      else await this.bytes(file, Buffer.concat(await all(piecesOf(read, from, size))));
    } finally {
      await handle.close();
    }
  }

  packets(file: string, path: string): Promise<void> {
    return this.inPlace(file, path, (handle, size, name) => {
      const read: Read = (buffer, at) => handle.read(buffer, 0, buffer.length, at);
      const pieces = piecesOf(read, 0, size);
      return { pieces: this.redaction.overwritten(pieces, name) };
    });
  }

  journal(file: string, path: string): Promise<void> {
    return this.inPlace(file, path, (handle, size, name) => cleanJournal(handle, size, this.redaction, name));
  }

  /** A file whose bytes keep their places. */
  private async inPlace(
    file: string,
    path: string,
    cleaned: (
      handle: FileHandle,
      size: number,
      name: string,
    ) => { pieces: AsyncIterable<Buffer>; damage?: () => string | undefined },
  ): Promise<void> {
    this.asked += 1;
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error) => {
      this.note(`${path}: ${error.code}`);
    });
    if (!handle) return;
    try {
      const { size, mtimeMs } = await handle.stat();
      if (size > this.room) return this.cut(`no room is left for ${file}`);
      const name = this.path(file);
      this.given += 1;
      this.written += size;
      const { pieces, damage } = cleaned(handle, size, name);
      const isWhole = await this.archive.entryOf(name, size, pieces, this.signal, 0, mtimeMs / 1000);
      const why = damage?.() ?? (isWhole ? undefined : 'it was not read to its end');
      if (why) this.cut(`${file}: ${why}; NUL stands there`);
    } finally {
      await handle.close();
    }
  }

  /** A text that comes in pieces, and may come out shorter: then line feeds follow. */
  private async stream(file: string, size: number, pieces: AsyncIterable<Buffer>, time: number): Promise<void> {
    const path = this.path(file);
    this.written += size;
    const isWhole = await this.archive.entryOf(path, size, this.cleaned(pieces, path), this.signal, 10, time);
    if (!isWhole) this.cut(`${file} was not read to its end`);
  }

  note(why: string): void {
    if (this.notes.length < 20) this.notes.push(why);
  }

  cut(why: string): void {
    this.isCut = true;
    this.note(why);
  }

  private async *cleaned(pieces: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
    const stream = this.redaction.stream(path);
    for await (const piece of pieces) yield* stream.push(piece);
    yield* stream.end();
  }

  /** In the archive; a name may hold a secret too, and nothing gets out of the item's folder. */
  private path(file: string): string {
    const parts = `${this.item.name}/${file}`.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    const path = parts.join('/').replace(/[\x00-\x1f\x7f]/g, '_');
    const name = this.redaction.text(path, 'names of files');
    let unique = name;
    for (let number = 2; this.names.has(unique); number += 1) unique = `${name}~${number}`;
    this.names.add(unique);
    return unique;
  }
}

/**
 * Where the end of a text can begin: with a line, and behind a private key whose beginning is cut off. What is before
 * could be the rest of a secret that is not known as one any more.
 */
export function wholeFrom(head: Buffer): number {
  if (head.length === 0) return 0;
  const text = head.toString('latin1');
  const end = text.search(/-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/);
  const begin = text.indexOf('-----BEGIN');
  const isInKey = end >= 0 && (begin < 0 || begin > end);
  const line = text.indexOf('\n', isInKey ? end : 0) + 1;
  return line > 0 ? line : head.length;
}

type Read = (buffer: Buffer, at: number) => Promise<{ bytesRead: number; buffer: Buffer }>;

/**
 * Buffers that are read into in turn, by `piecesOf`: one is being written to the archive, which takes a piece only when
 * the one before has gone; one is looked through; one is read into.
 */
const ring = () => Array.from({ length: 3 }, () => Buffer.allocUnsafe(PIECE));

/** From there up to `size`, the next being read meanwhile; less where the file has become shorter. */
async function* piecesOf(read: Read, from: number, size: number, buffers: Buffer[] = []): AsyncGenerator<Buffer> {
  let turn = 0;
  const begin = (at: number) => {
    if (at >= size) return undefined;
    const most = Math.min(PIECE, size - at);
    const buffer = buffers[turn++ % buffers.length]?.subarray(0, most) ?? Buffer.allocUnsafe(most);
    const reading = read(buffer, at);
    // Its failure is met in its turn, which may never come.
    reading.catch(() => undefined);
    return reading;
  };
  let at = from;
  for (let reading = begin(at); reading; ) {
    const { bytesRead, buffer } = await reading;
    if (bytesRead === 0) return;
    at += bytesRead;
    reading = begin(at);
    yield buffer.subarray(0, bytesRead);
  }
}

async function all(pieces: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const every: Buffer[] = [];
  for await (const piece of pieces) every.push(piece);
  return every;
}

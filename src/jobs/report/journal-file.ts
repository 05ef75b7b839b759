/**
 * A journal file without secrets, as a journal file of the same length: systemd's "Journal File Format" and
 * journal-def.h. Fields are looked at one by one, unpacked where they are packed, and overwritten in place where
 * something is secret in them, which journalctl reads as it reads any other. What is not understood is left out as
 * NUL, so nothing goes through unseen. Knows files only, no journald.
 */
import type { FileHandle } from 'node:fs/promises';
import { decompress } from 'fzstd';
import type { Redaction } from './redact.ts';

const HEADER = 240;
const OBJECT = 16;
const [DATA, FIELD] = [1, 2];
/** ENTRY, both hash tables, ENTRY_ARRAY and TAG hold numbers only. */
const numbers: ReadonlySet<number> = new Set([3, 4, 5, 6, 7]);
const [PACKED_ZSTD, PACKED] = [4, 7];
const COMPACT = 1 << 4;
/** Bytes of the file that are read at once, and the longest object that is looked into: a core dump is longer. */
const PIECE = 1 << 20;
const LONGEST = 16 << 20;
/** Bytes that a packed field may have unpacked. */
const UNPACKED = 64 << 20;

export interface CleanJournal {
  pieces: AsyncIterable<Buffer>;
  /** Where it stopped being understood; undefined: it was, to its end. Right when all pieces were read. */
  damage(): string | undefined;
}

/** @param size bytes that the pieces come to: the file's when it was looked at */
export function cleanJournal(file: FileHandle, size: number, redaction: Redaction, name: string): CleanJournal {
  let damage: string | undefined;
  const walk = async function* (): AsyncGenerator<Buffer> {
    const source = new Source(file, size);
    const header = await source.take(HEADER);
    if (header.toString('latin1', 0, 8) !== 'LPKSHHRH' || header.length < HEADER) {
      damage = 'it does not begin as a journal';
      return;
    }
    const begin = Number(header.readBigUInt64LE(88));
    const last = Number(header.readBigUInt64LE(136));
    const data = (header.readUInt32LE(12) & COMPACT) === 0 ? 64 : 72;
    if (begin < HEADER || begin > PIECE) {
      damage = 'its header is damaged';
      return;
    }
    yield header;
    yield await source.take(begin - HEADER);
    // What is added meanwhile is not looked at.
    while (source.at <= last && source.at + OBJECT <= size) {
      const at = source.at;
      const head = await source.take(OBJECT);
      const length = Number(head.readBigUInt64LE(8));
      if (head.length < OBJECT || length < OBJECT || at + length > size) {
        damage = `it is damaged from byte ${at} on`;
        return;
      }
      const whole = Math.min(length + padding(length), size - at) - OBJECT;
      const type = head[0] ?? 0;
      if (numbers.has(type)) {
        yield head;
        yield* source.through(whole);
      } else if ((type === DATA || type === FIELD) && whole <= LONGEST) {
        const object = Buffer.concat([head, await source.take(whole)]);
        clean(object.subarray(0, length), type === DATA ? data : 40, redaction, name);
        yield object;
      } else {
        // Too long to be looked into, or of a kind that is not known.
        const kept = type === DATA ? Math.min(data - OBJECT, whole) : 0;
        yield head;
        yield await source.take(kept);
        await source.skip(whole - kept);
        yield* zeros(whole - kept);
      }
    }
  };
  return { pieces: walk(), damage: () => damage };
}

/** Overwrites what is secret in the object's payload. */
function clean(object: Buffer, begin: number, redaction: Redaction, name: string): void {
  const payload = object.subarray(begin);
  if (payload.length === 0) return;
  const flags = object[1] ?? 0;
  if ((flags & PACKED) === 0) return void redaction.overwrite(payload, name);
  const text = flags & PACKED_ZSTD ? unpacked(payload) : undefined;
  if (text && !redaction.overwrite(text, name)) return;
  // As much of it as there is room for, no longer packed.
  object[1] = flags & ~PACKED;
  payload.fill(' ');
  (text ?? Buffer.from('MESSAGE=[packed in a way that could not be looked into, and removed]')).copy(payload);
  if (!text) redaction.count(name, 'packed field that could not be looked into');
}

function unpacked(payload: Buffer): Buffer | undefined {
  try {
    const size = contentSize(payload);
    if (size === undefined || size > UNPACKED) return undefined;
    return Buffer.from(decompress(payload));
  } catch {
    return undefined;
  }
}

/** As the frame's header has it (RFC 8878, 3.1.1.1); journald always writes it. */
function contentSize(frame: Buffer): number | undefined {
  if (frame.length < 6 || frame.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const descriptor = frame[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  if (at + 8 > frame.length) return undefined;
  switch (descriptor >> 6) {
    case 0:
      return isSingle ? frame[at] : undefined;
    case 1:
      return frame.readUInt16LE(at) + 256;
    case 2:
      return frame.readUInt32LE(at);
    default:
      return Number(frame.readBigUInt64LE(at));
  }
}

function* zeros(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= Math.min(left, PIECE)) yield Buffer.alloc(Math.min(left, PIECE));
}

const padding = (length: number) => (8 - (length % 8)) % 8;

/** The file from its beginning to its end, in any steps. */
class Source {
  /** Bytes that were taken. */
  at = 0;
  private held: Buffer = Buffer.alloc(0);

  constructor(
    private readonly file: FileHandle,
    private readonly size: number,
  ) {}

  /** So many bytes, its own copy; fewer only at the end. */
  async take(length: number): Promise<Buffer> {
    while (this.held.length < length) {
      const from = this.at + this.held.length;
      const most = Math.min(Math.max(PIECE, length - this.held.length), this.size - from);
      if (most <= 0) break;
      const { bytesRead, buffer } = await this.file.read(Buffer.allocUnsafe(most), 0, most, from);
      if (bytesRead === 0) break;
      this.held = Buffer.concat([this.held, buffer.subarray(0, bytesRead)]);
    }
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(taken.length);
    this.at += taken.length;
    return taken;
  }

  async *through(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      const piece = await this.take(Math.min(left, PIECE));
      if (piece.length === 0) return;
      left -= piece.length;
      yield piece;
    }
  }

  async skip(length: number): Promise<void> {
    for await (const _piece of this.through(length));
  }
}

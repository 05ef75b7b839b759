/**
 * Lines out of the engine's stream of a log, with time stamps (Docker Engine API, "Attach to a container", Stream
 * format): frames with an eight byte header each, or, where the container has a terminal, the bare bytes. Bounded,
 * whatever a line holds. Knows no requests.
 */
import { StringDecoder } from 'node:string_decoder';
import type { LogEntry } from '../../appliance.ts';
import { notUnderstood } from '../understood.ts';

/** Bytes kept of a line. */
const KEPT = 16 << 10;
/** "2026-11-21T11:10:29.079866893Z ", always with nine digits. */
const STAMP = 31;
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z $/;
const HEADER = 8;
const NEWLINE = 10;
const RETURN = 13;

export type Source = 'stdout' | 'stderr';

/** One line, decoded only when it is asked for: a watch may have to leave most of them out. */
export class RawLine {
  /** `bytes`: with its time stamp, without its newline. `dropped`: how many more there were. */
  constructor(
    private readonly bytes: Buffer,
    private readonly dropped: number,
    readonly source: Source,
  ) {}

  /** As the engine has it, to the nanosecond; such texts sort by time. */
  get at(): string {
    const text = this.bytes.toString('latin1', 0, STAMP);
    return stamp.test(text) ? text.slice(0, -1) : notUnderstood("the container's log", text);
  }

  isOfSameTime(other: RawLine): boolean {
    return this.bytes.compare(other.bytes, 0, STAMP, 0, STAMP) === 0;
  }

  get length(): number {
    return this.bytes.length;
  }

  entry(place: string): LogEntry {
    // What was cut within a character is left out.
    const text = new StringDecoder('utf8').write(this.bytes.subarray(STAMP));
    const whole = this.dropped > 0 ? text : this.bytes.toString('utf8', STAMP);
    const { at, source, dropped } = this;
    return {
      place,
      text: whole,
      ...(dropped > 0 ? { more: dropped } : {}),
      at: new Date(at).toISOString(),
      from: source,
      // Programs write to their standard error what they do: no word on how bad it is.
      priority: 6,
    };
  }
}

/** `terminal`: has the container one? Ends where the stream does, also in the middle of a line. */
export async function* linesOf(chunks: AsyncIterable<Buffer>, terminal: boolean): AsyncGenerator<RawLine[]> {
  const lines = terminal ? new Bare() : new Framed();
  for await (const chunk of chunks) {
    const found = lines.take(chunk);
    if (found.length > 0) yield found;
  }
  const rest = lines.end();
  if (rest.length > 0) yield rest;
}

/** A line as it comes together. */
class Assembler {
  private parts: Buffer[] = [];
  private kept = 0;
  private dropped = 0;
  private last: number | undefined;

  constructor(private readonly source: Source) {}

  get isEmpty(): boolean {
    return this.kept === 0;
  }

  add(bytes: Buffer): void {
    const taken = Math.min(bytes.length, KEPT + STAMP - this.kept);
    if (taken > 0) this.parts.push(bytes.subarray(0, taken));
    this.kept += taken;
    this.dropped += bytes.length - taken;
    this.last = bytes.at(-1) ?? this.last;
  }

  /** `less`: how many of the bytes were none of the line's. */
  finish(withoutReturn = false, less = 0): RawLine {
    const [first] = this.parts;
    const all = this.parts.length === 1 && first ? first : Buffer.concat(this.parts);
    const returns = withoutReturn && this.last === RETURN ? 1 : 0;
    const dropped = Math.max(0, this.dropped - less - returns);
    const line = new RawLine(returns && this.dropped === 0 ? all.subarray(0, -1) : all, dropped, this.source);
    this.parts = [];
    this.kept = 0;
    this.dropped = 0;
    this.last = undefined;
    return line;
  }
}

/** One frame is one message of the log driver: a line, or where that is longer than 16 KiB a part of one. */
class Framed {
  private readonly assemblers = { stdout: new Assembler('stdout'), stderr: new Assembler('stderr') };
  private header: Buffer = Buffer.alloc(0);
  private source: Source = 'stdout';
  /** Bytes of the frame that are still to come, and of its time stamp to leave out. */
  private left = 0;
  private skip = 0;

  take(chunk: Buffer): RawLine[] {
    const lines: RawLine[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (this.left === 0) {
        const needed = HEADER - this.header.length;
        this.header = Buffer.concat([this.header, chunk.subarray(at, at + needed)]);
        at += needed;
        if (this.header.length === HEADER) this.begin();
        continue;
      }
      const part = chunk.subarray(at, at + this.left);
      at += part.length;
      this.left -= part.length;
      const line = this.add(part);
      if (line) lines.push(line);
    }
    return lines;
  }

  end(): RawLine[] {
    return Object.values(this.assemblers)
      .filter((assembler) => !assembler.isEmpty)
      .map((assembler) => assembler.finish());
  }

  private begin(): void {
    const kind = this.header[0] ?? 0;
    if (kind > 2 || this.header[1] || this.header[2] || this.header[3])
      notUnderstood("the container's log", this.header.toString('hex'));
    this.source = kind === 2 ? 'stderr' : 'stdout';
    this.left = this.header.readUInt32BE(4);
    this.skip = this.assemblers[this.source].isEmpty ? 0 : STAMP;
    this.header = Buffer.alloc(0);
  }

  private add(part: Buffer): RawLine | undefined {
    const assembler = this.assemblers[this.source];
    const skipped = Math.min(this.skip, part.length);
    this.skip -= skipped;
    const isLast = this.left === 0 && part.at(-1) === NEWLINE;
    assembler.add(part.subarray(skipped, isLast ? part.length - 1 : part.length));
    return isLast ? assembler.finish() : undefined;
  }
}

/** What a terminal shows, with a time stamp before each message: within a long line before every 16 KiB of it. */
class Bare {
  private readonly assembler = new Assembler('stdout');
  private length = 0;

  take(chunk: Buffer): RawLine[] {
    const lines: RawLine[] = [];
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline < 0 ? chunk.length : newline;
      this.assembler.add(chunk.subarray(at, end));
      this.length += end - at;
      if (newline >= 0) lines.push(this.finish());
      at = end + 1;
    }
    return lines;
  }

  end(): RawLine[] {
    return this.length > 0 ? [this.finish()] : [];
  }

  private finish(): RawLine {
    const stamps = Math.floor(Math.max(0, this.length - STAMP - 1) / (KEPT + STAMP));
    this.length = 0;
    return this.assembler.finish(true, stamps * STAMP);
  }
}

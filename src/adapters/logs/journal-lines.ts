/** A program's output as lines that are no longer than is good: of longer ones the beginning and the end. Pure. */

const NEWLINE = 10;
/** Bytes of a line that is kept whole. */
const LONGEST = 1 << 20;
/** Of a longer one, at either end. */
const END = 16 << 10;

export type Line = { text: string } | { head: string; tail: string };

/** Takes bytes as they come, and gives the lines that are complete by then. */
export class LineSplitter {
  private parts: Buffer[] = [];
  private size = 0;
  private head: Buffer | undefined;

  constructor(private readonly longest = LONGEST) {}

  add(chunk: Uint8Array): Line[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Line[] = [];
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      this.take(bytes.subarray(from, at));
      lines.push(this.end());
      from = at + 1;
    }
    if (from < bytes.length) this.take(bytes.subarray(from));
    return lines;
  }

  private take(bytes: Buffer): void {
    this.parts.push(bytes);
    this.size += bytes.length;
    if (this.size <= this.longest) return;
    const all = Buffer.concat(this.parts);
    this.head ??= Buffer.from(all.subarray(0, END));
    this.parts = [Buffer.from(all.subarray(-END))];
    this.size = this.longest;
  }

  private end(): Line {
    const rest = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
    const head = this.head;
    this.parts = [];
    this.size = 0;
    this.head = undefined;
    return head ? { head: head.toString(), tail: rest.toString() } : { text: rest.toString() };
  }
}

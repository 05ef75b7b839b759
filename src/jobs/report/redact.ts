/**
 * Takes secrets out of bytes that come in pieces: those that are known by their value, and those that look like one.
 * What comes out is never longer than what went in. What was removed is counted, by kind and place; the values are
 * nowhere. How secrets look and are written lies in shapes.ts and known.ts.
 */
import { type KnownNeedle, type KnownSecret, needlesOf } from './known.ts';
import { type Search, searchFor } from './search.ts';
import { marks, type Span, spansAt, spansInLine, type Trigger, triggers } from './shapes.ts';

/** How often something was removed, and where; the value itself never. */
export interface Removal {
  /** Name of the file in the report. */
  file: string;
  /** "proxy password" */
  kind: string;
  count: number;
}

/** A line that is longer is taken in pieces of this many bytes … */
const LONGEST = 256 << 10;
/** … which overlap by this many: no secret is longer, but PEM. */
const OVERLAP = 16 << 10;
/** One that is still open at the end of what has come is waited for, up to this. */
const LONGEST_SECRET = 1 << 20;
/** Bytes of "-----BEGIN … PRIVATE KEY-----". */
const BORDER = 80;
/** A PEM key whose end is missing: what follows is kept again after so many bytes. */
const LONGEST_KEY = 64 << 10;
const MARKER = '[removed]';

type Wanted = KnownNeedle | Trigger;

/** Knows what is secret on this machine. */
export class Redaction {
  private readonly search: Search<Wanted>;
  private readonly words: KnownNeedle[];
  private readonly counted = new Map<string, Removal>();

  constructor(secrets: readonly KnownSecret[]) {
    const { long, words } = needlesOf(secrets);
    this.words = words;
    this.search = searchFor<Wanted>([...long, ...triggers]);
  }

  /** What was removed so far, by file and kind. */
  get removals(): Removal[] {
    return [...this.counted.values()].sort((a, b) => a.file.localeCompare(b.file) || a.kind.localeCompare(b.kind));
  }

  /** All of it at once. `file`: where it goes, for the list of removals. */
  bytes(given: Buffer, file: string): Buffer {
    const stream = this.stream(file);
    return Buffer.concat([...stream.push(given), ...stream.end()]);
  }

  text(given: string, file: string): string {
    return this.bytes(Buffer.from(given), file).toString();
  }

  stream(file: string): RedactingStream {
    return new RedactingStream(file, this);
  }

  /** Where secrets lie in these whole lines, in order and apart; and whether a PEM block begins somewhere. */
  look(bytes: Buffer): { spans: Span[]; hasPem: boolean } {
    const lines = new Lines(bytes);
    const found: Span[] = [];
    let hasPem = false;
    let looked: Line | undefined;
    const inLine = ({ from }: Line, spans: Span[]) => {
      for (const span of spans) found.push({ from: from + span.from, to: from + span.to, kind: span.kind });
    };
    this.search(bytes, (wanted, at) => {
      if ('kind' in wanted) return void found.push(...knownAt(bytes, wanted, at));
      if (wanted.use === 'pem') {
        hasPem = true;
        return;
      }
      const line = lines.around(at);
      // A line is looked at as a whole once, whatever stands in it.
      if (wanted.use === 'line' && line === looked) return;
      if (wanted.use === 'line') looked = line;
      inLine(line, spansAt(line.text, wanted, at - line.from));
    });
    for (const word of this.words)
      for (let at = bytes.indexOf(word.bytes); at >= 0; at = bytes.indexOf(word.bytes, at + 1))
        found.push(...knownAt(bytes, word, at));
    for (const mark of marks)
      for (let at = bytes.indexOf(mark); at >= 0; ) {
        const line = lines.around(at);
        inLine(line, spansInLine(line.text, mark));
        at = bytes.indexOf(mark, line.to);
      }
    return { spans: joined(found), hasPem };
  }

  /**
   * Bytes that keep their places, as those of packets: what is secret is overwritten. A secret that is longer than 16
   * KiB may be seen in part.
   */
  async *overwritten(pieces: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
    let held: Buffer = Buffer.alloc(0);
    for await (const piece of pieces) {
      const all = Buffer.concat([held, piece]);
      // Those that reach across are overwritten in both halves.
      this.overwrite(all, file);
      const cut = Math.max(0, all.length - OVERLAP);
      yield all.subarray(0, cut);
      held = all.subarray(cut);
    }
    yield held;
  }

  /** @returns whether there was any */
  overwrite(bytes: Buffer, file: string): boolean {
    const { spans, hasPem } = this.look(bytes);
    if (hasPem) spans.push(...keysIn(bytes));
    for (const { from, to, kind } of spans) {
      if (bytes.subarray(from, to).every((byte) => byte === 0x2a)) continue;
      bytes.fill('*', from, to);
      this.count(file, kind);
    }
    return spans.length > 0;
  }

  count(file: string, kind: string): void {
    const key = `${file}\n${kind}`;
    const before = this.counted.get(key) ?? { file, kind, count: 0 };
    this.counted.set(key, { ...before, count: before.count + 1 });
  }
}

/** One file on its way. Pieces may end anywhere. */
export class RedactingStream {
  private held: Buffer = Buffer.alloc(0);
  /** Bytes of a PEM key that were left out, while its end has not come. */
  private inKey = -1;
  private isSkipping = false;

  constructor(
    private readonly file: string,
    private readonly redaction: Redaction,
  ) {}

  /** In order; parts of what was given among them. */
  push(given: Buffer): Buffer[] {
    const piece = this.skipped(given);
    const first = this.held.length > 0 ? piece.indexOf(10) + 1 : 0;
    // The line that goes on is made whole alone, and all others are looked at where they are.
    if (first > 0) return [...this.pushed(piece.subarray(0, first)), ...this.pushed(piece.subarray(first))];
    return this.pushed(piece);
  }

  private pushed(piece: Buffer): Buffer[] {
    const all = this.held.length > 0 ? Buffer.concat([this.held, piece]) : piece;
    let whole = all.lastIndexOf(10) + 1;
    if (whole === 0) {
      if (all.length < LONGEST) {
        this.held = Buffer.from(all);
        return [];
      }
      whole = all.length - OVERLAP;
    }
    return this.take(all, whole, false);
  }

  /** Without the rest of a secret that is longer than can be held. */
  private skipped(piece: Buffer): Buffer {
    if (!this.isSkipping) return piece;
    const at = piece.indexOf(10);
    if (at < 0) return Buffer.alloc(0);
    this.isSkipping = false;
    return piece.subarray(at);
  }

  end(): Buffer[] {
    return this.take(this.held, this.held.length, true);
  }

  /** Gives what is before `cut` without secrets, and holds the rest. */
  private take(all: Buffer, cut: number, isLast: boolean): Buffer[] {
    // Whole lines are looked at alone; of a line that is cut the rest as well, for what goes across.
    const isWhole = isLast || all[cut - 1] === 10;
    const { spans, hasPem } = this.redaction.look(isWhole ? all.subarray(0, cut) : all);
    const end = isWhole ? cut : this.cutBefore(all, cut, spans);
    const out: Buffer[] = [];
    const keep = (bytes: Buffer) => out.push(hasPem || this.inKey >= 0 ? this.withoutKeys(bytes) : bytes);
    let at = 0;
    for (const span of spans) {
      if (span.from >= end) break;
      keep(all.subarray(at, span.from));
      if (this.inKey < 0) {
        this.redaction.count(this.file, span.kind);
        out.push(Buffer.from(marker(span.to - span.from)));
      }
      at = span.to;
    }
    if (at < end) keep(all.subarray(at, end));
    this.held = Buffer.from(all.subarray(Math.max(at, end)));
    return out.length > 1 ? [Buffer.concat(out)] : out;
  }

  /** A place near `cut` where nothing is cut in two that has to be seen whole. */
  private cutBefore(all: Buffer, cut: number, spans: readonly Span[]): number {
    const open = spans.at(-1)?.to === all.length ? spans.at(-1) : undefined;
    if (open && all.length < LONGEST_SECRET) return Math.min(cut, open.from);
    // Longer than any secret is: gone up to the end of the line.
    if (open) this.isSkipping = true;
    const border = all.indexOf('-----', Math.max(0, cut - BORDER));
    return border >= 0 && border < cut ? border : cut;
  }

  /** PEM goes over many lines, or stands in one with \n for their ends. */
  private withoutKeys(bytes: Buffer): Buffer {
    const out: Buffer[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      if (this.inKey < 0) {
        const begin = beginOfKey(rest);
        if (!begin) {
          out.push(rest);
          break;
        }
        out.push(rest.subarray(0, begin.from), Buffer.from(MARKER));
        this.redaction.count(this.file, 'private key');
        this.inKey = 0;
        rest = rest.subarray(begin.from + MARKER.length);
      }
      const end = endOfKey(rest);
      if (end < 0 && this.inKey + rest.length < LONGEST_KEY) {
        this.inKey += rest.length;
        break;
      }
      rest = rest.subarray(end < 0 ? LONGEST_KEY - this.inKey : end);
      this.inKey = -1;
    }
    return Buffer.concat(out);
  }
}

/** What is between the borders of private keys: those stay, for a piece that comes later and holds the other one. */
function keysIn(bytes: Buffer): Span[] {
  const found: Span[] = [];
  for (let at = 0; at < bytes.length; ) {
    const begin = beginOfKey(bytes.subarray(at));
    if (!begin) break;
    const from = at + begin.to;
    const end = bytes.indexOf('-----END ', from);
    at = end < 0 ? Math.min(from + LONGEST_KEY, bytes.length) : end;
    found.push({ from, to: at, kind: 'private key' });
  }
  return found;
}

function beginOfKey(bytes: Buffer): { from: number; to: number } | undefined {
  const found = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/.exec(bytes.toString('latin1'));
  return found ? { from: found.index, to: found.index + found[0].length } : undefined;
}

function endOfKey(bytes: Buffer): number {
  const at = bytes.indexOf('-----END ');
  if (at < 0) return -1;
  const [end = ''] = /-----END [A-Z0-9 ]{0,60}(?:-{1,5})?/.exec(bytes.subarray(at, at + 80).toString('latin1')) ?? [];
  return at + end.length;
}

/** As long as what it stands for, or shorter. */
function marker(length: number): string {
  return length >= MARKER.length ? MARKER : '****'.slice(0, length);
}

function knownAt(bytes: Buffer, { kind, bytes: needle, isWord, around }: KnownNeedle, at: number): Span[] {
  let [from, to] = [at, at + needle.length];
  if (isWord && (isWordByte(bytes[from - 1]) || isWordByte(bytes[to]))) return [];
  while (at - from < around && isBase64(bytes[from - 1])) from -= 1;
  while (to - at - needle.length < around && isBase64(bytes[to])) to += 1;
  return [{ from, to, kind }];
}

const isIn = (characters: RegExp) =>
  Uint8Array.from({ length: 256 }, (_, byte) => Number(characters.test(String.fromCharCode(byte))));
const wordBytes = isIn(/[A-Za-z0-9]/);
const base64Bytes = isIn(/[A-Za-z0-9+/_=-]/);
const isWordByte = (byte: number | undefined) => byte !== undefined && wordBytes[byte] === 1;
const isBase64 = (byte: number | undefined) => byte !== undefined && base64Bytes[byte] === 1;

/** In order; those that touch are one. */
function joined(spans: Span[]): Span[] {
  if (spans.length < 2) return spans;
  spans.sort((a, b) => a.from - b.from || b.to - a.to);
  const all: Span[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    if (last && span.from < last.to) last.to = Math.max(last.to, span.to);
    else all.push({ ...span });
  }
  return all;
}

interface Line {
  from: number;
  to: number;
  /** As latin1. */
  text: string;
}

/** The lines of a piece of text, of which few are asked for. */
class Lines {
  private last: Line = { from: 0, to: -1, text: '' };
  constructor(private readonly bytes: Buffer) {}

  /** The same one again while places in it are asked for. */
  around(at: number): Line {
    const { last, bytes } = this;
    if (at >= last.from && at <= last.to) return last;
    const end = bytes.indexOf(10, at);
    const from = at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1;
    const to = end < 0 ? bytes.length : end;
    this.last = { from, to, text: bytes.toString('latin1', from, to) };
    return this.last;
  }
}

/** A file's bytes as whole lines, window by window in either direction, the next two being read meanwhile. */
import { gone, readInto } from './bytes.ts';

const NEWLINE = 10;
/** Windows that are read while one is looked through. */
const AHEAD = 2;

export interface Range {
  fd: number;
  /** For failures. */
  name: string;
  from: number;
  to: number;
  direction: 'older' | 'newer';
  /** Bytes of a window. A longer line comes in pieces of such a length. */
  window: number;
  /** Bytes that two such pieces have in common: what is looked for must not be longer. Half of a window at most. */
  overlap: number;
}

/** Good until the next ones are asked for: the memory is read into again. */
export interface Lines {
  /** Where in the file they begin. */
  at: number;
  bytes: Buffer;
}

/** Bytes of the file in a buffer that has room for as many again: before them, or behind them where it goes backward. */
interface Window {
  at: number;
  buffer: Buffer;
  begin: number;
  end: number;
}

/** @throws Failure 'log-gone' where the file has become shorter */
export async function* wholeLines(range: Range): AsyncGenerator<Lines> {
  const joined = range.direction === 'newer' ? forwards(range) : backwards(range);
  for await (const window of windows(range)) {
    const lines = joined.with(window);
    if (lines.bytes.length > 0) yield lines;
  }
  const rest = joined.rest();
  if (rest.bytes.length > 0) yield rest;
}

interface Joined {
  /** Whole lines, or a piece of one that is longer than a window. */
  with(window: Window): Lines;
  rest(): Lines;
}

function forwards({ window: most, overlap, from }: Range): Joined {
  let kept: Lines = { at: from, bytes: Buffer.alloc(0) };
  return {
    with({ at, buffer, begin, end }) {
      kept.bytes.copy(buffer, begin - kept.bytes.length);
      const first = at - kept.bytes.length;
      const bytes = buffer.subarray(begin - kept.bytes.length, end);
      const newline = bytes.lastIndexOf(NEWLINE);
      const isLong = newline < 0 && bytes.length >= most;
      const given = isLong ? bytes.length : newline + 1;
      const next = isLong ? given - overlap : given;
      kept = { at: first + next, bytes: Buffer.from(bytes.subarray(next)) };
      return { at: first, bytes: bytes.subarray(0, given) };
    },
    rest: () => kept,
  };
}

function backwards({ window: most, overlap, from }: Range): Joined {
  let kept: Buffer = Buffer.alloc(0);
  return {
    with({ at, buffer, begin, end }) {
      kept.copy(buffer, end);
      const bytes = buffer.subarray(begin, end + kept.length);
      const newline = bytes.indexOf(NEWLINE);
      const isLong = newline < 0 && bytes.length >= most;
      const skipped = isLong ? 0 : newline < 0 ? bytes.length : newline + 1;
      kept = Buffer.from(bytes.subarray(0, isLong ? overlap : skipped));
      return { at: at + skipped, bytes: bytes.subarray(skipped) };
    },
    rest: () => ({ at: from, bytes: kept }),
  };
}

async function* windows({ fd, name, from, to, direction, window }: Range): AsyncGenerator<Window> {
  const isForward = direction === 'newer';
  let edge = isForward ? from : to;
  const next = async (buffer: Buffer): Promise<Window | undefined> => {
    if (isForward ? edge >= to : edge <= from) return undefined;
    const at = isForward ? edge : Math.max(from, edge - window);
    const length = isForward ? Math.min(window, to - edge) : edge - at;
    edge = isForward ? at + length : at;
    const begin = isForward ? window : 0;
    const end = begin + length;
    if ((await readInto(fd, buffer.subarray(begin, end), at)) < length) throw gone(name);
    return { at, buffer, begin, end };
  };
  const begun = (buffer: Buffer) => {
    const reading = next(buffer);
    // Awaited in its turn, which may never come.
    reading.catch(() => undefined);
    return reading;
  };
  const waiting = Array.from({ length: AHEAD + 1 }, () => begun(Buffer.allocUnsafe(2 * window)));
  for (let reading = waiting.shift(); reading; reading = waiting.shift()) {
    const one = await reading;
    if (!one) return;
    yield one;
    waiting.push(begun(one.buffer));
  }
}

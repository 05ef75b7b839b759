/** A file's bytes as whole lines, window by window in either direction, the next two being read meanwhile. */
import { gone, readInto } from './bytes.ts';

const NEWLINE = 10;

export interface Range {
  fd: number;
  /** For failures. */
  name: string;
  from: number;
  to: number;
  direction: 'older' | 'newer';
  /** Bytes of a window. A longer line comes in pieces of such a length. */
  window: number;
  /** Bytes that two such pieces have in common: what is looked for must not be longer. Less than half of a window. */
  overlap: number;
}

export interface Lines {
  /** Where in the file they begin. */
  at: number;
  bytes: Buffer;
}

/** @throws Failure 'log-gone' where the file has become shorter */
export async function* wholeLines(range: Range): AsyncGenerator<Lines> {
  const join = range.direction === 'newer' ? forwards(range) : backwards(range);
  for await (const window of ahead(range)) {
    const lines = join.add(window);
    if (lines.bytes.length > 0) yield lines;
  }
  const rest = join.rest();
  if (rest.bytes.length > 0) yield rest;
}

interface Join {
  /** Whole lines, or a piece of one that is longer than a window. */
  add(window: Lines): Lines;
  rest(): Lines;
}

function forwards({ window: most, overlap, from }: Range): Join {
  let kept: Lines = { at: from, bytes: Buffer.alloc(0) };
  return {
    add({ at, bytes }) {
      const joined = Buffer.concat([kept.bytes, bytes]);
      const begin = at - kept.bytes.length;
      const newline = joined.lastIndexOf(NEWLINE);
      const isLong = newline < 0 && joined.length >= most;
      const end = isLong ? joined.length : newline + 1;
      const next = isLong ? end - overlap : end;
      // A copy: the window is read into again.
      kept = { at: begin + next, bytes: Buffer.from(joined.subarray(next)) };
      return { at: begin, bytes: joined.subarray(0, end) };
    },
    rest: () => kept,
  };
}

function backwards({ window: most, overlap, from }: Range): Join {
  let kept: Buffer = Buffer.alloc(0);
  return {
    add({ at, bytes }) {
      const joined = Buffer.concat([bytes, kept]);
      const newline = joined.indexOf(NEWLINE);
      const isLong = newline < 0 && joined.length >= most;
      const begin = isLong ? 0 : newline < 0 ? joined.length : newline + 1;
      kept = Buffer.from(joined.subarray(0, isLong ? overlap : begin));
      return { at: at + begin, bytes: joined.subarray(begin) };
    },
    rest: () => ({ at: from, bytes: kept }),
  };
}

const AHEAD = 2;

async function* ahead({ fd, name, from, to, direction, window }: Range): AsyncGenerator<Lines> {
  const read = async (at: number, end: number): Promise<Lines> => {
    const bytes = Buffer.allocUnsafe(end - at);
    if ((await readInto(fd, bytes, at)) < bytes.length) throw gone(name);
    return { at, bytes };
  };
  let edge = direction === 'newer' ? from : to;
  const next = () => {
    if (direction === 'newer' ? edge >= to : edge <= from) return undefined;
    const [at, end] =
      direction === 'newer' ? [edge, Math.min(to, edge + window)] : [Math.max(from, edge - window), edge];
    edge = direction === 'newer' ? end : at;
    const reading = read(at, end);
    // Awaited in its turn, which may never come.
    reading.catch(() => undefined);
    return reading;
  };
  const waiting = Array.from({ length: AHEAD + 1 }, next).filter((reading) => reading !== undefined);
  for (let reading = waiting.shift(); reading; reading = waiting.shift()) {
    yield await reading;
    const another = next();
    if (another) waiting.push(another);
  }
}

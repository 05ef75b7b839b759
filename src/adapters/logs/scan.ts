/** Looks through a part of a file for lines that hold patterns. Runs in a worker; knows nothing of that. */
import type { LogPattern } from '../../appliance.ts';
import { Bytes, type Grain, lineEnd, lineStart } from './bytes.ts';
import { matcherOf, type Span } from './pattern.ts';
import { type Lines, wholeLines } from './windows.ts';

export interface ScanJob {
  fd: number;
  /** For failures. */
  name: string;
  /** Of the file, as it was opened. */
  size: number;
  /** Where a line begins, and where one ends. */
  from: number;
  to: number;
  direction: 'older' | 'newer';
  /** All of them; none: every line. */
  patterns: LogPattern[];
  /** Lines that are given. */
  most: number;
  /** Look through all of it even when so many are found: to count. */
  counts: boolean;
  /** ms after which it gives what it has. */
  patience?: number;
  grain: Grain;
}

export interface Found {
  /** Of lines, in the order of the direction. */
  spans: Span[];
  count: number;
  /** Where it stopped looking: lines from there on, in the direction, were not looked at. */
  reached: number;
}

export interface Watcher {
  /** Between pieces of work. */
  beat(): void;
  isStopped(): boolean;
  /** Matching begins, or ends. */
  matching(isOn: boolean): void;
  tell(found: { count: number; reached: number }): void;
}

const WINDOW = 1 << 20;
/** Of pieces of lines that are longer than a window. */
const OVERLAP = 8 << 10;

/** @throws Failure 'log-gone', 'bad-pattern' */
export async function scanFile(job: ScanJob, watcher: Watcher, window = WINDOW): Promise<Found> {
  const { from, to, direction, most, counts, patience = Infinity } = job;
  const matcher = matcherOf(job.patterns);
  const bytes = new Bytes(job.fd, job.size, job.name, job.grain);
  const isOlder = direction === 'older';
  const found: Found = { spans: [], count: 0, reached: isOlder ? to : from };
  const started = performance.now();
  const overlap = Math.min(OVERLAP, window >> 1);
  // A line that comes in pieces is found once.
  let last = found.reached;
  for await (const lines of wholeLines({ ...job, window, overlap })) {
    if (watcher.isStopped()) return found;
    watcher.matching(true);
    const spans = matcher.spans(lines.bytes, () => watcher.beat());
    watcher.matching(false);
    for (const span of isOlder ? spans.reverse() : spans) {
      const [start, end] = await wholeLine(bytes, lines, span);
      if (isOlder ? end > last : start < last) continue;
      last = isOlder ? start : end;
      found.count += 1;
      if (found.spans.length < most) found.spans.push([start, end]);
      if (found.count >= most && !counts) return { ...found, reached: last };
    }
    found.reached = isOlder ? lines.at : lines.at + lines.bytes.length;
    watcher.tell(found);
    if (performance.now() - started > patience) return found;
  }
  return { ...found, reached: isOlder ? from : to };
}

/** What lies at the edge of the lines may be a piece of one. */
async function wholeLine(bytes: Bytes, lines: Lines, [start, end]: Span): Promise<Span> {
  const begin = start > 0 ? lines.at + start : await lineStart(bytes, lines.at);
  return [begin, end < lines.bytes.length ? lines.at + end : await lineEnd(bytes, begin)];
}

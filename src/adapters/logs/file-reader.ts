/** A file as a log: each request opens it, and closes it behind itself. */
import type { Call, LogEntry, LogPage, LogPattern, LogSearchNews } from '../../appliance.ts';
import { type Bytes, lineEnd } from './bytes.ts';
import { entryAt, type FilePlace, parsePlace, placeOf } from './entry.ts';
import { followFile } from './follow.ts';
import { type LogOfFile, type OpenLog, openLog } from './open-log.ts';
import { linesBefore, linesBehind } from './page.ts';
import type { LogReader } from './reader.ts';
import type { ScanJob } from './scan.ts';
import { scan } from './workers.ts';

type PageRequest = Parameters<LogReader['page']>[0];
type Direction = PageRequest['direction'];

/** ms after which a page answers with what it has. */
const PATIENCE = 2000;
/** Characters of a page that was looked for, as of any other. */
const MOST = 4 << 20;

export function fileReader(log: LogOfFile): LogReader {
  return {
    page: (request, signal) => page(log, request, signal),
    async search({ from, direction, pattern, only }, call) {
      return withLog(log, from, whenUnpacked(call), async (open, edge) => {
        const job = jobOf(open, await edge(direction), direction, [pattern, only], 1);
        const [span] = (await scan(job, { signal: call.signal, tell: tellShare(job, call) })).spans;
        return span ? { found: await entryAt(open.bytes, open.inode, ...span) } : {};
      });
    },
    async count({ pattern, only }, call) {
      return withLog(log, 'oldest', whenUnpacked(call), async (open) => {
        const job = { ...jobOf(open, 0, 'newer', [pattern, only], 0), counts: true };
        const { count } = await scan(job, { signal: call.signal, tell: tellShare(job, call) });
        return { found: count };
      });
    },
    follow: (request, call) => followFile(log, request, call),
  };
}

/** Resolves when all is unpacked; to false where that was not waited for. */
type Wait = (unpacking: NonNullable<OpenLog['unpacking']>) => Promise<boolean>;
/** Where the looking begins. */
type Edge = (direction: Direction) => Promise<number>;

class NotUnpacked extends Error {
  constructor(readonly share: number | undefined) {
    super('not unpacked');
  }
}

async function withLog<T>(
  log: LogOfFile,
  from: string,
  wait: Wait,
  work: (open: OpenLog, edge: Edge) => Promise<T>,
): Promise<T> {
  const at = parsePlace(from);
  const open = await openLog(log, typeof at === 'string' ? undefined : at);
  try {
    if (!open.unpacking) return await work(open, (direction) => edgeOf(open.bytes, at, direction));
    if (!(await wait(open.unpacking))) throw new NotUnpacked(open.unpacking.share());
  } finally {
    await open.close();
  }
  return withLog(log, from, wait, work);
}

async function edgeOf(bytes: Bytes, at: FilePlace | 'oldest' | 'newest', direction: Direction): Promise<number> {
  if (typeof at === 'string') return at === 'oldest' ? 0 : bytes.size;
  if (direction === 'older' || at.start === at.end) return at.start;
  // A line that was unfinished, and is longer now, comes again.
  return (await lineEnd(bytes, at.start)) > at.end && (await bytes.lastNewline(at.end - 1, at.end)) < 0
    ? at.start
    : at.end;
}

async function page(log: LogOfFile, request: PageRequest, signal: AbortSignal): Promise<LogPage> {
  try {
    return await withLog(log, request.from, atMost(PATIENCE, signal), async (open, edge) => {
      const from = await edge(request.direction);
      const isBehind = request.direction === 'newer' && from === open.bytes.size;
      const isRotated = isBehind && !/^(old|new)est$/.test(request.from) && (await goesOn(log, open));
      return isRotated ? page(log, { ...request, from: 'oldest' }, signal) : pageOf(open, from, request, signal);
    });
  } catch (error) {
    if (!(error instanceof NotUnpacked)) throw error;
    const { share } = error;
    return { lines: [], isEnd: false, reached: request.from, ...(share === undefined ? {} : { share }) };
  }
}

/** The file was rotated away: the log goes on in the one that has its name now. */
async function goesOn(log: LogOfFile, { inode }: OpenLog): Promise<boolean> {
  const now = await openLog(log).catch(() => undefined);
  await now?.close();
  return now !== undefined && now.inode !== inode;
}

async function pageOf(open: OpenLog, edge: number, request: PageRequest, signal: AbortSignal): Promise<LogPage> {
  const { bytes, inode } = open;
  const { direction, lines: most, only } = request;
  if (only) return filtered(open, edge, { direction, most, only }, signal);
  const pages = { bytes, inode, lines: most, signal };
  const lines = await (direction === 'older' ? linesBefore(pages, edge) : linesBehind(pages, edge));
  const [first, last] = [spanOf(lines[0]), spanOf(lines.at(-1))];
  const isEnd = direction === 'older' ? (first?.start ?? edge) === 0 : (last?.end ?? edge) >= bytes.size;
  return { lines, isEnd, share: shareOf(first?.start ?? edge, bytes), size: bytes.size };
}

async function filtered(
  open: OpenLog,
  edge: number,
  { direction, most, only }: { direction: Direction; most: number; only: LogPattern },
  signal: AbortSignal,
): Promise<LogPage> {
  const { bytes, inode } = open;
  const job = { ...jobOf(open, edge, direction, [only], most), patience: PATIENCE };
  const { spans, reached } = await scan(job, { signal });
  const lines: LogEntry[] = [];
  let length = 0;
  for (const [start, end] of spans) {
    if (length > MOST) break;
    const entry = await entryAt(bytes, inode, start, end);
    lines.push(entry);
    length += entry.text.length;
  }
  const isAll = lines.length === spans.length;
  const isEnd = isAll && reached === (direction === 'older' ? 0 : bytes.size);
  const isCut = isAll && !isEnd && lines.length < most;
  if (direction === 'older') lines.reverse();
  return {
    lines,
    isEnd,
    ...(isCut ? { reached: placeOf({ inode, start: reached, end: reached }) } : {}),
    share: shareOf(spanOf(lines[0])?.start ?? reached, bytes),
    size: bytes.size,
  };
}

function spanOf(entry: LogEntry | undefined): FilePlace | undefined {
  const place = entry && parsePlace(entry.place);
  return typeof place === 'string' ? undefined : place;
}

const shareOf = (offset: number, { size }: Bytes) => (size === 0 ? 0 : offset / size);

function jobOf(
  { bytes }: OpenLog,
  edge: number,
  direction: Direction,
  patterns: (LogPattern | undefined)[],
  most: number,
): ScanJob {
  const { fd, name, size, grain } = bytes;
  const [from, to] = direction === 'older' ? [0, edge] : [edge, size];
  const given = patterns.filter((pattern) => pattern !== undefined);
  return { fd, name, size, from, to, direction, patterns: given, most, counts: false, grain };
}

function tellShare({ from, to, direction }: ScanJob, { progress }: Call<LogSearchNews>) {
  return ({ count, reached }: { count: number; reached: number }) => {
    const done = direction === 'older' ? to - reached : reached - from;
    progress({ share: done / Math.max(1, to - from), found: count });
  };
}

function atMost(patience: number, signal: AbortSignal): Wait {
  return ({ done }) => settled(done, patience, signal);
}

const NEWS_EVERY = 250;

function whenUnpacked({ signal, progress }: Call<LogSearchNews>): Wait {
  return async ({ done, share }) => {
    while (!(await settled(done, NEWS_EVERY, signal))) {
      const now = share();
      // Unpacking is the first half, as far as anybody can say.
      progress({ ...(now === undefined ? {} : { share: now / 2 }), found: 0 });
    }
    return true;
  };
}

/** False where it took longer. */
async function settled(done: Promise<void>, patience: number, signal: AbortSignal): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const late = new Promise<false>((resolve, reject) => {
    timer = setTimeout(() => resolve(false), patience);
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

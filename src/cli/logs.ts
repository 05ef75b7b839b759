/** `gatehouse logs …`. */
import type {
  LogEntry,
  LogNews,
  LogPage,
  LogPageRequest,
  LogSearchNews,
  LogSearchRequest,
  LogSource,
} from '../appliance.ts';
import { harmless } from '../values/harmless.ts';
import { exits } from './exit.ts';
import { type PatternOptions, patternOf, type SourceOptions, sourceOf } from './log-source.ts';
import type { Context } from './options.ts';
import { table } from './table.ts';

/** Lines that are asked for at once. */
const PAGE = 1000;

export async function files({ appliance, output, signal }: Context): Promise<number> {
  const found = await appliance.logs.files({}, { signal });
  const rows = found.map(({ path, size, changedAt, compressed, unreadable }) => {
    return [path, `${size}`, changedAt.slice(0, 19).replace('T', ' '), compressed ?? unreadable ?? ''];
  });
  output.text(rows.length > 0 ? table([['FILE', 'BYTES', 'CHANGED (UTC)', ''], ...rows]) : 'There are no log files.');
  output.value(found);
  return exits.done;
}

export async function units({ appliance, output, signal }: Context): Promise<number> {
  const names = await appliance.logs.units({}, { signal });
  output.text(names.map((name) => harmless(name)).join('\n'));
  output.value(names);
  return exits.done;
}

export type ShowOptions = SourceOptions & PatternOptions & { lines: number; oldest?: true; follow?: true };

export async function show(context: Context, file: string | undefined, options: ShowOptions): Promise<number> {
  const { output } = context;
  const [source, only] = [sourceOf(file, options), patternOf(options)];
  const { oldest: isOldest, lines: most, follow: goesOn } = options;
  const [from, direction] = isOldest ? (['oldest', 'newer'] as const) : (['newest', 'older'] as const);
  const pages = await taken(context, { source, from, direction, lines: most, ...(only ? { only } : {}) });
  const lines = (isOldest ? pages : pages.reverse()).flatMap((page) => page.lines);
  if (lines.length > 0) output.text(lines.map((line) => lineText(line, source)).join('\n'));
  else if (!goesOn) output.text(only ? 'No line holds that.' : 'There are no lines.');
  output.value({ lines });
  if (!goesOn) return exits.done;
  const last = lines.at(-1)?.place ?? from;
  const progress = (news: LogNews) => {
    output.text(newsText(news, source));
    output.value(news);
  };
  await context.appliance.logs.follow(
    { source, from: last, ...(only ? { only } : {}) },
    { signal: context.signal, progress },
  );
  return exits.done;
}

export type FindOptions = SourceOptions & { regex?: true; case?: boolean; limit: number; oldest?: true };

/** The lines that hold it, each as soon as it is found. */
export async function search(
  context: Context,
  text: string,
  file: string | undefined,
  { regex: isRegular, case: matchCase, limit, oldest: isOldest, ...options }: FindOptions,
): Promise<number> {
  const { output } = context;
  const source = sourceOf(file, options);
  const only = { text, regular: isRegular === true, ...(matchCase === undefined ? {} : { matchCase }) };
  const [from, direction] = isOldest ? (['oldest', 'newer'] as const) : (['newest', 'older'] as const);
  const tell = ({ lines }: LogPage) => {
    const inOrder = isOldest ? lines : [...lines].reverse();
    if (lines.length > 0) output.text(inOrder.map((line) => lineText(line, source)).join('\n'));
  };
  const pages =
    limit === 1
      ? [await next(context, { source, from, direction, pattern: only }, tell)]
      : await taken(context, { source, from, direction, lines: limit, only }, tell);
  const found = pages.flatMap(({ lines }) => (isOldest ? lines : [...lines].reverse()));
  const isAll = pages.at(-1)?.isEnd === true;
  output.value({ lines: found, isAll });
  if (found.length === 0) output.text('No line holds that.');
  else if (!isAll) output.text(`(${limit} lines; there may be more: --limit)`);
  return found.length > 0 ? exits.done : exits.absent;
}

/** As a page: the first line that holds it, by the search that looks for one and stops there. */
async function next(
  { appliance, signal }: Context,
  request: LogSearchRequest,
  tell: (page: LogPage) => void,
): Promise<LogPage> {
  const { found } = await appliance.logs.search(request, { signal });
  const page = { lines: found ? [found] : [], isEnd: !found };
  tell(page);
  return page;
}

/** How many lines hold it. */
export async function count(
  { appliance, output, signal }: Context,
  text: string,
  file: string | undefined,
  { regex: isRegular, case: matchCase, ...options }: Omit<FindOptions, 'limit'>,
): Promise<number> {
  const pattern = { text, regular: isRegular === true, ...(matchCase === undefined ? {} : { matchCase }) };
  const progress = (news: LogSearchNews) => output.value(news);
  const { found } = await appliance.logs.count({ source: sourceOf(file, options), pattern }, { signal, progress });
  output.text(String(found));
  output.value({ found });
  return exits.done;
}

/** Pages from there on, until there are so many lines, or no more. */
async function taken(
  { appliance, signal }: Context,
  { lines: most, ...request }: LogPageRequest,
  tell: (page: LogPage) => void = () => undefined,
): Promise<LogPage[]> {
  const pages: LogPage[] = [];
  let { from } = request;
  let isEnd = false;
  for (let left = most; left > 0 && !isEnd; ) {
    const page = await appliance.logs.page({ ...request, from, lines: Math.min(PAGE, left) }, { signal });
    pages.push(page);
    tell(page);
    const edge = request.direction === 'older' ? page.lines[0] : page.lines.at(-1);
    const next = page.reached ?? edge?.place;
    left -= page.lines.length;
    isEnd = page.isEnd || next === undefined;
    from = next ?? from;
  }
  return pages;
}

function lineText({ text, more, at, from }: LogEntry, { kind }: LogSource): string {
  const rest = more === undefined ? '' : `… (${more} more characters)`;
  const begin =
    kind === 'file' || at === undefined ? '' : kind === 'journal' ? `${at} ${harmless(from ?? '-')}: ` : `${at} `;
  return `${begin}${harmless(text)}${rest}`;
}

function newsText(news: LogNews, source: LogSource): string {
  switch (news.kind) {
    case 'lines': {
      const skipped = news.skipped > 0 ? [`(${news.skipped} lines came too fast and are left out)`] : [];
      return [...skipped, ...news.lines.map((line) => lineText(line, source))].join('\n');
    }
    case 'rotated':
      return '(the log goes on in a new file)';
    case 'truncated':
      return '(the log was emptied, and begins anew)';
    case 'interrupted':
      return `(nothing can be read for now: ${harmless(news.why)})`;
    case 'resumed':
      return '(it can be read again)';
  }
}

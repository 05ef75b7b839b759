/** `gatehouse report items`, `make`, `list`, `cancel`, `remove` and `save`. */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { ItemState, Report, ReportJob, ReportsState } from '../appliance.ts';
import { Failure, fail, sentence } from '../errors.ts';
import { harmless } from '../values/harmless.ts';
import { exitOf, exits } from './exit.ts';
import type { Context } from './options.ts';

export interface MakeOptions {
  items?: string[];
  wait: boolean;
}

const PIECE = 1 << 20;

export async function items({ appliance, output, signal }: Context): Promise<number> {
  const all = await appliance.report.items({}, { signal });
  const width = Math.max(...all.map(({ name }) => name.length));
  const rows = all.map(({ name, title, about, estimate, absent, seconds, most }) => {
    const bounds =
      absent ?? `${estimate === undefined ? '' : `about ${size(estimate)}, `}at most ${size(most)} in ${seconds} s`;
    return `${name.padEnd(width)}  ${title}: ${about} (${bounds})`;
  });
  output.text(rows.join('\n'));
  output.value(all);
  return exits.done;
}

export async function make(context: Context, { items: chosen, wait }: MakeOptions): Promise<number> {
  const { appliance, output, signal, isOwn } = context;
  const state = await appliance.report.start(chosen ? { items: chosen } : {}, { signal });
  // The lab's appliance, and its report, end with this command.
  if (wait || isOwn) return follow(context, state);
  output.text('The report is being made. See: gatehouse report list');
  output.value(state);
  return exits.done;
}

/** Until it has ended, well or not. */
async function follow(context: Context, begun: ReportsState): Promise<number> {
  const { appliance, output, signal, isOwn } = context;
  const id = begun.job?.id;
  const over = new AbortController();
  const told = new Set<string>();
  const tell = (all: readonly ItemState[]) => {
    for (const item of all) {
      if (told.has(item.name) || ['waiting', 'running', 'left out'].includes(item.outcome)) continue;
      told.add(item.name);
      output.text(itemText(item));
    }
  };
  let last = begun;
  const progress = (state: ReportsState) => {
    last = state;
    if (state.job?.id !== id) return over.abort();
    tell(state.job?.items ?? []);
    output.value({ job: state.job });
  };
  await appliance.report.watch({}, { signal: AbortSignal.any([signal, over.signal]), progress });
  if (!over.signal.aborted) {
    output.text(
      isOwn
        ? 'The lab ends with this command, and the report with it.'
        : 'No longer watching; the report is made all the same.',
    );
    return exits.interrupted;
  }
  const made = last.kept.find(({ at }) => at === begun.job?.startedAt);
  if (!made) throw new Failure(last.ended?.problem ?? fail('aborted', {}).problem);
  tell(made.items);
  output.text(`${reportText(made)}\nSHA-256 ${made.sha256}`);
  output.value({ report: made });
  return exits.done;
}

export async function list({ appliance, output, signal }: Context): Promise<number> {
  const state = await appliance.report.read({}, { signal });
  if (state.job) output.text(jobText(state.job));
  if (state.ended)
    output.text(`The last one that was not completed, ${state.ended.at}: ${sentence(state.ended.problem)}`);
  output.text(state.kept.length === 0 ? 'No report is kept.' : state.kept.map(reportText).join('\n'));
  output.value(state);
  return exits.done;
}

export async function cancel({ appliance, output, signal }: Context): Promise<number> {
  const { job } = await appliance.report.read({}, { signal });
  const state = await appliance.report.cancel({}, { signal });
  output.text(job ? 'The report is cancelled; nothing of it stays.' : 'No report is being made.');
  output.value(state);
  return exits.done;
}

export async function remove({ appliance, output, signal }: Context, name: string): Promise<number> {
  const state = await appliance.report.remove({ name }, { signal });
  output.text(`${name} is removed.`);
  output.value(state);
  return exits.done;
}

/** The copy is there as a whole, and the report's, or not at all. */
export async function save({ appliance, output, signal }: Context, name: string, path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw fail(
      'bad-value',
      { field: 'file', why: `${path} cannot be made (${error.code})`, right: 'a new file in a folder of yours' },
      error,
    );
  });
  try {
    const hash = createHash('sha256');
    let report: Report | undefined;
    for (let at = 0; report === undefined || at < report.size; ) {
      const piece = await appliance.report.fetch({ name, from: at, most: PIECE }, { signal });
      const bytes = Buffer.from(piece.data, 'base64');
      report = piece.report;
      if (bytes.length === 0 && at < report.size) break;
      hash.update(bytes);
      await file.writeFile(bytes);
      at += bytes.length;
    }
    await file.sync();
    if (!report || hash.digest('hex') !== report.sha256)
      throw fail('report-failed', { why: 'the copy is not what the report was' });
    output.text(`${path}: ${size(report.size)}, SHA-256 ${report.sha256}`);
    output.value({ file: path, report });
    return exits.done;
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof Failure && error.problem.code === 'aborted') return exitOf('aborted');
    throw error;
  } finally {
    await file.close();
  }
}

function itemText({ name, outcome, bytes, why }: ItemState): string {
  const much = bytes > 0 ? `, ${size(bytes)}` : '';
  return `${name}: ${outcome}${much}${why ? ` (${harmless(why, { most: 200 })})` : ''}`;
}

function jobText({ startedAt, by, phase, items: all, bytes }: ReportJob): string {
  const over = all.filter(({ outcome }) => outcome !== 'waiting' && outcome !== 'running').length;
  return `Being made since ${startedAt} by ${harmless(by)}: ${phase}, ${over} of ${all.length} items, ${size(bytes)}`;
}

function reportText({ name, at, size: bytes, items: all, removed }: Report): string {
  const bad = all.filter(({ outcome }) => ['cut', 'failed', 'timed out'].includes(outcome));
  const less = bad.map(({ name: item, outcome }) => `${item} ${outcome}`).join(', ');
  return `${name}  ${at}  ${size(bytes)}, ${removed} secrets removed${less ? `; ${less}` : ''}`;
}

function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

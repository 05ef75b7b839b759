/**
 * The shape of a part of the bench, and how its figures are taken: warm, ours and what it is compared with in turn, run
 * by run, so that what else the machine does meets both. What a part measures is in the file of its name; which parts
 * there are, in parts.ts; how they are run and printed, in main.ts and table.ts.
 */

/** A median with its spread. */
export interface Figure {
  value: number;
  /** A tenth of the runs lie below `low`, a tenth above `high`. Not there where the figure is one of all runs. */
  low?: number;
  high?: number;
  runs: number;
}

export interface Beside {
  /** "whiptail", "node -e 0". */
  name: string;
  /** Not there where the program is not installed. */
  figure?: Figure;
}

/** What is wanted of our figure, or where `of` names one that stands beside it, of the ratio to that. */
export interface Wanted {
  most?: number;
  least?: number;
  of?: string;
}

export interface Row {
  /** "one more line in the pager, vt220". */
  what: string;
  unit: 'ms' | 's' | 'MB' | 'MB/s' | 'bytes' | '%' | 'a second';
  /** Not there where only others were measured. */
  ours?: Figure;
  beside?: Beside[];
  wanted?: Wanted[];
  /** What has to be known to read the figure: sizes, circumstances. */
  note?: string;
}

export interface Options {
  /** How often each thing is measured, at least. A part takes fewer only where one run takes over 5 s, and notes it. */
  runs: number;
  /** What the part's `settings` are this time. */
  settings: Readonly<Record<string, number>>;
  /** An empty folder for this run of the part, removed afterwards; on tmpfs where the part asks for `memory`. */
  folder: string;
  /** A folder for what is costly to make and the same each time: it stays for the next run. */
  kept: string;
  /** dist/gatehouse. */
  program: string;
  /** Tells what is being done, for whoever waits. */
  say(text: string): void;
}

export interface Setting {
  about: string;
  usual: number;
  /** In the test that keeps the bench from rotting: a run of the whole part then takes seconds. */
  quick: number;
}

export interface Needs {
  /** Without these the part is left out. What it is only compared with is told of by the rows, and does not belong here. */
  programs?: string[];
  /** Files: "/lib/systemd/systemd-journal-remote". */
  paths?: string[];
  root?: boolean;
  /** Bytes free where the folder lies, with these settings. */
  disk?(settings: Readonly<Record<string, number>>): number;
  /** Its folder is a tmpfs in a mount namespace of its own: needs root. */
  memory?: boolean;
}

export interface Part {
  /** One sentence. */
  about: string;
  needs: Needs;
  /** May be set on the command line: `scripts/bench logs megabytes=1000`. */
  settings?: Readonly<Record<string, Setting>>;
  /** In a process of its own. Ends what it started, also when the signal is aborted. */
  run(signal: AbortSignal, options: Options): Promise<Row[]>;
}

export function figureOf(samples: readonly number[]): Figure {
  if (samples.length < 5) return { value: share(samples, 0.5), runs: samples.length };
  return { value: share(samples, 0.5), low: share(samples, 0.1), high: share(samples, 0.9), runs: samples.length };
}

/** The value that this share of the samples does not exceed: 0.99 for p99. */
export function share(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

/** One run: what it measured, or undefined where its program is not installed, which is not tried again. */
export type Take = () => number | undefined | Promise<number | undefined>;

/** A take that takes longer is not repeated as often. */
const LONG = 5000;
const FEW = 5;

/** Each once unmeasured, to be warm, then `runs` times, in turn; five times at most where one take lasts over 5 s. */
export async function sideBySide<Name extends string>(
  signal: AbortSignal,
  runs: number,
  takes: Readonly<Record<Name, Take>>,
): Promise<Record<Name, Figure | undefined>> {
  const all = Object.entries<Take>(takes).map(([name, take]) => ({ name, take, samples: [] as number[], runs }));
  for (let run = -1; run < runs; run++)
    for (const one of all) {
      if (run >= one.runs) continue;
      signal.throwIfAborted();
      const began = performance.now();
      const sample = await one.take();
      if (sample === undefined) one.runs = 0;
      else if (run >= 0) one.samples.push(sample);
      else if (performance.now() - began > LONG) one.runs = Math.min(FEW, runs);
    }
  return Object.fromEntries(
    all.map(({ name, samples }) => [name, samples.length > 0 ? figureOf(samples) : undefined]),
  ) as Record<Name, Figure | undefined>;
}

/** What stands beside ours in a row, from what sideBySide gave. */
export const besideOf = (figures: Readonly<Record<string, Figure | undefined>>): Beside[] =>
  Object.entries(figures).map(([name, figure]) => ({ name, ...(figure ? { figure } : {}) }));

/** Milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The same in another unit or sense: `map(figure, (ms) => megabytes * 1000 / ms)`. */
export function map(figure: Figure, change: (value: number) => number): Figure {
  const { value, low, high, runs } = figure;
  if (low === undefined || high === undefined) return { value: change(value), runs };
  const [a, b] = [change(low), change(high)];
  return { value: change(value), low: Math.min(a, b), high: Math.max(a, b), runs };
}

/**
 * A log of a given size beside a small one: time to the last page, memory, and how fast lines are found from its end,
 * with what less(1), grep and ripgrep take for the same. The needle is in the first line alone, so that everything is
 * looked through. What is in the page cache counts: each file is read once before.
 */
import { join } from 'node:path';
import { logFiles } from '../../src/adapters/logs/log-files.ts';
import type { LogPattern } from '../../src/appliance.ts';
import { lessBackward, ran, writeLog } from './logs/others.ts';
import { besideOf, map, type Part, type Row, sideBySide, type Take, timed } from './part.ts';

const needle = 'NEEDLE-7f3a';

/** What is looked for, and what the others are asked for the same. */
const searches: { what: string; pattern: LogPattern; less?: string; others: Record<string, [string, string[]]> }[] = [
  {
    what: 'text, capitals count',
    pattern: { text: needle, regular: false },
    // ^R before it: no expression.
    less: `?\u0012${needle}`,
    others: { 'grep -F': ['grep', ['-cF', needle]], 'ripgrep -F': ['rg', ['-cF', needle]] },
  },
  {
    what: 'text, capitals do not',
    pattern: { text: needle.toLowerCase(), regular: false },
    others: { 'ripgrep -i': ['rg', ['-ciF', needle]] },
  },
  {
    what: 'expression',
    pattern: { text: 'NEEDLE-[0-9a-f]+c', regular: true },
    less: '?NEEDLE-[0-9a-f]+c',
    others: {
      'grep -E': ['grep', ['-cE', 'NEEDLE-[0-9a-f]+c']],
      ripgrep: ['rg', ['-c', 'NEEDLE-[0-9a-f]+c']],
    },
  },
  {
    what: 'expression, two branches',
    pattern: { text: 'FATAL.*needle|NEEDLE-7f3', regular: true },
    others: { ripgrep: ['rg', ['-c', 'FATAL.*needle|NEEDLE-7f3']] },
  },
  { what: 'expression that looks around', pattern: { text: '(?<!x)NEEDLE-7f3', regular: true }, others: {} },
];

export const part: Part = {
  about: 'The last page of a large log, and searches backward through all of it.',
  needs: { disk: ({ megabytes = 0, less = 0 }) => (megabytes + less + 10) * 1.05e6 },
  settings: {
    megabytes: { about: 'size of the log', usual: 10_000, quick: 20 },
    less: { about: 'of the log that less looks through, for which it takes long, MB', usual: 400, quick: 2 },
  },
  async run(signal, { runs, settings, folder, say }) {
    const { megabytes = 0, less = 0 } = settings;
    say(`writing ${megabytes} MB`);
    const [large, some] = [join(folder, 'large.log'), join(folder, 'part.log')];
    writeLog(large, megabytes * 1e6);
    writeLog(some, less * 1e6);
    writeLog(join(folder, 'small.log'), 10e6);
    await ran('cat', [large]);
    const logs = logFiles(folder, folder);
    const rss = { first: process.memoryUsage.rss(), most: 0 };
    const watch = setInterval(() => {
      rss.most = Math.max(rss.most, process.memoryUsage.rss());
    }, 20);
    const never = new AbortController().signal;

    async function pages(): Promise<Row> {
      const page = (path: string) =>
        timed(() => logs.file(path).page({ from: 'newest', direction: 'older', lines: 50 }, never));
      const { ours, ...others } = await sideBySide(signal, runs, {
        ours: () => page('large.log'),
        'the same of 10 MB': () => page('small.log'),
        'tail -n 50': () => ran('tail', ['-n', '50', large]),
      });
      const wanted = [{ most: 1.2, of: 'the same of 10 MB' }];
      return {
        what: `last page (50 lines) of ${megabytes} MB`,
        unit: 'ms',
        ...(ours ? { ours } : {}),
        beside: besideOf(others),
        wanted,
      };
    }

    async function found(pattern: LogPattern): Promise<number> {
      let text: string | undefined;
      const call = { signal, progress: () => undefined };
      const took = await timed(async () => {
        const reader = logs.file('large.log');
        text = (await reader.search({ from: 'newest', direction: 'older', pattern }, call)).found?.text;
      });
      if (!text?.includes('NEEDLE-7f3a9c')) throw new Error(`"${pattern.text}" was not found`);
      return took;
    }

    async function search({ what, pattern, less: typed, others }: (typeof searches)[number]): Promise<Row> {
      say(what);
      const rate = (bytes: number) => (ms: number | undefined) => (ms === undefined ? undefined : bytes / ms / 1e3);
      const takes: Record<string, Take> = {
        ours: () => found(pattern).then(rate(megabytes * 1e6)),
        ...Object.fromEntries(
          Object.entries(others).map(([name, [program, args]]) => [
            name,
            () => ran(program, [...args, large]).then(rate(megabytes * 1e6)),
          ]),
        ),
        ...(typed ? { 'less, backward': () => lessBackward(some, typed).then(rate(less * 1e6)) } : {}),
      };
      const { ours, ...rest } = await sideBySide(signal, runs, takes);
      const wanted = [
        ...(typed && pattern.regular ? [{ least: 20, of: 'less, backward' }] : []),
        ...Object.keys(others)
          .filter((name) => name.startsWith('ripgrep'))
          .map((of) => ({ least: 0.3, of })),
      ];
      return {
        what: `search backward, ${what}`,
        unit: 'MB/s',
        ...(ours ? { ours } : {}),
        beside: besideOf(rest),
        wanted,
      };
    }

    async function count(): Promise<Row> {
      const call = { signal, progress: () => undefined };
      const pattern = { text: needle, regular: false };
      const { ours } = await sideBySide(signal, runs, {
        ours: () => timed(() => logs.file('large.log').count({ pattern }, call)),
      });
      return {
        what: 'count, text',
        unit: 'MB/s',
        ...(ours ? { ours: map(ours, (ms) => (megabytes * 1e3) / ms) } : {}),
      };
    }

    try {
      const rows = [await pages()];
      for (const one of searches) rows.push(await search(one));
      rows.push(await count());
      const grown = { value: (rss.most - rss.first) / 1e6, runs: 1 };
      return [
        ...rows,
        { what: 'memory that all of this took beyond what the reader had before', unit: 'MB', ours: grown },
      ];
    } finally {
      clearInterval(watch);
    }
  },
};

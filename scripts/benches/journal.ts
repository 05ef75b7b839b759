/**
 * A journal of a million entries: how long pages, searches, counts and the first lines of a watch take, beside what
 * journalctl itself takes for the same. Each figure is the median of several tries, in milliseconds.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { journalReader } from '../../src/adapters/logs/journal.ts';
import type { JournalFilter, LogPattern } from '../../src/appliance.ts';
import { begin, writeJournal } from '../../test/adapters/logs/journal-files.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    folder: { type: 'string', default: join(tmpdir(), 'gatehouse-bench-journal') },
  },
});
const entries = Number(values.entries);
const folder = join(values.folder, values.entries);
const here = [`--directory=${folder}`];
const { signal } = new AbortController();
const call = { signal, progress: () => undefined };
const LINES = 50;

if (!existsSync(folder)) {
  const started = performance.now();
  mkdirSync(folder, { recursive: true });
  await writeJournal(join(folder, 'system.journal'), entries);
  console.log(`${entries} entries written in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

async function median(times: number, work: () => unknown): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    all.push(performance.now() - started);
  }
  return all.sort((a, b) => a - b)[times >> 1] as number;
}

const journalctl = (...args: string[]) =>
  execFileSync('journalctl', [...here, '--no-pager', '--quiet', '--output=json', ...args], { maxBuffer: 1 << 30 });

async function row(what: string, times: number, ours: () => Promise<unknown>, theirs: () => unknown): Promise<void> {
  const [a, b] = [await median(times, ours), await median(times, theirs)];
  console.log(`${what.padEnd(44)} ${a.toFixed(0).padStart(7)} ms   journalctl ${b.toFixed(0).padStart(7)} ms`);
}

const reader = (filter: JournalFilter = {}) => journalReader(filter, here);
const page = (filter: JournalFilter, from: string, direction: 'older' | 'newer', only?: LogPattern) =>
  reader(filter).page({ from, direction, lines: LINES, ...(only ? { only } : {}) }, signal);
const text = (pattern: string): LogPattern => ({ text: pattern, regular: false });
const middle = new Date(begin / 1000 + (entries / 2) * 1000).toISOString();
const place = (await page({ since: middle }, 'oldest', 'newer')).lines[0]?.place ?? '';
const unit = { unit: 'ssh.service' };
const lines = `--lines=${LINES}`;

await row(
  'newest page',
  21,
  () => page({}, 'newest', 'older'),
  () => journalctl('--reverse', lines),
);
await row(
  'older, from the middle',
  21,
  () => page({}, place, 'older'),
  () => journalctl(`--cursor=${place}`, '--reverse', lines),
);
await row(
  'newer, from the middle',
  21,
  () => page({}, place, 'newer'),
  () => journalctl(`--cursor=${place}`, lines),
);
await row(
  'newest of a unit',
  21,
  () => page(unit, 'newest', 'older'),
  () => journalctl('--unit=ssh.service', '--reverse', lines),
);
await row(
  'newest errors',
  21,
  () => page({ priority: 3 }, 'newest', 'older'),
  () => journalctl('--priority=3', '--reverse', lines),
);
await row(
  'newest with text that is frequent',
  21,
  () => page({}, 'newest', 'older', text('took 7 ms')),
  () => journalctl('--grep=took 7 ms', '--reverse', lines),
);

const far = `line ${Math.floor(entries / 50)} of`;
const search = (pattern: LogPattern) => () => reader().search({ from: 'newest', direction: 'older', pattern }, call);
await row('search back through 98 %, text', 3, search(text(far)), () =>
  journalctl(`--grep=${far}`, '--reverse', '--lines=1'),
);
await row(
  'search back through 98 %, expression',
  3,
  search({ text: `(line|row) ${Math.floor(entries / 50)}\\b`, regular: true }),
  () => journalctl(`--grep=(line|row) ${Math.floor(entries / 50)}\\b`, '--reverse', '--lines=1'),
);
await row(
  'count, rare',
  3,
  () => reader().count({ pattern: text('took 976 ms') }, call),
  () => journalctl('--grep=took 976 ms'),
);
await row(
  'count, every line',
  1,
  () => reader().count({ pattern: text('connection') }, call),
  () => journalctl('--grep=connection'),
);
console.log(`memory of this process: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);

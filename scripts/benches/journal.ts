/**
 * A journal of a million entries: how long pages, searches and counts take, beside what journalctl itself takes for the
 * same. The journal is written once, and kept.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { journalReader } from '../../src/adapters/logs/journal.ts';
import type { JournalFilter, LogPattern } from '../../src/appliance.ts';
import { begin, writeJournal } from '../../test/adapters/logs/journal-files.ts';
import { besideOf, type Part, type Row, sideBySide, timed } from './part.ts';

const LINES = 50;
const text = (pattern: string): LogPattern => ({ text: pattern, regular: false });
const expression = (pattern: string): LogPattern => ({ text: pattern, regular: true });

/** The folder of a journal with so many entries. */
async function written(kept: string, entries: number, say: (text: string) => void): Promise<string> {
  const folder = join(kept, String(entries));
  if (existsSync(folder)) return folder;
  say(`writing ${entries} entries`);
  const half = `${folder}.partial`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  await writeJournal(join(half, 'system.journal'), entries);
  renameSync(half, folder);
  return folder;
}

export const part: Part = {
  about: 'Pages and searches of a journal, beside journalctl.',
  needs: {
    programs: ['journalctl'],
    paths: ['/lib/systemd/systemd-journal-remote'],
    disk: ({ entries = 0 }) => entries * 1000,
  },
  settings: { entries: { about: 'entries of the journal', usual: 1_000_000, quick: 2000 } },
  async run(signal, { runs, settings: { entries = 0 }, kept, say }) {
    const folder = await written(kept, entries, say);
    const here = [`--directory=${folder}`];
    const call = { signal, progress: () => undefined };
    const journalctl = (...args: string[]) =>
      execFileSync('journalctl', [...here, '--no-pager', '--quiet', '--output=json', ...args], { maxBuffer: 1 << 30 });
    const reader = (filter: JournalFilter = {}) => journalReader(filter, here);
    const page = (filter: JournalFilter, from: string, direction: 'older' | 'newer', only?: LogPattern) =>
      reader(filter).page({ from, direction, lines: LINES, ...(only ? { only } : {}) }, signal);
    const search = (pattern: LogPattern) => reader().search({ from: 'newest', direction: 'older', pattern }, call);
    const count = (pattern: LogPattern) => reader().count({ pattern }, call);
    const middle = new Date(begin / 1000 + (entries / 2) * 1000).toISOString();
    const place = (await page({ since: middle }, 'oldest', 'newer')).lines[0]?.place ?? '';
    const newest = ['--reverse', `--lines=${LINES}`];
    const far = Math.floor(entries / 50);

    async function row(what: string, work: () => unknown, args: string[], most?: number): Promise<Row> {
      say(what);
      const { ours, ...others } = await sideBySide(signal, runs, {
        ours: () => timed(work),
        journalctl: () => timed(() => journalctl(...args)),
      });
      const wanted = most === undefined ? [] : [{ most, of: 'journalctl' }];
      return { what, unit: 'ms', ...(ours ? { ours } : {}), beside: besideOf(others), wanted };
    }
    const pageRow = (what: string, work: () => unknown, args: string[]) => row(`page: ${what}`, work, args, 1.5);

    return [
      await pageRow('newest', () => page({}, 'newest', 'older'), newest),
      await pageRow('older, from the middle', () => page({}, place, 'older'), [`--cursor=${place}`, ...newest]),
      await pageRow('newer, from the middle', () => page({}, place, 'newer'), [
        `--cursor=${place}`,
        `--lines=${LINES}`,
      ]),
      await pageRow('newest of a unit', () => page({ unit: 'ssh.service' }, 'newest', 'older'), [
        '--unit=ssh.service',
        ...newest,
      ]),
      await pageRow('newest errors', () => page({ priority: 3 }, 'newest', 'older'), ['--priority=3', ...newest]),
      await pageRow('newest with a text that is frequent', () => page({}, 'newest', 'older', text('took 7 ms')), [
        '--grep=took 7 ms',
        ...newest,
      ]),
      await row('search back through 98 %, text', () => search(text(`line ${far} of`)), [
        `--grep=line ${far} of`,
        '--reverse',
        '--lines=1',
      ]),
      await row('search back through 98 %, expression', () => search(expression(`(line|row) ${far}\\b`)), [
        `--grep=(line|row) ${far}\\b`,
        '--reverse',
        '--lines=1',
      ]),
      await row('count, rare', () => count(text('took 976 ms')), ['--grep=took 976 ms']),
      await row('count, every line', () => count(text('connection')), ['--grep=connection']),
    ];
  },
};

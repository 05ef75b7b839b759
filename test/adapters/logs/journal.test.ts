/** The journal in pages, searched, counted and followed: what journalctl itself shows of the same files. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { journalReader, journalUnits } from '../../../src/adapters/logs/journal.ts';
import type { JournalFilter, LogEntry, LogNews, LogPage, LogPattern, LogSearchNews } from '../../../src/appliance.ts';
import { Failure } from '../../../src/errors.ts';
import { until } from '../../host/machine/programs.ts';
import { describeWith } from '../../setup/needs.ts';
import { begin, journalRemote, writeJournal } from './journal-files.ts';

const COUNT = 20_000;
const { signal } = new AbortController();
const at = (second: number) => new Date(begin / 1000 + second * 1000).toISOString();
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof Failure ? error.problem.code : error),
  );

describeWith({ programs: ['journalctl'], paths: [journalRemote] }, 'a journal of 20,000 entries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'));
  const here = [`--directory=${folder}`];
  const reader = (filter: JournalFilter = {}) => journalReader(filter, here);
  const texts = ({ lines }: LogPage) => lines.map(({ text }) => text);
  const journalctl = (...args: string[]) =>
    execFileSync('journalctl', [...here, '--no-pager', '--quiet', '--output=cat', ...args], { maxBuffer: 64 << 20 })
      .toString()
      .split('\n')
      .slice(0, -1);
  /** Page after page until the end. */
  async function all(filter: JournalFilter, direction: 'older' | 'newer', lines: number, only?: LogPattern) {
    let found: LogEntry[] = [];
    for (let from = direction === 'older' ? 'newest' : 'oldest'; ; ) {
      const page = await reader(filter).page({ from, direction, lines, ...(only ? { only } : {}) }, signal);
      found = direction === 'older' ? [...page.lines, ...found] : [...found, ...page.lines];
      if (page.isEnd) return found.map(({ text }) => text);
      from = (direction === 'older' ? page.lines[0] : page.lines.at(-1))?.place ?? 'none';
    }
  }

  beforeAll(() => writeJournal(join(folder, 'system.journal'), COUNT));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('from either end, page by page, it is what journalctl shows', async () => {
    const expected = journalctl();
    expect(expected).toHaveLength(COUNT);
    expect(await all({}, 'older', 1000)).toEqual(expected);
    expect(await all({}, 'newer', 1000)).toEqual(expected);
  });

  test('from a line in the middle: strictly older, strictly newer', async () => {
    const { found } = await reader().search(
      { from: 'oldest', direction: 'newer', pattern: { text: 'line 5000 of', regular: false } },
      { signal, progress: () => undefined },
    );
    const from = found?.place ?? '';
    const older = await reader().page({ from, direction: 'older', lines: 2 }, signal);
    expect(texts(older).map((text) => text.slice(0, 9))).toEqual(['line 4998', 'line 4999']);
    expect(older.isEnd).toBe(false);
    const newer = await reader().page({ from, direction: 'newer', lines: 2 }, signal);
    expect(texts(newer).map((text) => text.slice(0, 9))).toEqual(['line 5001', 'line 5002']);
    // Where that line is hidden by a filter: from where it would be.
    const filtered = await reader({ unit: 'ssh.service' }).page({ from, direction: 'newer', lines: 1 }, signal);
    expect(texts(filtered)[0]).toContain('line 5001 of');
  });

  test('a line says when, who, and how bad', async () => {
    const { lines } = await reader().page({ from: 'oldest', direction: 'newer', lines: 1 }, signal);
    expect(lines).toEqual([
      { place: expect.stringMatching(/^s=/), at: at(0), from: 'docker[100]', priority: 3, text: expect.any(String) },
    ]);
    expect(lines[0]?.text).toBe('line 0 of the journal, connection from 10.0.0.0 took 0 ms');
  });

  test.each<[string, JournalFilter, string[]]>([
    ['a unit', { unit: 'ssh.service' }, ['--unit=ssh.service']],
    ['a severity', { priority: 3 }, ['--priority=3']],
    [
      'a span',
      { since: at(1500), until: at(2500) },
      [`--since=@${begin / 1e6 + 1500}`, `--until=@${begin / 1e6 + 2500}`],
    ],
    [
      'all of them',
      { unit: 'docker.service', priority: 3, since: at(900), until: at(9000) },
      ['--unit=docker.service', '--priority=3', `--since=@${begin / 1e6 + 900}`, `--until=@${begin / 1e6 + 9000}`],
    ],
    ['what is not there', { unit: 'nosuch.service' }, ['--unit=nosuch.service']],
  ])('filtered by %s, both ways', async (_name, filter, args) => {
    const expected = journalctl(...args);
    expect(await all(filter, 'older', 400)).toEqual(expected);
    expect(await all(filter, 'newer', 400)).toEqual(expected);
  });

  test.each<[LogPattern, RegExp]>([
    [{ text: 'line 1999', regular: false }, /line 1999/i],
    [{ text: 'LINE 1999', regular: false }, /LINE 1999/],
    [{ text: 'LINE 1999', regular: false, matchCase: false }, /line 1999/i],
    [{ text: 'line (7|8)\\d{3} .*took 1?5 ms$', regular: true }, /line (7|8)\d{3} .*took 1?5 ms$/],
    [{ text: '\\b\\d{5}\\b.* 7 ms', regular: true }, /\b\d{5}\b.* 7 ms/],
    [{ text: '10.0.7.', regular: false }, /10\.0\.7\./],
  ])('only lines with %j', async (only, expression) => {
    const expected = journalctl().filter((line) => expression.test(line));
    expect(await all({}, 'older', 300, only)).toEqual(expected);
    expect(await all({}, 'newer', 300, only)).toEqual(expected);
    const call = { signal, progress: () => undefined };
    expect(await reader().count({ pattern: only }, call)).toEqual({ found: expected.length });
    const search = (direction: 'older' | 'newer') =>
      reader().search({ from: direction === 'older' ? 'newest' : 'oldest', direction, pattern: only }, call);
    expect((await search('newer')).found?.text).toBe(expected[0]);
    expect((await search('older')).found?.text).toBe(expected.at(-1));
  });

  test('a search goes on from what was found, through the filter, and ends', async () => {
    const call = { signal, progress: () => undefined };
    const pattern = { text: 'line \\d*500 ', regular: true };
    const only = { text: '10.0.1', regular: false };
    const expected = journalctl().filter((line) => /line \d*500 /.test(line) && line.includes('10.0.1'));
    const found: string[] = [];
    for (let from = 'oldest'; ; ) {
      const next = await reader().search({ from, direction: 'newer', pattern, only }, call);
      if (!next.found) break;
      found.push(next.found.text);
      from = next.found.place;
    }
    expect(found).toEqual(expected);
    expect(found.length).toBeGreaterThan(2);
  });

  test('a count tells how far it is', async () => {
    const news: LogSearchNews[] = [];
    const pattern = { text: 'o', regular: false };
    await reader().count({ pattern }, { signal, progress: (one) => news.push(one) });
    for (const { share, found } of news) {
      expect(share).toBeGreaterThan(0);
      expect(Math.abs((share ?? 0) * COUNT - found)).toBeLessThan(10);
    }
  });

  test('a pattern that is none, or never ends, says so; a search that is given up ends', async () => {
    const count = (text: string, by = signal) =>
      reader().count({ pattern: { text, regular: true } }, { signal: by, progress: () => undefined });
    expect(await codeOf(count('a('))).toBe('bad-pattern');
    expect(await codeOf(count('(([a-z0-9. ,]+)+)+!$'))).toBe('bad-pattern');
    const given = new AbortController();
    const counting = codeOf(count('(([a-z0-9. ,]+)+)+!$', given.signal));
    given.abort();
    expect(await counting).toBe('aborted');
  });

  test('places that are none of the journal are refused, and those of what is gone lead on from the nearest', async () => {
    const page = (from: string) => reader().page({ from, direction: 'newer', lines: 1 }, signal);
    expect(await codeOf(page('--file=/etc/shadow'))).toBe('bad-value');
    expect(await codeOf(page('s=1;i=1'))).toBe('bad-value');
    const { lines } = await reader().page({ from: 'oldest', direction: 'newer', lines: 10 }, signal);
    const gone = (lines.at(-1)?.place ?? '').replace(/s=.{32}/, `s=${'0'.repeat(32)}`).replace(/x=.*/, 'x=1');
    expect(texts(await page(gone))[0]).toMatch(/^line (9|10) /);
  });

  test('nothing lies beyond the ends, and the units are named', async () => {
    const page = (from: string, direction: 'older' | 'newer') => reader().page({ from, direction, lines: 5 }, signal);
    expect(await page('oldest', 'older')).toEqual({ lines: [], isEnd: true });
    expect(await page('newest', 'newer')).toEqual({ lines: [], isEnd: true });
    const units = ['camsd.service', 'docker.service', 'ssh.service', 'systemd-networkd.service'];
    expect(await journalUnits(signal, here)).toEqual(units);
  });

  test('followed from a line on: every line once and in order, and what is too fast is counted', async () => {
    const follow = async (filter: JournalFilter, only?: LogPattern) => {
      const { lines } = await reader().page({ from: 'oldest', direction: 'newer', lines: 100 }, signal);
      const stop = new AbortController();
      const news: LogNews[] = [];
      const request = { from: lines.at(-1)?.place ?? '', ...(only ? { only } : {}) };
      const following = reader(filter).follow(request, { signal: stop.signal, progress: (one) => news.push(one) });
      const told = () => news.flatMap((one) => (one.kind === 'lines' ? one.lines : []));
      const last = () =>
        told()
          .at(-1)
          ?.text.startsWith(`line ${filter.priority ? 19_000 : 19_999} `);
      await until('the last line', last);
      stop.abort();
      await following;
      const skipped = news.reduce((sum, one) => sum + (one.kind === 'lines' ? one.skipped : 0), 0);
      return { told: told().map(({ text }) => text), skipped };
    };
    const everything = await follow({});
    expect(everything.told.length + everything.skipped).toBe(COUNT - 100);
    const errors = await follow({ priority: 3 });
    expect(errors).toEqual({ told: journalctl('--priority=3').slice(1), skipped: 0 });
    const found = await follow({}, { text: 'line \\d*99 ', regular: true });
    expect(found.told.length + found.skipped).toBe(199);
  });

  test('followed by somebody who does not read: nothing is told meanwhile, and nothing lost', async () => {
    const stop = new AbortController();
    const news: LogNews[] = [];
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const only = { text: 'line', regular: false };
    const call = { signal: stop.signal, progress: (one: LogNews) => void news.push(one), ready: () => held };
    const following = reader().follow({ from: 'oldest', only }, call);
    await until('the first news', () => news.length > 0);
    // Others read all of it twice in the time.
    for (let turn = 0; turn < 2; turn += 1)
      await reader().count({ pattern: only }, { signal, progress: () => undefined });
    expect(news).toHaveLength(1);
    goOn();
    const lines = () => news.flatMap((one) => (one.kind === 'lines' ? one.lines : []));
    const skipped = () => news.reduce((sum, one) => sum + (one.kind === 'lines' ? one.skipped : 0), 0);
    await until('the last line', () => lines().at(-1)?.text.startsWith('line 19999 '));
    expect(lines().length + skipped()).toBe(COUNT);
    stop.abort();
    await following;
  });

  test('a broken file among them hides nothing of the others', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    copyFileSync(join(folder, 'system.journal'), join(broken, 'system.journal'));
    const bytes = readFileSync(join(folder, 'system.journal'));
    writeFileSync(join(broken, 'truncated.journal'), bytes.subarray(0, 1 << 20));
    writeFileSync(join(broken, 'garbage.journal'), Buffer.alloc(1 << 20, 'garbage'));
    writeFileSync(join(broken, 'empty.journal'), '');
    const page = await journalReader({}, [`--directory=${broken}`]).page(
      { from: 'newest', direction: 'older', lines: 3 },
      signal,
    );
    expect(texts(page).map((text) => text.slice(0, 10))).toEqual(['line 19997', 'line 19998', 'line 19999']);
  });
});

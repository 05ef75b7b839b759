import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { open, truncate } from 'node:fs/promises';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { grain } from '../../../src/adapters/logs/bytes.ts';
import { matcherOf } from '../../../src/adapters/logs/pattern.ts';
import { scanFile } from '../../../src/adapters/logs/scan.ts';
import { pace } from '../../../src/adapters/logs/workers.ts';
import type { LogPattern, LogSearchNews } from '../../../src/appliance.ts';
import { allOf, logFolder, never, quiet } from './folder.ts';

const text = (one: string, matchCase = true): LogPattern => ({ text: one, regular: false, matchCase });
const regular = (one: string, matchCase = true): LogPattern => ({ text: one, regular: true, matchCase });
const watcher = { beat: () => undefined, isStopped: () => false, matching: () => undefined, tell: () => undefined };

/** Numbers of the lines that hold it, each line by itself. */
function reference(content: Buffer, holds: (line: string) => boolean): number[] {
  const lines = content.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line, at) => (holds(line.replace(/\r$/, '')) ? [at] : []));
}

const content = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'ab', ' ', '\n', '\n', '\r\n') },
      fc.constantFrom('ä', '🙂', 'B', '\0'),
    ),
    {
      maxLength: 80,
    },
  )
  .map((parts) => Buffer.from(parts.join('')));

const patterns: [LogPattern, (line: string) => boolean][] = [
  [text('ab'), (line) => line.includes('ab')],
  [text('ab', false), (line) => line.toLowerCase().includes('ab')],
  [text('äb'), (line) => line.includes('äb')],
  [regular('^a'), (line) => /^a/.test(line)],
  [regular('b$'), (line) => /b$/.test(line)],
  [regular('^$'), (line) => line === ''],
  [regular('a\\s*b'), (line) => /a\s*b/.test(line)],
  [regular('a[^b]*$'), (line) => /a[^b]*$/.test(line)],
  [regular('b(?!\\s)'), (line) => /b(?!\s)/.test(line)],
  [regular('(?<!\\s)a'), (line) => /(?<!\s)a/.test(line)],
  [regular('a.b'), (line) => /a.b/u.test(line)],
  [regular('\\p{Lu}'), (line) => /\p{Lu}/u.test(line)],
  [regular('AB', false), (line) => /ab/i.test(line)],
  [regular('a\\-?b'), (line) => /a-?b/.test(line)],
];

describe('any pattern', () => {
  test.each(patterns)(
    '$text ($regular) finds the lines that hold it, whatever is around them',
    async (pattern, holds) => {
      await fc.assert(
        fc.property(content, (bytes) => {
          const spans = matcherOf([pattern]).spans(bytes, () => undefined);
          const starts = [0, ...[...bytes].flatMap((byte, at) => (byte === 10 ? [at + 1] : []))];
          expect(spans.map(([start]) => starts.indexOf(start))).toEqual(reference(bytes, holds));
          for (const [start, end] of spans) expect(starts[starts.indexOf(start) + 1] ?? bytes.length).toBe(end);
        }),
        { numRuns: 300 },
      );
    },
  );

  test('finds the same however the file is cut, either way', async () => {
    const folder = logFolder();
    let count = 0;
    // Windows below the longest line make pieces of it, where only a text is found for sure.
    const window = fc.integer({ min: 8, max: 200 });
    await fc.assert(
      fc.asyncProperty(
        content,
        window,
        fc.constantFrom('older' as const, 'newer' as const),
        fc.constantFrom(...patterns.slice(0, 2)),
        async (bytes, size, direction, [pattern, holds]) => {
          count += 1;
          const handle = await open(await folder.write(`any-${count}.log`, bytes));
          try {
            const job = { fd: handle.fd, name: 'any', size: bytes.length, from: 0, to: bytes.length, grain };
            const whole = { ...job, direction, patterns: [pattern], most: 1000, counts: false };
            const { spans, count: found } = await scanFile(whole, watcher, size);
            const starts = [0, ...[...bytes].flatMap((byte, at) => (byte === 10 ? [at + 1] : []))];
            const numbers = spans.map(([start]) => starts.indexOf(start));
            expect(direction === 'older' ? numbers.reverse() : numbers).toEqual(reference(bytes, holds));
            expect(found).toBe(numbers.length);
          } finally {
            await handle.close();
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** About that many bytes of lines, the same each time. */
function make(file: string, bytes: number): void {
  const words = 'error warn info session user opened closed port package grün 表示 timeout ERROR retry'.split(' ');
  const line = (at: number) =>
    `${at} ${Array.from({ length: at % 23 }, (_, word) => words[(at * 31 + word * (1 + (at % 5))) % words.length]).join(' ')}\n`;
  const handle = openSync(file, 'w');
  for (let [at, written] = [0, 0]; written < bytes; at += 1000)
    written += writeSync(handle, Array.from({ length: 1000 }, (_, index) => line(at + index)).join(''));
  closeSync(handle);
}

const grep = (args: string[], file: string) =>
  execFileSync('grep', ['-a', ...args, file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
    .split('\n')
    .slice(0, -1);

describe('a search', () => {
  test.each<[string, LogPattern, string[]]>([
    ['a text', text('user opened'), ['-F', 'user opened']],
    ['a text in any case', text('error', false), ['-iF', 'error']],
    ['an expression', regular('^[0-9]+7 .*表示.*retry$'), ['-P', '^[0-9]+7 .*表示.*retry$']],
    ['an expression in any case', regular('GR.N .*ERR', false), ['-iP', 'GR.N .*ERR']],
  ])('finds what grep finds: %s', async (_what, pattern, args) => {
    const folder = logFolder();
    const file = await folder.write('a.log', '');
    make(file, 5e6);
    const expected = grep(args, file);
    expect(expected.length).toBeGreaterThan(10);
    const log = folder.log('a.log');
    expect((await log.count({ pattern }, quiet)).found).toBe(expected.length);
    for (const direction of ['older', 'newer'] as const) {
      const lines = await allOf(log, { direction, only: pattern, lines: 700 });
      expect(lines.map((line) => line.text)).toEqual(expected);
    }
    const found: string[] = [];
    for (let from = 'newest'; found.length < 5; ) {
      const next = (await log.search({ from, direction: 'older', pattern }, quiet)).found;
      found.unshift(next?.text ?? '');
      from = next?.place ?? '';
    }
    expect(found).toEqual(expected.slice(-5));
  });

  test('finds only lines that pass the filter, and none where there is none', async () => {
    const folder = logFolder();
    await folder.write('a.log', 'one error\none\ntwo error\ntwo\n');
    const log = folder.log('a.log');
    const search = (pattern: LogPattern, only: LogPattern) =>
      log.search({ from: 'newest', direction: 'older', pattern, only }, quiet);
    expect((await search(text('error'), text('one'))).found?.text).toBe('one error');
    expect((await search(regular('^one'), regular('e'))).found?.text).toBe('one');
    expect(await search(text('error'), text('three'))).toEqual({});
    expect(await log.count({ pattern: text('one'), only: text('error') }, quiet)).toEqual({ found: 1 });
  });

  test('takes capitals for what they are only where there is one', async () => {
    const folder = logFolder();
    await folder.write('a.log', 'Error\nERROR\nerror\n');
    const count = async (text: string, regular = false) =>
      (await folder.log('a.log').count({ pattern: { text, regular } }, quiet)).found;
    expect([await count('error'), await count('Error'), await count('^\\S+r$', true)]).toEqual([3, 1, 3]);
  });

  test('finds a text across every border of a window, in lines and in one line longer than many', async () => {
    const folder = logFolder();
    const size = 1 << 20;
    const content = Buffer.alloc(6 * size, 'x');
    for (const at of [1, 2, 3, 4, 5]) content.write('NEEDLE', at * size - at, 'latin1');
    await folder.write('one.log', content);
    expect(await folder.log('one.log').count({ pattern: text('NEEDLE') }, quiet)).toEqual({ found: 1 });
    for (let at = 99; at < content.length; at += 100) content[at] = 10;
    await folder.write('many.log', content);
    const expected = grep(['-cF', 'NEEDLE'], folder.at('many.log'));
    expect(await folder.log('many.log').count({ pattern: text('NEEDLE') }, quiet)).toEqual({
      found: Number(expected[0]),
    });
    expect(await folder.log('many.log').count({ pattern: regular('NEEDLE') }, quiet)).toEqual({
      found: Number(expected[0]),
    });
  });

  test('tells how far it is', async () => {
    const folder = logFolder();
    const file = await folder.write('a.log', 'x\n');
    await truncate(file, 3e9);
    const news: LogSearchNews[] = [];
    const over = new AbortController();
    const progress = (one: LogSearchNews) => {
      news.push(one);
      if (news.length === 3) over.abort();
    };
    const call = { signal: over.signal, progress };
    await folder.write('a.log', `${'x\n'.repeat(1000)}`);
    await truncate(file, 3e9);
    const searched = folder.log('a.log').search({ from: 'newest', direction: 'older', pattern: text('NEEDLE') }, call);
    await expect(searched).rejects.toMatchObject({ problem: { code: 'aborted' } });
    const shares = news.map(({ share = 0 }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
  });
});

describe('an expression that never ends', () => {
  const step = pace.step;
  afterEach(() => {
    pace.step = step;
  });

  const hopeless = regular('^(a+)+$');
  const bad = `${'a'.repeat(60)}b\n`;

  test('is given up by itself, and said so', async () => {
    const folder = logFolder();
    await folder.write('a.log', bad);
    pace.step = 300;
    const asked = folder.log('a.log').search({ from: 'newest', direction: 'older', pattern: hopeless }, quiet);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'bad-pattern', details: { pattern: '^(a+)+$' } } });
  });

  test('ends at once when its asker leaves', async () => {
    const folder = logFolder();
    await folder.write('a.log', bad);
    pace.step = 60_000;
    const over = new AbortController();
    const call = { signal: over.signal, progress: () => undefined };
    const asked = folder.log('a.log').search({ from: 'newest', direction: 'older', pattern: hopeless }, call);
    // Long enough for the thread to be at it; were it not yet, that would have to end as well.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const started = performance.now();
    over.abort();
    await expect(asked).rejects.toMatchObject({ problem: { code: 'aborted' } });
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('holds up nobody else', async () => {
    const folder = logFolder();
    await folder.write('a.log', bad);
    pace.step = 60_000;
    const over = new AbortController();
    const call = { signal: over.signal, progress: () => undefined };
    const stuck = folder
      .log('a.log')
      .count({ pattern: hopeless }, call)
      .catch((error) => error);
    await expect(folder.log('a.log').count({ pattern: text('ab') }, quiet)).resolves.toEqual({ found: 1 });
    await expect(
      folder.log('a.log').page({ from: 'newest', direction: 'older', lines: 1 }, never),
    ).resolves.toBeDefined();
    over.abort();
    expect((await stuck).problem.code).toBe('aborted');
  });

  test.each(['(', 'a{2,1}', '[z-a]', '\\'])('or is none, is refused: %s', async (expression) => {
    const folder = logFolder();
    await folder.write('a.log', 'x\n');
    const asked = folder.log('a.log').count({ pattern: regular(expression) }, quiet);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'bad-pattern' } });
  });
});

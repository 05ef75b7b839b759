import { appendFile, open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bytes, lineEnd, lineStart } from '../../../src/adapters/logs/bytes.ts';
import { linesBefore, linesBehind } from '../../../src/adapters/logs/page.ts';
import { allOf, logFolder, never } from './folder.ts';

const texts = (lines: readonly { text: string }[]) => lines.map(({ text }) => text);

/** What a file's lines are, said in another way. */
function referenceLines(content: Buffer): string[] {
  const lines = content.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, at) => (at < lines.length - 1 || content.at(-1) === 10 ? line.replace(/\r$/, '') : line));
}

const bytes = fc
  .array(fc.oneof(fc.constantFrom('\n', '\r\n', '\0', 'ä', '表', '🙂', 'x'.repeat(40)), fc.string()), { maxLength: 40 })
  .map((parts) => Buffer.from(parts.join('')))
  .chain((whole) => fc.nat(whole.length).map((cut) => whole.subarray(0, cut)));

describe('any file', () => {
  test('is read wholly either way, whatever its bytes and however it is cut into chunks', async () => {
    const folder = logFolder();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 7 }),
        async (content, chunk, most) => {
          count += 1;
          const handle = await open(await folder.write(`any-${count}.log`, content));
          try {
            const expected = referenceLines(content);
            const file = () => new Bytes(handle.fd, content.length, 'any', { chunk, block: 1 << 20 });
            const [older, newer] = [[] as string[], [] as string[]];
            for (let end = content.length; end > 0; ) {
              const page = await linesBefore({ bytes: file(), inode: '1', lines: most, signal: never }, end);
              older.unshift(...texts(page));
              end = Number(page[0]?.place.split('-')[1]);
            }
            for (let start = 0; start < content.length; ) {
              const page = await linesBehind({ bytes: file(), inode: '1', lines: most, signal: never }, start);
              newer.push(...texts(page));
              start = Number(page.at(-1)?.place.split('-')[2]);
            }
            expect(older).toEqual(expected);
            expect(newer).toEqual(expected);
          } finally {
            await handle.close();
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('has the same lines from either side, also where a line fills whole blocks', async () => {
    const folder = logFolder();
    const content = fc.array(fc.constantFrom('a', 'a', 'a', 'a', 'b', '\n'), { maxLength: 120 });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        async (parts, chunk, block) => {
          const text = parts.join('');
          count += 1;
          const handle = await open(await folder.write(`block-${count}.log`, text));
          const file = new Bytes(handle.fd, text.length, 'any', { chunk, block });
          try {
            const forwards: number[] = [];
            for (let start = 0; start < text.length; start = await lineEnd(file, start)) forwards.push(start);
            const backwards: number[] = [];
            for (let end = text.length; end > 0; end = backwards[0] as number)
              backwards.unshift(await lineStart(file, end - 1));
            expect(backwards).toEqual(forwards);
            // No line is longer than what is looked at for one, and every one that is shorter is whole.
            const ends = [...forwards.slice(1), text.length];
            for (const [at, start] of forwards.entries()) {
              expect((ends[at] ?? 0) - start).toBeLessThan(3 * block);
              if (start > 0 && text[start - 1] !== '\n') expect(start % block).toBe(0);
            }
          } finally {
            await handle.close();
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a page', () => {
  test('of a million lines gives every one, older and newer', { timeout: 120_000 }, async () => {
    const folder = logFolder();
    const content = Array.from({ length: 1_000_000 }, (_, at) => `line ${at} ${'x'.repeat(at % 50)}`).join('\n');
    await folder.write('million.log', `${content}\n`);
    for (const direction of ['older', 'newer'] as const) {
      const read = texts(await allOf(folder.log('million.log'), { direction })).join('\n');
      expect(read.length).toBe(content.length);
      expect(read === content).toBe(true);
    }
  });

  test('says how far into the log it is, and where the log ends', async () => {
    const folder = logFolder();
    await folder.write('a.log', '1\n2\n3\n4\n');
    const log = folder.log('a.log');
    const page = await log.page({ from: 'newest', direction: 'older', lines: 2 }, never);
    expect(page).toMatchObject({ lines: [{ text: '3' }, { text: '4' }], isEnd: false, share: 0.5, size: 8 });
    const first = await log.page({ from: page.lines[0]?.place ?? '', direction: 'older', lines: 9 }, never);
    expect(first).toMatchObject({ lines: [{ text: '1' }, { text: '2' }], isEnd: true, share: 0 });
    const behind = await log.page({ from: page.lines[0]?.place ?? '', direction: 'newer', lines: 9 }, never);
    expect(behind).toMatchObject({ lines: [{ text: '4' }], isEnd: true });
    expect(await log.page({ from: 'newest', direction: 'newer', lines: 9 }, never)).toMatchObject({
      lines: [],
      isEnd: true,
    });
    await folder.write('empty.log', '');
    const empty = await folder.log('empty.log').page({ from: 'newest', direction: 'older', lines: 9 }, never);
    expect(empty).toMatchObject({ lines: [], isEnd: true });
  });

  test('shows 16 KiB of a long line, and how much longer it is', async () => {
    const folder = logFolder();
    await folder.write('long.log', `before\n${'ä'.repeat(20_000)}\nafter\n`);
    const { lines } = await folder.log('long.log').page({ from: 'newest', direction: 'older', lines: 3 }, never);
    expect(lines.map(({ text, more }) => [text.length, more])).toEqual([
      [6, undefined],
      [8192, 20_000 - 8192],
      [5, undefined],
    ]);
  });

  test('of a line of 1 GB without an end comes at once, and takes no memory', async () => {
    const folder = logFolder();
    const file = await folder.write('huge.log', `first\n${'x'.repeat(5000)}`);
    // A hole: it reads as NULs and takes no room.
    await truncate(file, 1e9);
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const page = await folder.log('huge.log').page({ from: 'newest', direction: 'older', lines: 3 }, never);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(page.lines.at(-1)?.text).toHaveLength(16 << 10);
    expect(page.lines.at(-1)?.more).toBeGreaterThan(1e6);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    const first = await folder.log('huge.log').page({ from: 'oldest', direction: 'newer', lines: 2 }, never);
    expect(texts(first.lines)[0]).toBe('first');
  });
});

describe('a place', () => {
  test('stays where it is while the log grows, and is renamed', async () => {
    const folder = logFolder();
    const file = await folder.write('a.log', '1\n2\n3\n');
    const log = folder.log('a.log');
    const { lines } = await log.page({ from: 'newest', direction: 'older', lines: 1 }, never);
    const from = lines[0]?.place ?? '';
    await appendFile(file, '4\n');
    expect(texts((await log.page({ from, direction: 'newer', lines: 9 }, never)).lines)).toEqual(['4']);
    await rename(file, folder.at('a.log.1'));
    await writeFile(file, '5\n');
    expect(texts((await log.page({ from, direction: 'older', lines: 9 }, never)).lines)).toEqual(['1', '2']);
    expect(texts((await log.page({ from, direction: 'newer', lines: 9 }, never)).lines)).toEqual(['4']);
    const last = (await log.page({ from, direction: 'newer', lines: 9 }, never)).lines[0]?.place ?? '';
    const next = await log.page({ from: last, direction: 'newer', lines: 9 }, never);
    expect(next).toMatchObject({ lines: [{ text: '5' }], isEnd: true });
  });

  test('is gone with its file, and with what was cut off', async () => {
    const folder = logFolder();
    const file = await folder.write('a.log', '1\n2\n3\n');
    const log = folder.log('a.log');
    const { lines } = await log.page({ from: 'newest', direction: 'older', lines: 1 }, never);
    const again = () => log.page({ from: lines[0]?.place ?? '', direction: 'older', lines: 9 }, never);
    await truncate(file, 2);
    await expect(again()).rejects.toMatchObject({ problem: { code: 'log-gone' } });
    await truncate(file, 0);
    await appendFile(file, 'another text, and longer\n');
    await expect(again()).rejects.toMatchObject({ problem: { code: 'log-gone' } });
    // A new file, which may not take over the number of the old one.
    await writeFile(folder.at('b.log'), 'other\n');
    await rm(file);
    await rename(folder.at('b.log'), file);
    await expect(again()).rejects.toMatchObject({ problem: { code: 'log-gone' } });
  });

  test('of an unfinished line gives it again when it is longer', async () => {
    const folder = logFolder();
    const file = await folder.write('a.log', '1\nhalf');
    const log = folder.log('a.log');
    const { lines } = await log.page({ from: 'newest', direction: 'older', lines: 1 }, never);
    const newer = async () =>
      texts((await log.page({ from: lines[0]?.place ?? '', direction: 'newer', lines: 9 }, never)).lines);
    expect(await newer()).toEqual([]);
    await appendFile(file, ' and whole\nnext\n');
    expect(await newer()).toEqual(['half and whole', 'next']);
  });

  test.each(['', 'x', '1-2', '1-5-2', '-1-2-3', '1-2-3-4', '1-2-99999999999999999999', '../1-2-3'])(
    'that is none is refused: %j',
    async (from) => {
      const folder = logFolder();
      await folder.write('a.log', '1\n');
      const asked = folder.log('a.log').page({ from, direction: 'older', lines: 1 }, never);
      await expect(asked).rejects.toMatchObject({ problem: { code: 'bad-value' } });
    },
  );
});

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { fileReader } from '../../../src/adapters/logs/file-reader.ts';
import { type SpoolLimits, Spools } from '../../../src/adapters/logs/unpack.ts';
import type { LogSearchNews } from '../../../src/appliance.ts';
import { allOf, type Folder, logFolder, never, quiet } from './folder.ts';

const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at} of a rotated log`);
const content = `${lines.join('\n')}\n`;
const packed = (program: string, input: string | Buffer = content) =>
  execFileSync(program, ['-c'], { input, maxBuffer: 1 << 28 });
const roomy: SpoolLimits = { most: 8e9, free: 1e9, freeShare: 0.1, unused: 60_000 };

function readerWith(folder: Folder, name: string, limits: Partial<SpoolLimits>) {
  return fileReader({
    folder: folder.path,
    path: name,
    spools: new Spools(dirname(folder.path), { ...roomy, ...limits }),
  });
}

/** Open files of this process that have no name any more. */
function spools(folder: Folder): string[] {
  const names = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return names.filter((name) => name.startsWith(`${dirname(folder.path)}/gatehouse-log-`));
}

describe('a packed log', () => {
  test.each(['gzip', 'xz', 'zstd', 'bzip2'])(
    'of %s is read and searched as any other, whatever its name',
    async (program) => {
      const folder = logFolder();
      await folder.write('old.log', packed(program));
      const log = folder.log('old.log');
      expect((await allOf(log)).map(({ text }) => text)).toEqual(lines);
      expect((await allOf(log, { direction: 'newer' })).map(({ text }) => text)).toEqual(lines);
      const pattern = { text: 'line 77 ', regular: false, matchCase: true };
      const search = await log.search({ from: 'newest', direction: 'older', pattern }, quiet);
      expect(search.found?.text).toBe(lines[77]);
      expect((await log.count({ pattern: { text: '^line 1\\d* ', regular: true } }, quiet)).found).toBe(11_111);
      expect((await readdir(dirname(folder.path))).sort()).toEqual(['log']);
    },
  );

  test('is unpacked once for all who read it, and away when nobody does any more', async () => {
    const folder = logFolder();
    await folder.write('old.gz', gzipSync(content));
    const log = readerWith(folder, 'old.gz', { unused: 200 });
    const page = () => log.page({ from: 'newest', direction: 'older', lines: 5 }, never);
    await Promise.all([page(), page(), allOf(log)]);
    expect(spools(folder)).toHaveLength(1);
    await vi.waitFor(() => expect(spools(folder)).toHaveLength(0), { timeout: 5000 });
    expect((await page()).lines).toHaveLength(5);
  });

  test('of several parts, as logs are that were packed piece by piece, is read wholly', async () => {
    const folder = logFolder();
    await folder.write('old.gz', Buffer.concat([gzipSync('1\n2\n'), gzipSync('3\n')]));
    expect((await allOf(folder.log('old.gz'))).map(({ text }) => text)).toEqual(['1', '2', '3']);
  });

  test.each(['gzip', 'xz', 'bzip2'])('of %s that is cut short shows what is there, and says so', async (program) => {
    const folder = logFolder();
    const whole = packed(program, Array.from({ length: 1000 }, () => randomBytes(500).toString('hex')).join('\n'));
    await folder.write('cut', whole.subarray(0, whole.length - 1000));
    const page = await folder.log('cut').page({ from: 'newest', direction: 'older', lines: 3 }, never);
    expect(page.lines.at(-1)?.text).toMatch(/^\(The compressed file is damaged from here on: .*\)$/);
    expect(page.lines[0]?.text.length).toBeGreaterThan(10);
  });

  test('that is none inside is refused', async () => {
    const folder = logFolder();
    await folder.write('bad.gz', Buffer.concat([gzipSync('x').subarray(0, 10), randomBytes(100)]));
    await expect(allOf(folder.log('bad.gz'))).rejects.toMatchObject({ problem: { code: 'log-unreadable' } });
  });

  test.each(['gzip', 'xz'])('of %s that grows beyond all bounds is given up', async (program) => {
    const folder = logFolder();
    await folder.write('bomb', packed(program, Buffer.alloc(80e6)));
    const log = readerWith(folder, 'bomb', { most: 1e6 });
    await expect(allOf(log)).rejects.toMatchObject({ problem: { code: 'log-unreadable' } });
    await vi.waitFor(() => expect(spools(folder)).toHaveLength(0), { timeout: 5000 });
  });

  test.each(['gzip', 'zstd'])('of %s never fills the disk', async (program) => {
    const folder = logFolder();
    await folder.write('large', packed(program, Buffer.alloc(80e6)));
    const { bavail, bsize, blocks } = statfsSync(folder.path);
    // All that is free is to stay so, but for a little.
    const log = readerWith(folder, 'large', { free: bavail * bsize - 20e6, freeShare: (bavail / blocks) * 2 });
    await expect(allOf(log)).rejects.toMatchObject({
      problem: { code: 'disk-full', details: { path: dirname(folder.path) } },
    });
    await vi.waitFor(() => expect(spools(folder)).toHaveLength(0), { timeout: 5000 });
  });

  test('tells how far unpacking is while it is searched', { timeout: 60_000 }, async () => {
    const folder = logFolder();
    const block = Array.from({ length: 20_000 }, () => randomBytes(50).toString('hex')).join('\n');
    await folder.write(
      'large.gz',
      Buffer.concat(Array.from({ length: 60 }, () => gzipSync(`${block}\n`, { level: 1 }))),
    );
    const news: LogSearchNews[] = [];
    const pattern = { text: 'nowhere', regular: false };
    const call = { signal: never, progress: (one: LogSearchNews) => void news.push(one) };
    expect(await folder.log('large.gz').search({ from: 'newest', direction: 'older', pattern }, call)).toEqual({});
    expect(news.some(({ share = 1 }) => share < 0.5)).toBe(true);
  });

  test('gets nothing added, and who watches it is told nothing', async () => {
    const folder = logFolder();
    await folder.write('old.gz', gzipSync('1\n'));
    const log = folder.log('old.gz');
    const { lines } = await log.page({ from: 'newest', direction: 'older', lines: 1 }, never);
    const over = new AbortController();
    const news: unknown[] = [];
    const call = { signal: over.signal, progress: (one: unknown) => void news.push(one) };
    const ended = log.follow({ from: lines[0]?.place ?? '' }, call);
    await writeFile(folder.at('other'), readFileSync(folder.at('old.gz')));
    over.abort();
    await ended;
    expect(news).toEqual([]);
  });
});

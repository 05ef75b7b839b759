import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LogReader } from '../../../src/adapters/logs/reader.ts';
import type { LogNews, LogPattern } from '../../../src/appliance.ts';
import { logFolder, never } from './folder.ts';

interface Watch {
  news: LogNews[];
  /** Texts of lines, and the other news by name, in order. */
  told(): string[];
  skipped(): number;
  ended: Promise<void>;
}

function watch(
  log: LogReader,
  { from = 'newest', only, ready }: { from?: string; only?: LogPattern; ready?(): Promise<void> } = {},
): Watch {
  const over = new AbortController();
  const news: LogNews[] = [];
  const call = { signal: over.signal, progress: (one: LogNews) => void news.push(one), ...(ready ? { ready } : {}) };
  const ended = log.follow({ from, ...(only ? { only } : {}) }, call);
  ended.catch(() => undefined);
  onTestFinished(async () => {
    over.abort();
    await ended.catch(() => undefined);
  });
  return {
    news,
    told: () => news.flatMap((one) => (one.kind === 'lines' ? one.lines.map(({ text }) => text) : [`<${one.kind}>`])),
    skipped: () => news.reduce((sum, one) => sum + (one.kind === 'lines' ? one.skipped : 0), 0),
    ended,
  };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

async function started(lines = '1\n2\n') {
  const folder = logFolder();
  const file = await folder.write('a.log', lines);
  const log = folder.log('a.log');
  const { lines: shown } = await log.page({ from: 'newest', direction: 'older', lines: 9 }, never);
  return { folder, file, log, from: shown.at(-1)?.place ?? 'newest' };
}

describe('who watches a file', () => {
  test('is told what is added behind the last line that they have', async () => {
    const { file, log, from } = await started();
    await appendFile(file, '3\n');
    const { told } = watch(log, { from });
    await until(() => expect(told()).toEqual(['3']));
    await appendFile(file, '4\n5\n');
    await until(() => expect(told()).toEqual(['3', '4', '5']));
  });

  test('sees a line when it is finished; or, where it stays unfinished, as far as it is, and then whole', async () => {
    const { file, log, from } = await started();
    const { told } = watch(log, { from });
    await appendFile(file, 'half');
    await until(() => expect(told()).toEqual(['half']));
    await appendFile(file, ' and whole\n');
    await until(() => expect(told()).toEqual(['half', 'half and whole']));
  });

  test('is told only lines that hold what they filter by', async () => {
    const { file, log, from } = await started();
    const { told } = watch(log, { from, only: { text: '^e', regular: true } });
    await appendFile(file, 'error 1\nother\nerror 2\n');
    await until(() => expect(told()).toEqual(['error 1', 'error 2']));
  });

  test('reads the rest of a file that is renamed, and then the new one', async () => {
    const { folder, file, log, from } = await started();
    const { told } = watch(log, { from });
    await appendFile(file, '3\n');
    await rename(file, folder.at('a.log.1'));
    await writeFile(file, '');
    // As a program that has not been told yet.
    await appendFile(folder.at('a.log.1'), '4\n');
    await until(() => expect(told()).toEqual(['3', '4', '<rotated>']));
    await appendFile(file, '5\n');
    await until(() => expect(told()).toEqual(['3', '4', '<rotated>', '5']));
  });

  test('begins in a file that was renamed since they looked', async () => {
    const { folder, file, log, from } = await started();
    await appendFile(file, '3\n');
    await rename(file, folder.at('a.log.1'));
    await writeFile(file, '4\n');
    const { told } = watch(log, { from });
    await until(() => expect(told()).toEqual(['3', '<rotated>', '4']));
  });

  test('is told of a file that is copied and emptied, also where it is as long again', async () => {
    const { folder, file, log, from } = await started('a long line at first\n');
    const { told } = watch(log, { from });
    await appendFile(file, '3\n');
    await until(() => expect(told()).toEqual(['3']));
    await copyFile(file, folder.at('a.log.1'));
    await truncate(file, 0);
    await appendFile(file, '4\n');
    await until(() => expect(told()).toEqual(['3', '<truncated>', '4']));
    await writeFile(file, 'another text, longer than it was at first\n5\n');
    await until(() =>
      expect(told().slice(-3)).toEqual(['<truncated>', 'another text, longer than it was at first', '5']),
    );
  });

  test('is told that it is gone, and goes on when it is there again', async () => {
    const { file, log, from } = await started();
    const { told, news } = watch(log, { from });
    await appendFile(file, '3\n');
    await until(() => expect(told()).toEqual(['3']));
    await rm(file);
    await until(() => expect(told()).toEqual(['3', '<interrupted>']));
    expect(news.at(-1)).toMatchObject({ why: expect.stringContaining('no such file') });
    await writeFile(file, '4\n');
    await until(() => expect(told()).toEqual(['3', '<interrupted>', '<resumed>', '<rotated>', '4']));
  });

  test('and leaves, ends it well', async () => {
    const { log, from } = await started();
    const over = new AbortController();
    const ended = log.follow({ from }, { signal: over.signal, progress: () => undefined });
    over.abort();
    await expect(ended).resolves.toBeUndefined();
  });

  test('a log that is not there is told so', async () => {
    const folder = logFolder();
    await folder.write('b.log', '');
    await expect(watch(folder.log('a.log')).ended).rejects.toMatchObject({ problem: { code: 'log-gone' } });
  });

  test('at 50 MB a second gets the newest lines, as many as can be read, and the number of the others', {
    timeout: 60_000,
  }, async () => {
    const { file, log, from } = await started();
    const { news, skipped } = watch(log, { from });
    const line = 'x'.repeat(99);
    const script = `
      const { openSync, writeSync } = require('node:fs');
      const handle = openSync(process.argv[1], 'a');
      const lines = Buffer.from(('${line}\\n').repeat(25000));
      let left = 80;
      const write = () => { writeSync(handle, lines); if (--left > 0) setTimeout(write, 45); };
      write();`;
    const cpu = process.cpuUsage();
    const [rss, start] = [process.memoryUsage.rss(), performance.now()];
    let most = 0;
    const writer = spawn(process.execPath, ['-e', script, file], { stdio: 'inherit' });
    const sampler = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 50);
    await once(writer, 'close');
    await appendFile(file, 'the end\n');
    const shown = () => news.flatMap((one) => (one.kind === 'lines' ? one.lines : []));
    await until(() => expect(shown().at(-1)?.text).toBe('the end'));
    clearInterval(sampler);
    const seconds = (performance.now() - start) / 1000;
    const used = process.cpuUsage(cpu);
    // Every line is either shown or counted; where very many come at once, their number is estimated.
    expect(shown().length + skipped()).toBeGreaterThan(0.95 * 2_000_001);
    expect(shown().length + skipped()).toBeLessThan(1.05 * 2_000_001);
    expect(shown().length).toBeLessThan(1000 + 350 * seconds);
    expect(most - rss).toBeLessThan(150e6);
    expect((used.user + used.system) / 1e6 / seconds).toBeLessThan(0.8);
  });

  test('and is slow to take it in, is told nothing meanwhile, and then the newest', async () => {
    const { file, log, from } = await started();
    let release: () => void = () => undefined;
    let isFirst = true;
    const ready = () => {
      if (!isFirst) return Promise.resolve();
      isFirst = false;
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const { told, skipped, news } = watch(log, { from, ready });
    await until(() => expect(isFirst).toBe(false));
    await appendFile(file, Array.from({ length: 5000 }, (_, at) => `line ${at}\n`).join(''));
    expect(news).toEqual([]);
    release();
    await until(() => expect(told().at(-1)).toBe('line 4999'));
    expect(told().length + skipped()).toBe(5000);
  });
});

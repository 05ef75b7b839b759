/** A log folder of a test's making, read as the real one is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { logFiles } from '../../../src/adapters/logs/log-files.ts';
import type { LogReader } from '../../../src/adapters/logs/reader.ts';
import type { LogEntry, LogPattern } from '../../../src/appliance.ts';

export const never = new AbortController().signal;
export const quiet = { signal: never, progress: () => undefined };

export interface Folder {
  path: string;
  at(name: string): string;
  write(name: string, content: string | Buffer): Promise<string>;
  log(name: string): LogReader;
}

export function logFolder(): Folder {
  const top = mkdtempSync(join(tmpdir(), 'gatehouse-logs-'));
  onTestFinished(() => rmSync(top, { recursive: true }));
  const path = join(top, 'log');
  const at = (name: string) => join(path, name);
  const { file: log } = logFiles(path, top);
  return {
    path,
    at,
    log,
    async write(name, content) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), content);
      return at(name);
    },
  };
}

export interface Asked {
  direction?: 'older' | 'newer';
  lines?: number;
  only?: LogPattern;
}

/** Every line, page by page, oldest first. */
export async function allOf(
  log: LogReader,
  { direction = 'older', lines = 1000, only }: Asked = {},
): Promise<LogEntry[]> {
  const found: LogEntry[][] = [];
  let from = direction === 'older' ? 'newest' : 'oldest';
  for (;;) {
    const page = await log.page({ from, direction, lines, ...(only ? { only } : {}) }, never);
    found.push(page.lines);
    if (page.isEnd) break;
    from = page.reached ?? (direction === 'older' ? page.lines[0] : page.lines.at(-1))?.place ?? from;
  }
  return (direction === 'older' ? found.reverse() : found).flat();
}

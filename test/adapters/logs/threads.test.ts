/** The threads that search: each may be used again and again, and several at once. */
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { grain } from '../../../src/adapters/logs/bytes.ts';
import { scan } from '../../../src/adapters/logs/workers.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a thread that has searched searches again, and two search at once', async () => {
  const path = join(folder, 'log');
  writeFileSync(path, 'GET 502\nGET 200\n'.repeat(100));
  const patterns = [{ text: '502', regular: true }];
  const range = { fd: openSync(path, 'r'), name: path, size: 1600, from: 0, to: 1600, direction: 'newer' as const };
  const job = { ...range, patterns, most: 1, counts: false, grain };
  const { signal } = new AbortController();
  for (let turn = 0; turn < 5; turn++) expect(await scan(job, { signal })).toMatchObject({ spans: [[0, 8]] });
  const both = await Promise.all([scan({ ...job, counts: true }, { signal }), scan(job, { signal })]);
  expect(both.map(({ count }) => count)).toEqual([100, 1]);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogNews } from '../../src/appliance.ts';
import { type Lab, openLab } from '../../src/lab/lab.ts';

const never = new AbortController().signal;
const quiet = { signal: never, progress: () => undefined };
let folder: string;
let lab: Lab;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-lab-logs-'));
  lab = await openLab({ folder });
});

afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

describe("the lab's log folder", () => {
  test('has texts, rotated and packed ones, and one that holds no lines', async () => {
    const files = await lab.machine.logs.files(never);
    expect(files.map(({ path, compressed, unreadable }) => [path, compressed ?? unreadable ?? 'text'])).toEqual([
      ['hostile.log', 'text'],
      ['nginx/access.log', 'text'],
      ['nginx/error.log', 'text'],
      ['syslog', 'text'],
      ['syslog.1', 'text'],
      ['syslog.2.gz', 'gzip'],
      ['wide.log', 'text'],
      ['wtmp', 'made of records (wtmp)'],
    ]);
  });

  test('is read, packed or not, and searched', async () => {
    const { logs } = lab.machine;
    for (const path of ['syslog', 'syslog.2.gz']) {
      const page = await logs.file(path).page({ from: 'newest', direction: 'older', lines: 50 }, never);
      expect(page.lines).toHaveLength(50);
      expect(page.lines.at(-1)?.text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00 gatehouse-lab \S+: /);
    }
    const pattern = { text: 'kernel: .*eth0', regular: true };
    const { found } = await logs.file('syslog').search({ from: 'newest', direction: 'older', pattern }, quiet);
    expect(found?.text).toContain('kernel: eth0: ');
    const wide = await logs.file('wide.log').page({ from: 'oldest', direction: 'newer', lines: 2 }, never);
    expect(wide.lines[1]?.text).toHaveLength(5008);
  });

  test('grows while it is watched', { timeout: 30_000 }, async () => {
    const over = new AbortController();
    const news: LogNews[] = [];
    const follow = lab.machine.logs.file('syslog').follow(
      { from: 'newest' },
      {
        signal: over.signal,
        progress(one) {
          news.push(one);
          over.abort();
        },
      },
    );
    await follow;
    expect(news).toMatchObject([{ kind: 'lines', lines: [{ text: expect.stringContaining('gatehouse-lab') }] }]);
  });
});

describe("the lab's journal", () => {
  test('holds what units have said, by unit and by priority', async () => {
    const { logs } = lab.machine;
    const page = (filter: Parameters<typeof logs.journal>[0]) =>
      logs.journal(filter).page({ from: 'newest', direction: 'older', lines: 1000 }, never);
    const docker = await page({ unit: 'docker.service' });
    expect(docker.lines.map(({ text }) => text)).toContain('API listen on /run/docker.sock');
    const bad = await page({ priority: 4 });
    expect(bad.lines.length).toBeGreaterThan(0);
    expect(bad.lines.every(({ priority = 9 }) => priority <= 4)).toBe(true);
    const until = docker.lines[1]?.at ?? '';
    expect((await page({ unit: 'docker.service', until })).lines).toHaveLength(2);
    expect(await logs.units(never)).toContain('docker.service');
  });
});

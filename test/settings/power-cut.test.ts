/** Processes that end at any moment while they save, and several that save at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/settings/store.ts';
import { parseSaved } from '../../src/settings/text.ts';

let folder: string;
let writer: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-power-cut-'));
  writer = join(folder, 'writer.mjs');
  const entry = fileURLToPath(new URL('writer.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: writer,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(settings: string, count: number) {
  const child = spawn(process.execPath, [writer, settings, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => said.push(line));
  const closed = Promise.all([once(child, 'close'), once(lines, 'close')]);
  return { child, said, lines, closed };
}

const savedIn = (said: readonly string[]) => said.flatMap((line) => /^saved (\d+)$/.exec(line)?.[1] ?? []).map(Number);

/** Kills a writer at a random moment after its first save; gives the last revision that it was told of. */
async function killed(settings: string): Promise<number> {
  const { child, said, lines, closed } = start(settings, 1e9);
  await once(lines, 'line');
  // Not a wait for anything: the moment is what is random.
  await after(Math.random() * 12);
  child.kill('SIGKILL');
  await closed;
  return Math.max(...savedIn(said));
}

/** Removes what unfinished writes left, so that the next cut is judged by its own; gives how many there were. */
async function takeUnfinished(settings: string): Promise<number> {
  const names = (await readdir(settings, { recursive: true })).filter((name) => name.endsWith('.new'));
  for (const name of names) await rm(join(settings, name));
  return names.length;
}

test('killed at 100 random moments the file is always whole, and the old or the new one', {
  timeout: 180_000,
}, async () => {
  const settings = join(folder, 'killed');
  let midway = 0;
  for (let cut = 0; cut < 100; cut += 1) {
    const told = await killed(settings);
    // As the next boot finds it, before anything puts it right.
    const raw = parseSaved(await readFile(join(settings, 'settings.json'), 'utf8'));
    expect([told, told + 1]).toContain(raw.revision);
    expect(raw.settings.windowSeconds).toBe(5 + (raw.revision % 3000));
    const versions = await readdir(join(settings, 'versions'));
    const unfinished = await takeUnfinished(settings);
    if (unfinished > 0 || raw.revision > told || versions.includes(`settings.${raw.revision + 1}.json`)) midway += 1;

    const notices: string[] = [];
    const store = await openStore(settings, { notice: (text) => notices.push(text) });
    const present = await store.read();
    expect([told, told + 1]).toContain(present.revision);
    expect(present.revision).toBeGreaterThanOrEqual(raw.revision);
    expect(notices.filter((text) => !text.includes('cut short'))).toEqual([]);
    expect((await store.versions()).map(({ revision }) => present.revision - revision)).toEqual([
      ...Array(Math.min(11, present.revision)).keys(),
    ]);
  }
  // Otherwise the kills hit no save, and nothing was tried.
  expect(midway).toBeGreaterThan(10);
});

test('four processes that save at once lose nothing to one another', { timeout: 60_000 }, async () => {
  const settings = join(folder, 'together');
  const writers = Array.from({ length: 4 }, () => start(settings, 25));
  await Promise.all(writers.map(({ closed }) => closed));
  const told = writers.flatMap(({ said }) => savedIn(said)).sort((a, b) => a - b);
  expect(told).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  const store = await openStore(settings, { notice: () => undefined });
  expect(await store.read()).toMatchObject({ revision: 100 });
});

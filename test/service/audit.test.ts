/** The audit on the disk: whole lines whatever dies, full files put aside, and read back by pages, newest first. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test, vi } from 'vitest';
import type { AuditEntry } from '../../src/appliance.ts';
import { auditFile, auditTo } from '../../src/service/audit.ts';
import { auditOf } from '../../src/service/audit-read.ts';
import { logTo } from '../../src/service/log.ts';
import { failing, temporaryFolder } from './world.ts';

const quiet = logTo({ write: () => undefined });
const entry = (what: string, more = '') => ({ by: 'alice', what, before: more, after: '', outcome: 'done' });
const line = (what: string, more = '') => `${JSON.stringify({ time: '2026-01-02T03:04:05Z', ...entry(what, more) })}\n`;

function place() {
  const state = temporaryFolder();
  const file = auditFile(state);
  const { read } = auditOf(state);
  const audit = auditTo(file, quiet, { rotates: true });
  const names = () => readdirSync(state).sort();
  /** All of it by pages of so many. */
  const all = async (lines: number) => {
    const found: AuditEntry[] = [];
    for (let before: string | undefined, isFirst = true; isFirst || before !== undefined; isFirst = false) {
      const page = await read({ lines, ...(before === undefined ? {} : { before }) });
      expect(page.entries.length).toBeLessThanOrEqual(lines);
      found.push(...page.entries);
      before = page.older;
    }
    return found.map(({ what }) => what);
  };
  return { state, file, audit, read, names, all };
}

test('nothing was changed yet: an empty page', async () => {
  expect(await place().read({ lines: 10 })).toEqual({ entries: [] });
});

test('what is noted is read back, newest first, and only root reads the file', async () => {
  const { file, audit, read } = place();
  await audit.note(entry('first'));
  await audit.note({ ...entry('second'), uid: 1000, user: 'alice', address: '10.0.0.7' });
  expect((await read({ lines: 10 })).entries).toEqual([
    expect.objectContaining({ what: 'second', uid: 1000, user: 'alice', address: '10.0.0.7' }),
    expect.objectContaining({ what: 'first', time: expect.stringMatching(/Z$/) }),
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a full file is put aside; five are kept, and all of them are read by pages of any size', async () => {
  const { file, audit, names, all } = place();
  const filler = 'x'.repeat(3900);
  const wanted: string[] = [];
  for (let number = 1; number <= 7; number += 1) {
    // Nearly full, as many notes would leave it.
    const lines = Array.from({ length: 1300 }, (_, at) => `${number}.${at}`);
    appendFileSync(file, lines.map((what) => line(what, filler)).join(''));
    await audit.note(entry(`${number}.last`));
    wanted.push(...lines, `${number}.last`);
  }
  expect(names()).toEqual(['audit.jsonl', ...[2, 3, 4, 5, 6].map((number) => `audit.jsonl.${number + 1}`)].sort());
  for (const size of [7, 1000]) {
    const found = await all(size);
    expect(found).toEqual(wanted.slice(-found.length).reverse());
    expect(found.length).toBeGreaterThan(5 * 1300);
  }
}, 60_000);

test('a place stays right when the file is put aside between two pages', async () => {
  const { file, audit, read } = place();
  writeFileSync(file, Array.from({ length: 10 }, (_, at) => line(`old ${at}`)).join(''));
  const { older } = await read({ lines: 4 });
  appendFileSync(file, line('much', 'x'.repeat(5_000_000)));
  await audit.note(entry('new'));
  expect(statSync(`${file}.1`).size).toBeGreaterThan(5_000_000);
  const { entries } = await read({ lines: 3, ...(older === undefined ? {} : { before: older }) });
  expect(entries.map(({ what }) => what)).toEqual(['old 5', 'old 4', 'old 3']);
});

test('a torn line, and what is no entry, are passed over, and the next note stands on a line of its own', async () => {
  const { file, audit, read } = place();
  writeFileSync(file, `${line('whole')}null\n[]\n{"time":"x"}\n\xff\n${line('torn').slice(0, 30)}`);
  await audit.note(entry('next'));
  expect((await read({ lines: 10 })).entries.map(({ what }) => what)).toEqual(['next', 'whole']);
});

test('whoever asks for too much gets a page that is bounded, and a way on', async () => {
  const { file, read, all } = place();
  const many = Array.from({ length: 1000 }, (_, at) => `${at}`);
  writeFileSync(file, many.map((what) => line(what, 'x'.repeat(3000))).join(''));
  const { entries, older } = await read({ lines: 1000 });
  expect(entries.length).toBeLessThan(400);
  expect(older).toBeDefined();
  expect(await all(1000)).toEqual(many.reverse());
});

test('a place that none was given is refused', async () => {
  expect(await failing(place().read({ lines: 1, before: '../../etc/passwd' }))).toMatchObject({ code: 'bad-value' });
});

test('a field without end is cut', async () => {
  const { audit, read } = place();
  await audit.note(entry('long', 'x'.repeat(1_000_000)));
  expect((await read({ lines: 1 })).entries[0]?.before).toHaveLength(4001);
});

test('text that would move a cursor or begin a line is one line of plain JSON', async () => {
  const { file, audit, read } = place();
  await audit.note(entry('a\nb\u001b[2J'));
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
  expect((await read({ lines: 1 })).entries[0]?.what).toBe('a\nb\u001b[2J');
});

test('two processes that write at once tear no line', async () => {
  const { state, file, all } = place();
  mkdirSync(state, { recursive: true });
  const writers = ['a', 'b'].map((name) => auditTo(file, quiet, { rotates: name === 'a' }));
  await Promise.all(writers.flatMap((one, at) => Array.from({ length: 50 }, (_, i) => one.note(entry(`${at}.${i}`)))));
  expect(new Set(await all(1000)).size).toBe(100);
});

test('no line that was acknowledged is lost to a kill -9, be it while a file is put aside', async () => {
  const { state, file, all } = place();
  const acknowledged: string[] = [];
  const writer = join(state, 'writer.mjs');
  const entry = new URL('audit-writer.ts', import.meta.url).pathname;
  await build({
    entryPoints: [entry],
    outfile: writer,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  // As many as are kept, so that nothing is taken away for its age.
  for (let round = 0; round < 5; round += 1) {
    // Full after some ten more lines, so that each round has its file put aside.
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    appendFileSync(file, `${' '.repeat(999)}\n`.repeat(Math.max(0, 4700 - size / 1000)));
    const child = fork(writer, [state, String(round)], { stdio: 'ignore' });
    child.on('message', (what: string) => void acknowledged.push(what));
    const wanted = acknowledged.length + 5 + round * 4;
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(wanted), { timeout: 20_000, interval: 1 });
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(statSync(`${file}.1`).size).toBeGreaterThan(5_000_000);
  const found = new Set(await all(1000));
  expect(acknowledged.filter((what) => !found.has(what))).toEqual([]);
}, 120_000);

/** How programs are run: bounded in time and output, ended when given up, with nothing of our environment. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Failure } from '../src/errors.ts';
import { lines, run } from '../src/run.ts';

async function problem(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw error ?? new Error('it did not fail');
  return error.problem;
}

function pidFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'pid');
}

/** Gone, or a zombie that only waits to be collected. */
function isGone(pid: string): boolean {
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || / Z /.test(readFileSync(stat, 'utf8'));
}

test('output and exit code come back, an expected code is no failure', async () => {
  expect(await run('printf', ['a\\nb\\n'])).toEqual({ stdout: 'a\nb', stderr: '', exitCode: 0 });
  expect(await run('false', [], { expect: [0, 1] })).toMatchObject({ exitCode: 1 });
});

test('arguments reach the program as they are, whatever a shell would make of them', async () => {
  const { stdout } = await run('printf', ['%s', '$(id); `id` > /tmp/x "\'']);
  expect(stdout).toBe('$(id); `id` > /tmp/x "\'');
});

test('a program that ends with an error is told by its last line', async () => {
  expect(await problem(run('sh', ['-c', 'echo first >&2; echo last >&2; exit 3']))).toEqual({
    code: 'program-failed',
    details: { program: 'sh', exitCode: 3, said: 'last' },
  });
});

test('a program that is not installed is unavailable', async () => {
  expect(await problem(run('gatehouse-no-such-program', []))).toMatchObject({
    code: 'unavailable',
    details: { what: 'gatehouse-no-such-program' },
  });
});

test('one that takes too long is ended, even if it does not listen to TERM', async () => {
  const file = pidFile();
  const begun = performance.now();
  const stubborn = ['-c', `trap "" TERM; echo $$ > ${file}; while :; do read -t 1 x <> /dev/zero; done`];
  expect(await problem(run('bash', stubborn, { limit: 300 }))).toMatchObject({
    code: 'timed-out',
    details: { seconds: 0.3 },
  });
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(isGone(readFileSync(file, 'utf8').trim())).toBe(true);
}, 10_000);

test('one that is given up is ended', async () => {
  const stop = new AbortController();
  const running = problem(run('sleep', ['60'], { signal: stop.signal }));
  stop.abort();
  expect(await running).toMatchObject({ code: 'aborted' });
  expect(await problem(run('sleep', ['60'], { signal: stop.signal }))).toMatchObject({ code: 'aborted' });
});

test('more output than is kept is a failure, not a full memory', async () => {
  expect(await problem(run('yes', [], { most: 10_000 }))).toMatchObject({ code: 'not-understood' });
});

test('nothing of our own environment is handed on', async () => {
  process.env.GATEHOUSE_TEST_SECRET = 'secret';
  const { stdout } = await run('env', []);
  delete process.env.GATEHOUSE_TEST_SECRET;
  expect(stdout).not.toContain('secret');
  expect(stdout).toContain('LC_ALL=C.UTF-8');
});

test('lines come as they are said, and leaving them ends the program', async () => {
  const file = pidFile();
  const seen: string[] = [];
  for await (const line of lines('sh', ['-c', `echo $$ > ${file}; echo one; echo two; exec sleep 60`])) {
    seen.push(line);
    if (line === 'two') break;
  }
  expect(seen).toEqual(['one', 'two']);
  const pid = readFileSync(file, 'utf8').trim();
  await vi.waitFor(() => expect(isGone(pid)).toBe(true));
});

test('a stream of lines ends as a run does', async () => {
  const all = lines('sh', ['-c', 'echo one; exit 4']);
  expect((await all.next()).value).toBe('one');
  expect(await problem(all.next())).toMatchObject({ code: 'program-failed', details: { exitCode: 4 } });
  const stop = new AbortController();
  const endless = lines('sh', ['-c', 'echo one; exec sleep 60'], { signal: stop.signal });
  await endless.next();
  stop.abort();
  expect(await problem(endless.next())).toMatchObject({ code: 'aborted' });
  const late = lines('sh', ['-c', 'echo one; exec sleep 60'], { limit: 200 });
  await late.next();
  expect(await problem(late.next())).toMatchObject({ code: 'timed-out' });
});

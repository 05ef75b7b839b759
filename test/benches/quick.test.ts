/** Each part of the bench runs, on small things and once: its figures say nothing then, and none is judged. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parts } from '../../scripts/benches/parts.ts';
import { type Built, buildConsole } from '../terminal/operator.ts';

const run = promisify(execFile);

const top = join(import.meta.dirname, '../..');
let folder: string;
let built: Built;
beforeAll(() => {
  // Beside the packages: the terminal's is not one that goes into a bundle.
  mkdirSync(join(top, '.cache/bench'), { recursive: true });
  folder = mkdtempSync(join(top, '.cache/bench/test-'));
  const out = join(folder, 'bench.mjs');
  execFileSync(process.execPath, [join(top, 'scripts/build.mjs'), 'scripts/benches/main.ts', out], { cwd: top });
  built = buildConsole();
  // Two whole bundles.
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  built?.remove();
});

interface Told {
  parts: { name: string; leftOut?: string; failed?: string; rows: { what: string; ours?: { value: number } }[] }[];
}

test.each(Object.keys(parts))('the part %s measures', { timeout: 180_000 }, async (name) => {
  const args = [join(folder, 'bench.mjs'), name, '--quick', '--runs', '1', '--json', '--program', built.program];
  const { stdout } = await run(process.execPath, args, { timeout: 170_000 });
  const [part] = (JSON.parse(stdout) as Told).parts;
  // What a part lacks on a machine is told of, and no failure (scripts/bench).
  if (part?.leftOut) return;
  expect(part?.failed).toBeUndefined();
  expect(part?.rows.length).toBeGreaterThan(0);
  for (const { what, ours } of part?.rows ?? []) if (ours) expect(ours.value, what).toBeGreaterThanOrEqual(0);
});

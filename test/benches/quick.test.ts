/** Each part of the bench runs, on small things and once: its figures say nothing then, and none is judged. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parts } from '../../scripts/benches/parts.ts';
import { type Bundle, bundle } from '../terminal/bundle.ts';
import { type Built, buildConsole } from '../terminal/operator.ts';

const run = promisify(execFile);

let bench: Bundle;
let built: Built;
beforeAll(() => {
  bench = bundle('scripts/benches/main.ts');
  built = buildConsole();
  // Two whole bundles.
}, 120_000);
afterAll(() => {
  bench?.remove();
  built?.remove();
});

interface Told {
  parts: { name: string; leftOut?: string; failed?: string; rows: { what: string; ours?: { value: number } }[] }[];
}

test.each(Object.keys(parts))('the part %s measures', { timeout: 180_000 }, async (name) => {
  const args = [bench.file, name, '--quick', '--runs', '1', '--json', '--program', built.program];
  const { stdout } = await run(process.execPath, args, { timeout: 170_000 });
  const [part] = (JSON.parse(stdout) as Told).parts;
  // What a part lacks on a machine is told of, and no failure (scripts/bench).
  if (part?.leftOut) return;
  expect(part?.failed).toBeUndefined();
  expect(part?.rows.length).toBeGreaterThan(0);
  for (const { what, ours } of part?.rows ?? []) if (ours) expect(ours.value, what).toBeGreaterThanOrEqual(0);
});

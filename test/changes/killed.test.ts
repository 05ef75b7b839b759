/** A process that is killed at any moment of a change, or of the way back; and what the next start makes of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChangeKeeper } from '../../src/changes/change.ts';
import { wayBack } from '../../src/changes/way-back.ts';
import { Place } from './place.ts';

const kills = 200;

let place: Place;
let program: string;
beforeAll(async () => {
  place = Place.make();
  program = join(place.top, 'run/changer.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('changer.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});
afterAll(() => place?.end());

/** Kills a changer at a random moment after it has begun; gives all that it said. */
async function killed(): Promise<string[]> {
  const child = spawn(process.execPath, [program, place.top], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => said.push(line));
  const closed = Promise.all([once(child, 'close'), once(lines, 'close')]);
  await once(lines, 'line');
  // Not a wait for anything: the moment is what is random.
  await after(Math.random() * 60);
  child.kill('SIGKILL');
  await closed;
  return said;
}

/** What may be there after it said that. */
function allowed(said: readonly string[], last: string): string[] {
  const begun = said.findLastIndex((line) => line.startsWith('from '));
  const from = said[begun]?.slice('from '.length) ?? last;
  const other = from === 'before' ? 'after' : 'before';
  const since = said.slice(begun + 1);
  if (since.includes('kept')) return [other];
  return since.includes('keeping') ? [from, other] : [from];
}

test(`${kills} kills leave what was kept, and otherwise what was before`, { timeout: 180_000 }, async () => {
  let last = 'before';
  const moments: Record<string, number> = {};
  let undone = 0;
  for (let kill = 0; kill < kills; kill++) {
    const said = await killed();
    const { outcome } = await wayBack(place.wayBackParts(), { atBoot: true });
    if (outcome === 'undone') undone += 1;
    // What the service does when it starts.
    (await ChangeKeeper.begin(place.parts(60))).close();
    const which = place.which();
    const may = allowed(said, last);
    expect(may, `kill ${kill}, after: ${said.slice(-4).join(', ')}`).toContain(which);
    expect(await wayBack(place.wayBackParts(), { atBoot: true })).toEqual({ outcome: 'nothing to do' });
    expect(place.which()).toEqual(which);
    last = String(which);
    const moment = said.at(-1)?.split(' ')[0] ?? '';
    moments[moment] = (moments[moment] ?? 0) + 1;
  }
  // A test that always kills between two changes would prove nothing.
  expect(undone, JSON.stringify(moments)).toBeGreaterThan(kills / 10);
  console.log(`${kills} kills, ${undone} led back; the last said was ${JSON.stringify(moments)}`);
});

/** Nothing outside the lab's folder is written, whatever is done on the simulated machine. */
import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labMachines } from '../../src/lab/lab.ts';
import { buildChild, emptyFolder, start } from './place.ts';

async function listing(folder: string, except: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (path === except) continue;
    const { mode, size, mtimeMs, ctimeMs, ino } = await lstat(path);
    lines.push([path, mode, size, mtimeMs, ctimeMs, ino].join(' '));
    if ((await lstat(path)).isDirectory()) lines.push(...(await listing(path, except)));
  }
  return lines;
}

/** A folder for each machine that was opened; no lock, and nothing half-written. */
const inside = [...labMachines().map(({ name }) => name), 'state.json'].sort();

test('the lab works where everything but its folder is read-only and there is no network', async ({ skip }) => {
  skip(
    process.platform !== 'linux' || process.getuid?.() !== 0,
    'needs root on Linux, to remount in a mount namespace',
  );
  const folder = await emptyFolder();
  const lab = start(['unshare', '--mount', '--net', process.execPath, await buildChild(), 'seal', folder]);
  expect(await lab.ended).toEqual({ code: 0, said: 'done\n' });
  expect(await readdir(folder)).toEqual(inside);
}, 60_000);

test('home, temporary and working folder are the same after the lab as before', async () => {
  const around = await emptyFolder();
  for (const name of ['home', 'home/.config', 'tmp', 'work', 'lab']) await mkdir(join(around, name), { mode: 0o700 });
  for (const name of ['home/.profile', 'work/notes']) await writeFile(join(around, name), 'kept');
  const lab = join(around, 'lab');
  const before = await listing(around, lab);
  const env = { PATH: process.env.PATH, HOME: join(around, 'home'), TMPDIR: join(around, 'tmp') };
  const run = start([process.execPath, await buildChild(), 'exercise', lab], { cwd: join(around, 'work'), env });
  expect(await run.ended).toEqual({ code: 0, said: 'done\n' });
  expect(await listing(around, lab)).toEqual(before);
  expect(await readdir(lab)).toEqual(inside);
}, 60_000);

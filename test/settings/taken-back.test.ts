/** An older release takes over the settings, and hands them back: nothing is lost that nobody changed. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Migration } from '../../src/settings/migrations.ts';
import { openStore } from '../../src/settings/store.ts';
import { asItWas, takeBack } from '../../src/settings/taken-back.ts';

/** A release 0.2.0 that calls a thing by another name, and knows one more. */
const steps: Migration[] = [
  {
    since: '0.2.0',
    up: (older) => {
      const { windowSeconds, ...rest } = older as Record<string, unknown>;
      return { ...rest, window: windowSeconds, banner: 'none' };
    },
    down: (newer) => {
      const { window, banner: _, ...rest } = newer as Record<string, unknown>;
      return { ...rest, windowSeconds: window };
    },
  },
];
const saved = (revision: number, settings: object, version = 2) =>
  JSON.stringify({ version, revision, at: '2026-11-21T10:00:00.000Z', by: 'anna', what: 'Banner', settings });

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-back-'));
  path = join(folder, 'settings.json');
  await mkdir(join(folder, 'versions'), { mode: 0o700 });
  await writeFile(path, saved(2, { window: 60, banner: 'Hello' }), { mode: 0o600 });
  await writeFile(join(folder, 'versions/settings.2.json'), saved(2, { window: 60, banner: 'Hello' }), { mode: 0o600 });
  await writeFile(join(folder, 'versions/settings.1.json'), saved(1, { windowSeconds: 30 }, 1), { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true }));

const back = async () => JSON.parse(await asItWas(folder, path, await readFile(path, 'utf8'), steps));

test('the older release reads all of them, with what it knows', async () => {
  expect(await takeBack(folder, '0.1.0', steps)).toBe(2);
  const store = await openStore(folder, { notice: (text) => expect.unreachable(text) });
  expect(await store.read()).toMatchObject({ revision: 2, by: 'anna', settings: { windowSeconds: 60 } });
  expect((await store.versions()).map(({ revision }) => revision)).toEqual([2, 1]);
  expect((await stat(join(folder, 'newer'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'newer/settings.json'))).mode & 0o777).toBe(0o600);
});

test('without any conversion it changes nothing, says so, and tells of the versions that it knows', async () => {
  const store = await openStore(folder, { notice: (text) => expect.unreachable(text) });
  await expect(store.read()).rejects.toMatchObject({ problem: { code: 'settings-newer' } });
  expect(JSON.parse(await readFile(path, 'utf8')).settings).toEqual({ window: 60, banner: 'Hello' });
});

test('back again, they are what they were, done once or twice', async () => {
  const before = JSON.parse(await readFile(path, 'utf8'));
  await takeBack(folder, '0.1.0', steps);
  expect(await takeBack(folder, '0.1.0', steps)).toBe(0);
  expect(await back()).toEqual(before);
});

test('what was changed meanwhile stays changed', async () => {
  await takeBack(folder, '0.1.0', steps);
  const store = await openStore(folder, { notice: (text) => expect.unreachable(text) });
  const { settings } = await store.read();
  await store.save({ ...settings, windowSeconds: 90 }, { revision: 2, by: 'ben', what: 'Window' });
  expect(await back()).toMatchObject({ version: 1, revision: 3, settings: { windowSeconds: 90 } });
  expect(await readdir(join(folder, 'newer'))).not.toContain('settings.json');
});

test('nothing is done for a release that reads them', async () => {
  expect(await takeBack(folder, '0.2.0~rc1', steps)).toBe(0);
  expect(await readdir(folder)).not.toContain('newer');
});

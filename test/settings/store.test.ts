/** The settings on a disk that fails, in the hands of people who edit it, and through sudden ends. */
import { spawnSync } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure, type Problem } from '../../src/errors.ts';
import { defaultSettings, type Settings } from '../../src/settings/schema.ts';
import { openStore, type SettingsStore, versionsKept } from '../../src/settings/store.ts';
import { describeWith } from '../setup/needs.ts';
import { full } from './full.ts';

let folder: string;
let notices: string[];
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-settings-'));
  path = join(folder, 'settings.json');
  notices = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (where = folder) => openStore(where, { notice: (text) => notices.push(text) });
const withWindow = (windowSeconds: number): Settings => ({ ...full, windowSeconds });

/** Saves so many times, with windows 11, 12, … */
async function saveTimes(store: SettingsStore, times: number): Promise<void> {
  for (let revision = 0; revision < times; revision += 1)
    await store.save(withWindow(11 + revision), { revision, by: 'operator', what: `change ${revision + 1}` });
}

async function problem(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`no Failure but ${error}`);
  return error.problem;
}

const mode = async (file: string) => ((await lstat(file)).mode & 0o7777).toString(8);

describe('saving', () => {
  test('a machine never set up has the defaults, and no file', async () => {
    expect(await (await open()).read()).toMatchObject({ revision: 0, settings: defaultSettings });
    expect(await readdir(folder)).toEqual(['versions']);
  });
  test('is found by the next who opens', async () => {
    await saveTimes(await open(), 1);
    expect(await (await open()).read()).toMatchObject({
      revision: 1,
      by: 'operator',
      what: 'change 1',
      settings: withWindow(11),
    });
    expect(notices).toEqual([]);
  });
  test('leaves files that only the owner reads, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      await saveTimes(await open(join(folder, 'deep', 'er')), 2);
    } finally {
      process.umask(umask);
    }
    const deep = join(folder, 'deep', 'er');
    expect(await mode(join(deep, 'settings.json'))).toBe('600');
    expect(await mode(join(deep, 'versions', 'settings.1.json'))).toBe('600');
    expect([await mode(deep), await mode(join(deep, 'versions'))]).toEqual(['700', '700']);
  });
  test('what is not right is refused, and the settings stay', async () => {
    const store = await open();
    await saveTimes(store, 1);
    const bad = { ...full, windowSeconds: 1 };
    expect(await problem(store.save(bad, { revision: 1, by: 'x', what: 'y' }))).toMatchObject({
      code: 'bad-value',
      details: { field: 'windowSeconds' },
    });
    expect(await store.read()).toMatchObject({ revision: 1, settings: withWindow(11) });
  });
  test('from an older state is refused, and tells who was first', async () => {
    const [one, other] = [await open(), await open()];
    await one.save(withWindow(11), { revision: 0, by: 'anna', what: 'a' });
    expect(await problem(other.save(withWindow(12), { revision: 0, by: 'bob', what: 'b' }))).toMatchObject({
      code: 'settings-changed',
      details: { by: 'anna' },
    });
    expect(await one.read()).toMatchObject({ by: 'anna', settings: { windowSeconds: 11 } });
  });
  test('ten at once from the same state: one succeeds', async () => {
    const stores = await Promise.all(Array.from({ length: 10 }, () => open()));
    const ends = await Promise.allSettled(
      stores.map((store, index) => store.save(withWindow(20 + index), { revision: 0, by: `${index}`, what: '' })),
    );
    const winners = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    expect(winners).toHaveLength(1);
    expect(await stores[0]?.read()).toEqual(winners[0]);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason.problem.code).toBe('settings-changed');
  });
});

describe('earlier versions', () => {
  test('are the last ten, newest first, with who, when and what', async () => {
    const store = await open();
    await saveTimes(store, 14);
    const versions = await store.versions();
    expect(versions.map(({ revision }) => revision)).toEqual([14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4]);
    expect(versions).toHaveLength(versionsKept + 1);
    expect(versions[1]).toEqual({
      revision: 13,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      by: 'operator',
      what: 'change 13',
    });
    expect(await readdir(join(folder, 'versions'))).toHaveLength(versionsKept + 1);
  });
  test('can be restored, as a new version', async () => {
    const store = await open();
    await saveTimes(store, 3);
    const { at } = await store.version(1);
    const restored = await store.restore(1, { revision: 3, by: 'anna' });
    expect(restored).toMatchObject({
      revision: 4,
      by: 'anna',
      what: `Restored number 1 of ${at}`,
      settings: withWindow(11),
    });
    expect(await problem(store.restore(99, { revision: 4, by: 'x' }))).toEqual({
      code: 'unknown-revision',
      details: { revision: 99 },
    });
    expect(await problem(store.restore(1, { revision: 3, by: 'x' }))).toMatchObject({ code: 'settings-changed' });
  });
});

describe('a broken settings.json is set aside, and the last good one used', () => {
  const breakages: [string, () => Promise<unknown>, string][] = [
    ['garbage', () => writeFile(path, Buffer.from([0xff, 0xfe, 0, 1, 2, 0x1b, 0x5b])), 'it is not whole JSON'],
    ['empty', () => truncate(path, 0), 'it is empty'],
    ['cut', () => truncate(path, 300), 'it is not whole JSON'],
    ['of zeros', () => writeFile(path, Buffer.alloc(4096)), 'it is not whole JSON'],
    ['of other JSON', () => writeFile(path, '{"a": 1}'), 'version: Invalid input: expected number, received undefined'],
    ['huge', () => truncate(path, 5 << 20), 'it has 5242880 bytes'],
    ['a folder', () => rm(path).then(() => mkdir(path)), 'it is no ordinary file'],
    ['a link to elsewhere', () => rm(path).then(() => symlink('/etc/hostname', path)), 'it is no ordinary file'],
    ['a pipe', async () => [await rm(path), spawnSync('mkfifo', [path])], 'it is no ordinary file'],
  ];
  test.each(breakages)('%s', async (_, breakIt, why) => {
    await saveTimes(await open(), 2);
    await breakIt();
    const store = await open();
    expect(await store.read()).toMatchObject({ revision: 2, settings: withWindow(12) });
    expect(notices).toEqual([
      expect.stringMatching(
        new RegExp(`^${path} is broken: ${why}\\. It is set aside as ${folder}/settings\\.broken-[-0-9TZ]+\\.json\\.$`),
      ),
      expect.stringMatching(/^The settings are taken from version 2, saved by operator at /),
    ]);
    expect((await readdir(folder)).sort()).toEqual([
      expect.stringMatching(/^settings\.broken-/),
      'settings.json',
      'versions',
    ]);
    await store.save(withWindow(13), { revision: 2, by: 'x', what: 'y' });
    expect(await (await open()).read()).toMatchObject({ revision: 3 });
    expect(notices).toHaveLength(2);
  });
  test('also while it runs', async () => {
    const store = await open();
    await saveTimes(store, 1);
    await writeFile(path, 'x');
    expect(await store.read()).toMatchObject({ revision: 1 });
  });
  test('with its newest versions broken too: the last good one', async () => {
    await saveTimes(await open(), 4);
    await writeFile(path, 'x');
    await truncate(join(folder, 'versions', 'settings.4.json'), 10);
    await truncate(join(folder, 'versions', 'settings.3.json'), 0);
    const store = await open();
    expect(await store.read()).toMatchObject({ revision: 2, settings: withWindow(12) });
    await store.save(withWindow(50), { revision: 2, by: 'x', what: 'y' });
    expect(await store.read()).toMatchObject({ revision: 3, settings: { windowSeconds: 50 } });
  });
  test('with nothing good left: the defaults', async () => {
    await saveTimes(await open(), 1);
    await writeFile(path, 'x');
    await writeFile(join(folder, 'versions', 'settings.1.json'), 'y');
    expect(await (await open()).read()).toMatchObject({ revision: 0, settings: defaultSettings });
    expect(notices).toHaveLength(2);
  });
  test('gone: the last good one', async () => {
    await saveTimes(await open(), 1);
    await rm(path);
    expect(await (await open()).read()).toMatchObject({ revision: 1, settings: withWindow(11) });
    expect(notices).toEqual([expect.stringMatching(/^The settings are taken from version 1/)]);
  });
  test('no broken text is ever repeated, as it may hold secrets', async () => {
    await saveTimes(await open(), 1);
    await writeFile(path, (await readFile(path, 'utf8')).replace('canary-1', "canary-1'"));
    expect(await (await open()).read()).toMatchObject({ revision: 1 });
    expect(notices.join()).toContain('proxy.proxies.0.password: the character at place 9 is not allowed');
    expect(notices.join()).not.toContain('canary');
  });
});

test('a save cut short between its two steps is completed', async () => {
  const store = await open();
  await saveTimes(store, 1);
  const before = await readFile(path);
  await store.save(withWindow(12), { revision: 1, by: 'anna', what: 'b' });
  await writeFile(path, before);
  expect(await (await open()).read()).toMatchObject({ revision: 2, by: 'anna', settings: { windowSeconds: 12 } });
  expect(notices).toEqual(['The save of version 2 had been cut short; it is complete now.']);
});

test('what an interrupted write left is taken away, but not what another process writes now', async () => {
  await saveTimes(await open(), 1);
  const [old, fresh] = ['0', '1'].map((digit) => join(folder, `.settings.json.${digit.repeat(16)}.new`)) as [
    string,
    string,
  ];
  for (const left of [old, fresh]) await writeFile(left, 'half');
  await utimes(old, 1, 1);
  await open();
  expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([basename(fresh)]);
});

test('settings of a later version are refused and left untouched', async () => {
  await saveTimes(await open(), 1);
  const later = (await readFile(path, 'utf8')).replace('"version": 1', '"version": 7');
  await writeFile(path, later);
  const store = await open();
  expect(await problem(store.read())).toEqual({ code: 'settings-newer', details: { version: 7, newest: 1 } });
  expect(await problem(store.save(full, { revision: 1, by: 'x', what: 'y' }))).toMatchObject({
    code: 'settings-newer',
  });
  expect(await readFile(path, 'utf8')).toBe(later);
});

test('a wrong mode is put right, and said', async () => {
  await saveTimes(await open(), 1);
  await chmod(path, 0o664);
  await chmod(folder, 0o777);
  expect(await (await open()).read()).toMatchObject({ revision: 1 });
  expect(notices).toEqual([`${folder} was put right: its mode was 0777.`, `${path} was put right: its mode was 0664.`]);
  expect([await mode(folder), await mode(path)]).toEqual(['700', '600']);
});

describeWith({ root: true }, 'as root', () => {
  test('a wrong owner is put right, and said', async () => {
    await saveTimes(await open(), 1);
    await chown(path, 1234, 1234);
    expect(await (await open()).read()).toMatchObject({ revision: 1 });
    expect(notices).toEqual([`${path} was put right: its owner was user 1234.`]);
    expect(await lstat(path)).toMatchObject({ uid: 0, gid: 0 });
  });
});

describeWith({ root: true, programs: ['mount', 'umount'] }, 'on a disk of its own', () => {
  const must = (program: string, ...args: string[]) => {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program}: ${stderr}`);
  };
  beforeEach(() => must('mount', '-t', 'tmpfs', '-o', 'size=128k,mode=0700', 'tmpfs', folder));
  afterEach(() => must('umount', folder));

  test('that is full nothing is lost, and saving works again once there is room', async () => {
    const store = await open();
    await saveTimes(store, 2);
    const filler = join(folder, 'filler');
    await writeFile(filler, Buffer.alloc(256 << 10)).catch(() => undefined);
    const failed = await problem(store.save(withWindow(99), { revision: 2, by: 'x', what: 'y' }));
    expect(failed).toMatchObject({ code: 'settings-not-written', details: { why: 'the disk is full' } });
    expect(await (await open()).read()).toMatchObject({ revision: 2, settings: withWindow(12) });
    expect(
      [...(await readdir(folder)), ...(await readdir(join(folder, 'versions')))].filter((name) =>
        name.endsWith('.new'),
      ),
    ).toEqual([]);
    await rm(filler);
    expect(await store.save(withWindow(99), { revision: 2, by: 'x', what: 'y' })).toMatchObject({ revision: 3 });
  });
  test('that fills up between the two steps of a save the settings are as before', async () => {
    const store = await open();
    await saveTimes(store, 1);
    const filler = join(folder, 'filler');
    // Room for the version (one page), not for settings.json after it.
    await writeFile(filler, Buffer.alloc(256 << 10)).catch(() => undefined);
    await truncate(filler, (await lstat(filler)).size - 4096);
    expect(await problem(store.save(withWindow(99), { revision: 1, by: 'x', what: 'y' }))).toMatchObject({
      code: 'settings-not-written',
      details: { path, why: 'the disk is full' },
    });
    expect(await (await open()).read()).toMatchObject({ revision: 1, settings: withWindow(11) });
  });
  test('that became read-only the settings are still read, and saving says why not', async () => {
    await saveTimes(await open(), 1);
    must('mount', '-o', 'remount,ro', folder);
    const store = await open();
    expect(await store.read()).toMatchObject({ revision: 1 });
    expect(await problem(store.save(withWindow(99), { revision: 1, by: 'x', what: 'y' }))).toMatchObject({
      code: 'settings-not-written',
      details: { why: 'the file system is read-only' },
    });
  });
  test('that became read-only with a broken file the last good one is used all the same', async () => {
    await saveTimes(await open(), 1);
    await rename(path, `${path}.away`);
    must('mount', '-o', 'remount,ro', folder);
    expect(await (await open()).read()).toMatchObject({ revision: 1 });
    expect(notices.at(-1)).toBe(`${path}: the file system is read-only.`);
  });
});

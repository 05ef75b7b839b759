/** The lab's folder: where it lies, whose it is, one lab at a time, and what survives. */
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultLabFolder, openLab } from '../../src/lab/lab.ts';
import { buildChild, emptyFolder, quickLab, start } from './place.ts';

const never = new AbortController().signal;

test('the lab lies in the state folder of the user, or in a private temporary one without a home', async () => {
  const home = await emptyFolder();
  const uid = process.getuid?.();
  expect(defaultLabFolder({ XDG_STATE_HOME: '/var/state', HOME: home })).toBe('/var/state/gatehouse-lab');
  expect(defaultLabFolder({ HOME: home })).toBe(join(home, '.local/state/gatehouse-lab'));
  expect(defaultLabFolder({ XDG_STATE_HOME: 'relative', HOME: home })).toBe(join(home, '.local/state/gatehouse-lab'));
  expect(defaultLabFolder({})).toBe(`/tmp/gatehouse-lab-${uid}`);
  expect(defaultLabFolder({ HOME: '/nonexistent', TMPDIR: '/var/tmp' })).toBe(`/var/tmp/gatehouse-lab-${uid}`);
});

test('a folder that the lab makes is for its user alone, and so are the files in it', async () => {
  const folder = join(await emptyFolder(), 'deep', 'lab');
  await quickLab({ folder });
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name));
    expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600);
  }
});

test('a folder that everybody may write in is refused', async () => {
  const folder = await emptyFolder();
  await chmod(folder, 0o777);
  await expect(openLab({ folder })).rejects.toMatchObject({ problem: { code: 'not-allowed' } });
});

test("another user's folder is refused, also behind a link", async ({ skip }) => {
  const around = await emptyFolder();
  const root = process.getuid?.() === 0;
  const theirs = root ? join(around, 'theirs') : '/';
  if (root) {
    await mkdir(theirs, { mode: 0o700 });
    await (await import('node:fs/promises')).chown(theirs, 12345, 12345);
  }
  skip(!root && (await stat('/')).uid === process.getuid?.(), 'no folder of another user here');
  await symlink(theirs, join(around, 'link'));
  for (const folder of [theirs, join(around, 'link')])
    await expect(openLab({ folder })).rejects.toMatchObject({ problem: { code: 'not-allowed' } });
});

test('a path that is a file is refused with the reason', async () => {
  const path = join(await emptyFolder(), 'file');
  await writeFile(path, '');
  await expect(openLab({ folder: path })).rejects.toMatchObject({ problem: { code: 'unavailable' } });
});

test('a second lab on the same folder is refused and told which process has it, until the first is closed', async () => {
  const folder = await emptyFolder();
  const first = await quickLab({ folder });
  const refused = { code: 'unavailable', details: { why: `process ${process.pid} has it open` } };
  await expect(openLab({ folder })).rejects.toMatchObject({ problem: refused });
  await first.close();
  await (await openLab({ folder })).close();
});

test('of twenty labs opened at once on one folder exactly one gets it, also over a stale lock', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'lock'), '999999999 1');
  const opened = await Promise.allSettled(Array.from({ length: 20 }, () => openLab({ folder })));
  const got = opened.filter((one) => one.status === 'fulfilled');
  expect(got).toHaveLength(1);
  await got[0]?.value.close();
  expect((await readdir(folder)).sort()).toEqual(['healthy', 'state.json']);
});

test('a lab in another process keeps the folder while it lives, and frees it when it is killed', async () => {
  const folder = await emptyFolder();
  const other = start([process.execPath, await buildChild(), 'hold', folder]);
  await other.hasSaid('open');
  await expect(openLab({ folder })).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  other.child.kill('SIGKILL');
  await other.ended;
  await quickLab({ folder });
});

test.each(['', 'rubbish', `${process.pid}`, `${process.pid} 1`, '1 1'])(
  'a lock that no living process holds (%j) is freed, also where its number was given to another since',
  async (stale) => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'lock'), stale);
    await quickLab({ folder });
  },
);

test('units are as they were left when the lab is opened again, each machine for itself', async () => {
  const folder = await emptyFolder();
  const first = await quickLab({ folder });
  await first.machine.units.act('stop', 'ssh.service', never);
  const left = await first.machine.units.show('ssh.service', 100, never);
  await first.close();
  const other = await quickLab({ folder, machine: 'no-docker' });
  expect(await other.machine.units.list(['ssh.service'], never)).toMatchObject([{ state: 'active' }]);
  await other.close();
  const again = await quickLab({ folder });
  expect(await again.machine.units.show('ssh.service', 100, never)).toEqual(left);
  expect(left.state).toBe('inactive');
});

test.each(['', '{"version": 1, "machi', '{"version": 2}', '{"version":1,"machines":{"healthy":{"units":3}}}'])(
  'a broken state file (%j) is set aside and the lab starts afresh',
  async (broken) => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'state.json'), broken);
    const lab = await quickLab({ folder });
    expect(await readFile(lab.setAside ?? '', 'utf8')).toBe(broken);
    expect(await lab.machine.units.list(['ssh.service'], never)).toMatchObject([{ state: 'active' }]);
  },
);

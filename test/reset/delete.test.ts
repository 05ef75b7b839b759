/** What a reset deletes of a machine's files, and what it must never reach: cut, broken and misled as they come. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { placesOf } from '../../src/changes/places.ts';
import { deleteAll } from '../../src/reset/delete.ts';
import { deletions } from '../../src/reset/list.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-reset-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

function write(path: string, text = 'somebody'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const isThere = (path: string) => existsSync(join(root, path));

test('every place that a change of settings may write is on the list', async () => {
  const places = placesOf('/var/lib/gatehouse').map((place) => (/[/-]$/.test(place) ? `${place}name` : place));
  for (const place of places) write(place);
  expect(await deleteAll(deletions, root)).toEqual({ failed: [] });
  expect(places.filter(isThere)).toEqual([]);
});

test("the operator's password and keys go, in the copy of shadow too; everybody else's stay", async () => {
  write('etc/passwd', 'root:x:0:0::/root:/bin/sh\noperator:x:1000:37::/home/operator:/bin/sh\n');
  const shadow = 'root:$y$r:1::::::\noperator:$y$hash:20000:0:99999:7:::\nanna:$y$a:1::::::\n';
  for (const name of ['shadow', 'shadow-']) write(`etc/${name}`, shadow);
  for (const home of ['root', 'home/operator']) write(`${home}/.ssh/authorized_keys`);
  write('home/operator/file');
  await deleteAll(deletions, root);
  for (const name of ['shadow', 'shadow-'])
    expect(text(`etc/${name}`)).toBe(shadow.replace('operator:$y$hash:', 'operator:!:'));
  expect(isThere('home/operator/.ssh/authorized_keys')).toBe(false);
  expect(isThere('root/.ssh/authorized_keys')).toBe(true);
  expect(isThere('home/operator/file')).toBe(true);
});

test('links that somebody has laid lead nowhere', async () => {
  write('etc/passwd', 'operator:x:1000:37::/home/operator:/bin/sh\n');
  write('root/.ssh/authorized_keys');
  write('srv/outside');
  mkdirSync(join(root, 'home/operator'), { recursive: true });
  symlinkSync(join(root, 'root/.ssh'), join(root, 'home/operator/.ssh'));
  for (const folder of ['var/log', 'var/diagnostics', 'var/lib/gatehouse', 'var/lib/docker/volumes']) {
    mkdirSync(join(root, folder), { recursive: true });
    symlinkSync(join(root, 'srv'), join(root, folder, 'link'));
  }
  write('var/lib/docker/image/overlay2/layerdb/mounts/c1/mount-id', '../../../../srv');
  await deleteAll(deletions, root);
  expect(isThere('root/.ssh/authorized_keys')).toBe(true);
  expect(text('srv/outside')).toBe('somebody');
});

test('logs go wherever they lie below; folders and links of the log folder stay', async () => {
  for (const path of ['var/log/syslog', 'var/log/journal/1234/system.journal', 'var/log/a/b/c.log']) write(path);
  symlinkSync('../../usr/share/doc', join(root, 'var/log/README'));
  await deleteAll(deletions, root);
  const left = readdirSync(join(root, 'var/log'), { recursive: true }).sort();
  expect(left).toEqual(['README', 'a', 'a/b', 'journal', 'journal/1234']);
});

test('our block of the hosts file goes; one whose marks somebody broke is left as it is', async () => {
  const theirs = '127.0.0.1 localhost\n';
  write('etc/hosts', `# begin gatehouse\n10.1.2.3\tone.example\n# end gatehouse\n${theirs}`);
  expect(await deleteAll(deletions, root)).toEqual({ failed: [] });
  expect(text('etc/hosts')).toBe(theirs);
  write('etc/hosts', `# begin gatehouse\n${theirs}`);
  expect(await deleteAll(deletions, root)).toEqual({ failed: [] });
  expect(text('etc/hosts')).toBe(`# begin gatehouse\n${theirs}`);
});

test('the time zone is UTC again', async () => {
  mkdirSync(join(root, 'etc'));
  symlinkSync('/usr/share/zoneinfo/Europe/Madrid', join(root, 'etc/localtime'));
  write('etc/timezone', 'Europe/Madrid\n');
  await deleteAll(deletions, root);
  expect(readlinkSync(join(root, 'etc/localtime'))).toBe('/usr/share/zoneinfo/Etc/UTC');
  expect(text('etc/timezone')).toBe('Etc/UTC\n');
});

test('host keys are made anew, also where a cut has left none, or half of one', async () => {
  write('etc/ssh/sshd_config', '');
  for (let time = 0; time < 2; time++) {
    write('etc/ssh/ssh_host_rsa_key.sfNCMuKpLM', 'half');
    expect(await deleteAll(deletions, root)).toEqual({ failed: [] });
    const keys = readdirSync(join(root, 'etc/ssh')).filter((name) => name.startsWith('ssh_host_'));
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter((name) => !/_key(\.pub)?$/.test(name))).toEqual([]);
    expect(lstatSync(join(root, 'etc/ssh/ssh_host_ed25519_key')).mode & 0o077).toBe(0);
    for (const name of keys) rmSync(join(root, 'etc/ssh', name));
  }
});

test('what cannot be deleted is told, and stops nothing else', async () => {
  // A file where a folder should be, and a folder where a file should be.
  mkdirSync(join(root, 'etc/passwd'), { recursive: true });
  write('var/diagnostics/report');
  const { failed } = await deleteAll(deletions, root);
  expect(failed).toEqual([expect.stringContaining("the operator's password and keys")]);
  expect(isThere('var/diagnostics/report')).toBe(false);
});

test('of a machine without any of it nothing is missing', async () => {
  expect((await deleteAll(deletions, root)).failed).toEqual([]);
});

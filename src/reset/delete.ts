/**
 * Does what the list of a reset says, on a machine that does nothing else: before its daemons run. Each step can be cut
 * anywhere and done again; one that fails does not stop the others. Links are never followed out of where it deletes.
 */
import { readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeHosts } from '../adapters/hosts/hosts.ts';
import { realDisk as disk } from '../changes/disk.ts';
import { writeWhole } from '../changes/files.ts';
import { Failure } from '../errors.ts';
import { run } from '../run.ts';
import { deleteContainers } from './containers.ts';
import type { Deletion, Step } from './list.ts';
import { homeOf, withoutPassword } from './passwd.ts';

export interface Deleted {
  /** What could not be deleted, and why: sentences without their full stops. */
  failed: string[];
}

/** @param root what stands for /: another in tests, where no program is run either */
export async function deleteAll(deletions: readonly Deletion[], root = '/'): Promise<Deleted> {
  const failed: string[] = [];
  for (const { what, steps } of deletions)
    for (const step of steps)
      await carryOut(step, root).catch((error: Error) => failed.push(`${what}: ${error.message}`));
  return { failed };
}

async function carryOut(step: Step, root: string): Promise<void> {
  switch (step.kind) {
    case 'all-in':
      return allIn(join(root, step.folder));
    case 'files-below':
      return filesBelow(join(root, step.folder));
    case 'file':
      return filesNamed(join(root, step.path), true);
    case 'files-named':
      return filesNamed(join(root, step.path), false);
    case 'hosts-block':
      return hostsBlock(join(root, 'etc/hosts'));
    case 'account':
      return account(step.user, root);
    case 'host-keys':
      return hostKeys(root);
    case 'ssh-off':
      return sshOff(root);
    case 'containers':
      return deleteContainers(root);
    case 'time-zone':
      return timeZone(root);
  }
}

/** Names in it; none where there is no such folder. */
const namesIn = (folder: string) => disk.list(folder);

async function allIn(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) await rm(join(folder, name), { recursive: true, force: true });
  await disk.syncFolder(folder);
}

async function filesBelow(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(nothingAbsent)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await filesBelow(path);
    else if (!entry.isSymbolicLink()) await rm(path, { force: true });
  }
  await disk.syncFolder(folder);
}

/** With the second names that changes which were cut have left of them (changes/files.ts). */
async function filesNamed(path: string, isWhole: boolean): Promise<void> {
  const folder = dirname(path);
  const own = basename(path);
  for (const name of await namesIn(folder)) {
    const plain = /^\.(.+)\.gatehouse-(?:new|before)$/.exec(name)?.[1] ?? name;
    if (isWhole ? plain === own : plain.startsWith(own)) await rm(join(folder, name), { force: true });
  }
  await disk.syncFolder(folder);
}

/** Where somebody else has broken its marks, nothing there is known to be ours. */
async function hostsBlock(file: string): Promise<void> {
  await writeHosts([], file).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.problem.code !== 'not-understood') throw error;
  });
}

async function account(user: string, root: string): Promise<void> {
  for (const name of ['shadow', 'shadow-']) {
    const path = join(root, 'etc', name);
    const file = await disk.read(path);
    if (!file) continue;
    const content = withoutPassword(file.content, user);
    if (!content.equals(file.content)) await writeWhole(disk, path, { ...file, content });
  }
  const users = await disk.read(join(root, 'etc/passwd'));
  const home = users && homeOf(users.content.toString(), user);
  const folder = home && join(root, home, '.ssh');
  // A link would lead to somebody else's.
  if (!folder || (await disk.kind(folder)) !== 'folder') return;
  for (const name of ['authorized_keys', 'authorized_keys2']) await rm(join(folder, name), { force: true });
  await disk.syncFolder(folder);
}

/** With what ssh-keygen has left half-made. Made anew where sshd is installed, whatever there was before. */
async function hostKeys(root: string): Promise<void> {
  const folder = join(root, 'etc/ssh');
  const old = (await namesIn(folder)).filter((name) => /^ssh_host_\w+_key(?:\.|$)/.test(name));
  for (const name of old) await rm(join(folder, name), { force: true });
  const isInstalled = (await disk.kind(join(folder, 'sshd_config'))) !== 'absent';
  if (isInstalled) await optional(run('ssh-keygen', ['-A', '-f', root], { limit: 120_000 }));
  await disk.syncFolder(folder);
}

/** Not waited for: what is to be stopped may be waiting for us. */
async function sshOff(root: string): Promise<void> {
  if (root !== '/') return;
  const units = ['ssh.service', 'ssh.socket'];
  const { stdout } = await run('systemctl', ['list-unit-files', '--no-legend', '--plain', ...units], {
    expect: [0, 1],
  });
  const there = units.filter((unit) => stdout.includes(unit));
  if (there.length === 0) return;
  await run('systemctl', ['--quiet', 'disable', ...there], { limit: 60_000 });
  await run('systemctl', ['--quiet', '--no-block', 'stop', ...there]);
}

async function timeZone(root: string): Promise<void> {
  const [link, zones] = [join(root, 'etc/localtime'), '/usr/share/zoneinfo'];
  const target = await readlink(link).catch(() => undefined);
  if (target === undefined || /\/(?:Etc\/)?UTC$/.test(target)) return;
  await rm(`${link}.gatehouse-new`, { force: true });
  await symlink(`${zones}/Etc/UTC`, `${link}.gatehouse-new`);
  await rename(`${link}.gatehouse-new`, link);
  const name = join(root, 'etc/timezone');
  const file = (await disk.kind(name)) === 'absent' ? undefined : await disk.read(name);
  if (file) await writeWhole(disk, name, { ...file, content: Buffer.from('Etc/UTC\n') });
  await disk.syncFolder(dirname(link));
}

/** Without a program that is not installed there is nothing for it to do. */
async function optional(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Failure) || error.problem.code !== 'unavailable') throw error;
  });
}

function nothingAbsent(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}

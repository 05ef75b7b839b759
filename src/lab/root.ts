/**
 * The lab machine's file system: what would lie in / lies in its own folder. Here is where a path of the machine is,
 * and how its configuration files are read. What is in them is decided by the real renderers.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManagedFile } from '../adapters/files.ts';

/** @param root real path of what stands for / */
export function inRoot(root: string, files: readonly ManagedFile[]): ManagedFile[] {
  return files.map((file) => ({ ...file, path: join(root, file.path) }));
}

/** Empty where there is no such file. */
export async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
}

/** What the machine has before anybody sets it up. */
export async function furnish(root: string, hostName: string): Promise<void> {
  await mkdir(join(root, 'etc'), { recursive: true, mode: 0o700 });
  const hosts = `127.0.0.1\tlocalhost\n127.0.1.1\t${hostName}\n::1\tlocalhost ip6-localhost\n`;
  await writeFile(join(root, 'etc/hosts'), hosts, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** A line "key=value" of a section (systemd.syntax(7)). */
export interface Line {
  section: string;
  key: string;
  value: string;
}

export function linesOf(text: string): Line[] {
  let section = '';
  return text.split('\n').flatMap((line) => {
    const [, heading] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (heading !== undefined) section = heading;
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [{ section, key, value }];
  });
}

/** Every value of that key; an empty one drops those before it. */
export function valuesOf(lines: readonly Line[], section: string, key: string): string[] {
  const values = lines.filter((line) => line.section === section && line.key === key).map(({ value }) => value);
  return values.slice(values.lastIndexOf('') + 1);
}

/** What a disk for the first boot holds: gatehouse.yaml, or what cloud-init's NoCloud calls user-data. Only reads files. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, type Problem, problemOf } from '../errors.ts';
import { longestText } from './yaml.ts';

/** Labels of file systems that are looked for, the first found counts. Others may use those of NoCloud, too. */
export const seedLabels = ['GATEHOUSE', 'CIDATA', 'cidata'] as const;

export type SeedLabel = (typeof seedLabels)[number];

/** `under`: only what is under that key of the text. */
export type Seed = { from: string } & ({ text: string; under?: string } | { problem: Problem });

/** @returns undefined where it holds nothing for us, which is as it should be on a disk of cloud-init */
export async function seedIn(folder: string, label: SeedLabel): Promise<Seed | undefined> {
  const from = (name: string) => `${name} on the disk ${label}`;
  const own = 'gatehouse.yaml';
  try {
    const text = await textOf(join(folder, own));
    if (text !== undefined) return { from: from(own), text };
    if (label === 'GATEHOUSE')
      return { from: from(own), problem: fail('unavailable', { what: own, why: 'It is not on the disk.' }).problem };
    const data = await textOf(join(folder, 'user-data'));
    // Anything else that NoCloud allows there, a shell script for one, is not for us.
    if (data === undefined || !/^#cloud-config\s*$/m.test(data.slice(0, 1000))) return undefined;
    return { from: from('user-data'), text: data, under: 'gatehouse' };
  } catch (error) {
    return { from: from(own), problem: problemOf(error) };
  }
}

/** Undefined where there is no such file. A link could lead out of the disk. */
async function textOf(path: string): Promise<string | undefined> {
  const refuse = (why: string, error?: unknown) =>
    fail('unavailable', { what: path.split('/').at(-1) ?? '', why }, error);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw refuse(`It cannot be read (${error.code}).`, error);
    },
  );
  if (!file) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw refuse('It is no ordinary file.');
    if (found.size > longestText) throw refuse(`It has more than ${longestText / 1024} KiB.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

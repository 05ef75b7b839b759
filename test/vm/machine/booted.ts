/** The snapshot of a machine that has just booted, kept for all test files: they begin with it instead of booting. */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must } from '../../host/machine/programs.ts';
import { argumentsFor, type MachineOptions } from './arguments.ts';
import { imageWithWayIn } from './disk.ts';

const parts = ['disk.qcow2', 'booted.serial'];

/** Where it lies, if it does: one for each image, QEMU and machine, since none can be taken for another's. */
export async function bootedFolder(options: MachineOptions): Promise<string> {
  const disk = await imageWithWayIn();
  const qemu = await must(['qemu-system-x86_64', '--version']);
  // How writes reach the disk is the same to it.
  const recipe = [qemu, ...argumentsFor('', { ...options, durable: false }), options.size ?? ''];
  return join(dirname(disk), `booted-${createHash('sha256').update(recipe.join('\n')).digest('hex').slice(0, 12)}`);
}

export async function copy(from: string, to: string): Promise<void> {
  await must(['cp', '--sparse=always', ...parts.map((part) => join(from, part)), to]);
}

/** Whole or not at all, once where several do it. */
export async function keep(from: string, folder: string): Promise<void> {
  const partial = `${folder}-${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  await copy(from, partial);
  try {
    renameSync(partial, folder);
  } catch {
    // Another was first.
    rmSync(partial, { recursive: true });
  }
}

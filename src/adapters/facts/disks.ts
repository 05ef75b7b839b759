/** Which disk is which, from lsblk(8). Pure: how full they are is asked by facts.ts. */
import * as z from 'zod';
import { harmless } from '../../values/harmless.ts';
import { understood } from '../understood.ts';

/** util-linux 2.38 (Debian 12) and 2.41 (Debian 13). */
export const lsblkArguments = ['--json', '--bytes', '--output', 'NAME,TYPE,SIZE,RM,MOUNTPOINTS'];

interface Node {
  name: string;
  type: string;
  size: number;
  rm: boolean;
  mountpoints: (string | null)[];
  children?: Node[] | undefined;
}

const node: z.ZodType<Node> = z.object({
  name: z.string(),
  type: z.string(),
  size: z
    .number()
    .nullable()
    .transform((size) => size ?? 0),
  rm: z.boolean(),
  mountpoints: z.array(z.string().nullable()),
  get children() {
    return z.array(node).optional();
  },
}) as z.ZodType<Node>;
const devices = z.object({ blockdevices: z.array(node) });

export interface Disk {
  device: string;
  /** Bytes. */
  size: number;
  /** Where its file system is mounted, of several the one on the largest part. */
  mountedAt?: string;
}

/** Disks in the kernel's name only: memory, network and loops. */
const noDisk = /^(?:zram|ram|loop|nbd|fd|sr|dm-|md)\d/;

/**
 * The disk under "/" and the first other fixed disk; undefined where "/" is on none of them, as in a container, whose
 * lsblk shows the disks of the machine around it.
 * @throws Failure 'not-understood'
 */
export function parseDisks(json: string): { root: Disk; second?: Disk } | undefined {
  const { blockdevices } = understood('lsblk', devices, json);
  const root = blockdevices.find((device) => mounts(device).some(({ point }) => point === '/'));
  if (!root) return undefined;
  const second = blockdevices.find((device) => device !== root && isFixedDisk(device));
  return { root: { ...disk(root), mountedAt: '/' }, ...(second ? { second: disk(second) } : {}) };
}

function isFixedDisk({ type, name, size, rm }: Node): boolean {
  return type === 'disk' && !rm && size > 0 && !noDisk.test(name);
}

function disk(device: Node): Disk {
  const largest = mounts(device).sort((a, b) => b.size - a.size)[0];
  const name = harmless(device.name, { most: 32 });
  return { device: name, size: device.size, ...(largest ? { mountedAt: largest.point } : {}) };
}

/** Every place where something of this device is mounted, with the size of the part; "[SWAP]" is none. */
function mounts({ size, mountpoints, children = [] }: Node): { point: string; size: number }[] {
  const own = mountpoints
    .filter((point): point is string => point?.startsWith('/') ?? false)
    .map((point) => ({ point, size }));
  return [...own, ...children.flatMap(mounts)];
}

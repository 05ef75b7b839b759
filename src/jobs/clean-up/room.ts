/** How much room a file system has, and when that is too little. */
import { stat, statfs } from 'node:fs/promises';

export interface Room {
  /** Which file system. */
  device: number;
  /** Bytes free for others than root, and in all. */
  free: number;
  total: number;
}

/** Undefined where there is no such folder. */
export async function roomOf(folder: string): Promise<Room | undefined> {
  try {
    const [{ bavail, blocks, bsize }, { dev }] = await Promise.all([statfs(folder), stat(folder)]);
    return { device: dev, free: bavail * bsize, total: blocks * bsize };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Bytes below which a file system is nearly full: a tenth of it, which leaves a small disk time to be cleaned; at most
 * 1 GB, since on a large one a tenth is far more than logs and settings will need before somebody looks.
 */
const limitOf = ({ total }: Room) => Math.min(total / 10, 1e9);

export const isNearlyFull = (room: Room) => room.free < limitOf(room);

/** Half as much again as the limit, so that it does not begin anew a minute later: 15 % of a small disk. */
export const isEnough = (room: Room) => lacking(room) <= 0;

/** Bytes that have to become free until it is enough. */
export const lacking = (room: Room) => Math.ceil(limitOf(room) * 1.5 - room.free);

/** A disk that stops after so many steps: the process is gone, or the disk refuses. */
import { type Disk, realDisk } from '../../src/changes/disk.ts';

class Cut extends Error {}

/** Steps that write. */
const writing = new Set(['create', 'link', 'rename', 'remove', 'makeFolder', 'syncFolder']);

/**
 * @param steps done before the cut; a file that is being created then is half there
 * @param forever everything after it is refused too, as for a process that is gone
 */
export function cutting(
  steps: number,
  { forever = true, error = () => new Cut('cut') as Error } = {},
): Disk & { steps: number } {
  const disk = { steps: 0 } as Disk & { steps: number };
  for (const [name, work] of Object.entries(realDisk) as [keyof Disk, (...args: unknown[]) => Promise<unknown>][]) {
    const wrapped = async (...args: unknown[]) => {
      if (disk.steps > steps && forever) throw error();
      if (!writing.has(name)) return work(...args);
      disk.steps += 1;
      if (disk.steps !== steps + 1) return work(...args);
      if (name === 'create') await createHalf(args as Parameters<Disk['create']>);
      throw error();
    };
    Object.assign(disk, { [name]: wrapped });
  }
  return disk;
}

async function createHalf([path, file]: Parameters<Disk['create']>): Promise<void> {
  await realDisk.create(path, { ...file, content: file.content.subarray(0, file.content.length / 2) });
}

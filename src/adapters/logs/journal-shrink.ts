/** The journal made smaller by journalctl(1), oldest first; its newest part stays. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../run.ts';

/** Bytes that are left in any case: what was said last is what is asked for first. */
const LEFT = 16 << 20;
const LIMIT = 60_000;

/**
 * @param folder /var/log
 * @returns bytes that it became smaller; 0 where there is no journal there
 */
export async function shrinkJournal(folder: string, bytes: number, signal: AbortSignal): Promise<number> {
  const journal = join(folder, 'journal');
  const before = await sizeOf(journal);
  if (before <= LEFT) return 0;
  const size = `--vacuum-size=${Math.max(LEFT, before - bytes)}`;
  await run('journalctl', ['--quiet', size], { limit: LIMIT, signal });
  const after = await sizeOf(journal);
  if (before - after >= bytes) return before - after;
  // Files that are written to now do not count among the old ones; put aside, they do.
  await run('journalctl', ['--quiet', '--rotate'], { limit: LIMIT, signal });
  await run('journalctl', ['--quiet', size], { limit: LIMIT, signal });
  return Math.max(0, before - (await sizeOf(journal)));
}

/** Bytes on the disk. */
async function sizeOf(folder: string): Promise<number> {
  const machines = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = machines.filter((one) => one.isDirectory()).map(({ name }) => join(folder, name));
  const files = (
    await Promise.all(folders.map(async (one) => (await readdir(one).catch(() => [])).map((name) => join(one, name))))
  ).flat();
  const sizes = await Promise.all(
    files.map((file) =>
      lstat(file).then(
        ({ blocks }) => blocks * 512,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

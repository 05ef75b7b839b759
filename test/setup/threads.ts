/** Tests run from source; a thread cannot. So it is bundled, as scripts/build does, and whoever starts it is told where. */
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'vitest/config';

const starter = /\/src\/adapters\/logs\/workers\.ts$/;
const started = "join(import.meta.dirname, 'log-search.mjs')";
const top = join(import.meta.dirname, '../..');

export const threads: Plugin = {
  name: 'threads',
  // On the text as it stands in the file.
  enforce: 'pre',
  async transform(code: string, id: string) {
    if (!starter.test(id)) return undefined;
    if (!code.includes(started)) throw new Error(`${id} does not start its thread by ${started}.`);
    const entry = join(top, 'src/adapters/logs/search-worker.ts');
    const options = { bundle: true, write: false, platform: 'node', target: 'node20', format: 'esm' } as const;
    const { outputFiles } = await build({ ...options, entryPoints: [entry] });
    return { code: code.replace(started, JSON.stringify(await kept(outputFiles[0]?.text ?? ''))), map: null };
  },
};

/** Named after what is in it, since several runs may go on at once. Gives its path. */
async function kept(text: string): Promise<string> {
  const folder = join(top, '.cache/threads');
  const file = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
  return file;
}

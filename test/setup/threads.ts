/** Tests run from source; a thread cannot. So it is bundled, as scripts/build does, and whoever starts it is told where. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const starter = /\/src\/adapters\/logs\/workers\.ts$/;
const started = './log-search.mjs';

export const threads = {
  name: 'threads',
  async transform(code: string, id: string) {
    if (!starter.test(id) || !code.includes(started)) return undefined;
    const top = join(import.meta.dirname, '../..');
    const outfile = join(top, '.cache/vite', `log-search-${process.pid}.mjs`);
    const entry = join(top, 'src/adapters/logs/search-worker.ts');
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm' });
    return { code: code.replace(started, pathToFileURL(outfile).href), map: null };
  },
};

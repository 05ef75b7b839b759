/**
 * Bundles Gatehouse into dist/, which then needs nothing but Node: the program in pieces that are loaded when wanted,
 * the wrapper that starts it, blessed's terminal descriptions, the schemas of its answers, its man page, and the licences
 * of what is inside.
 *
 *   node scripts/build.mjs               src/main.ts to dist/
 *   node scripts/build.mjs ENTRY OUT     any entry to one file, for developers' tools
 */
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { blessedInOnePiece } from './build-blessed.mjs';
import { writeCaches } from './build-cache.mjs';
import { jsonrpcWithoutTransports } from './build-jsonrpc.mjs';
import { licences } from './build-licences.mjs';
import { writeParts } from './build-parts.mjs';
import { writeSchemas } from './schemas.mjs';

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const [entry, out] = process.argv.slice(2).map((path) => resolve(path));
if (entry && !out) {
  console.error('Usage: scripts/build [ENTRY OUT]');
  process.exit(64);
}
process.chdir(top);

// CommonJS packages ask for require and __dirname, which an ES module has not.
const banner = `import { createRequire as requireFrom } from 'node:module';
const require = requireFrom(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/** @type {import('esbuild').BuildOptions} */
const options = {
  // esbuild has noted where it was loaded, which may be anywhere.
  absWorkingDir: top,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  banner: { js: banner },
  // Natives that ssh2 tries to load, and works without.
  external: ['cpu-features', '*.node'],
  plugins: [blessedInOnePiece, jsonrpcWithoutTransports],
};

/** Threads are programs of their own: each lies beside what starts it. */
const buildThreads = (folder) =>
  esbuild.build({
    ...options,
    entryPoints: { 'log-search': 'src/adapters/logs/search-worker.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  });

async function buildEntry() {
  const { metafile } = await esbuild.build({ ...options, entryPoints: [entry], outfile: out });
  if ('src/adapters/logs/workers.ts' in metafile.inputs) await buildThreads(dirname(out));
  await copyTerminals(dirname(out));
}

async function buildProgram() {
  const started = performance.now();
  const built = await esbuild.build({
    ...options,
    banner: {},
    // Its parts become CommonJS, which has no import.meta.
    define: { 'import.meta.dirname': '__dirname' },
    entryPoints: { main: 'src/main.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'code-[hash]',
    write: false,
  });
  await removeOld();
  await writeParts(built, 'dist');
  const threads = await buildThreads('dist');
  await copyTerminals('dist');
  await cp('scripts/wrapper', 'dist/gatehouse');
  await chmod('dist/gatehouse', 0o755);
  await writeCaches('dist');
  await writeSchemas('dist/schemas.json');
  await mkdir('dist/man', { recursive: true });
  await writeFile('dist/man/gatehouse.1', execFileSync(process.execPath, ['dist/main.cjs', 'man']));
  const inputs = [built, threads].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile('dist/LICENSES.txt', await licences(inputs));
  await writeFile('dist/.built', '');
  const bytes = built.outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`Built dist/gatehouse in ${seconds} s: ${Math.round(bytes / 1024)} KiB.`);
}

async function removeOld() {
  await mkdir('dist', { recursive: true });
  for (const name of await readdir('dist')) if (/\.(mjs|cjs|js|cache)$/.test(name)) await rm(join('dist', name));
}

/** Where build-blessed.mjs makes blessed look for the terminals that it brings with it. */
async function copyTerminals(folder) {
  const from = 'node_modules/blessed/usr';
  const to = join(folder, 'terminals');
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (name !== 'fonts') await cp(join(from, name), join(to, name));
  }
}

await (entry ? buildEntry() : buildProgram());

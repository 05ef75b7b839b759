/**
 * Makes the program's parts of what esbuild has split: CommonJS, since Node's loader of ES modules costs more than all of
 * ours, and those that a start needs in one file together. See start.cjs, which loads them.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as esbuild from 'esbuild';

/**
 * What begins with the program in one file, by the modules that are wanted at once: the console until its first screen,
 * what every command of the command line needs, and the service. All names come before main.cjs in the alphabet, which is
 * the order that dpkg puts files in place: cut in between, an update leaves a whole program, old or new.
 */
const together = {
  console: ['src/main.ts', 'src/cli/console.ts', 'screens/console.ts', 'src/client/connect.ts'],
  later: /^screens\/(commands|diagnostics|system)\/|^screens\/(info|registration|setup)\.ts$/,
  commands: ['src/cli/program.ts', 'src/cli/info.ts'],
  appliance: ['src/cli/service.ts', 'src/adapters/real.ts'],
};

/**
 * @param {esbuild.BuildResult} built ES modules with their metafile, not written
 * @param {string} folder where the parts go, and main.cjs, which loads them
 * @returns {Promise<string[]>} the names of the files
 */
export async function writeParts({ outputFiles, metafile }, folder) {
  const named = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const functions = new Map(
    await Promise.all(outputFiles.map(async ({ path, text }) => [basename(path), await functionOf(text)])),
  );
  const placed = new Set();
  /** @type {Record<string, string>} of each part that is in a file with others: which */
  const where = {};
  const names = [];
  /** By a name of its content: what was compiled before of another text must never be taken for this one's. */
  const write = async (name, parts) => {
    const text = `({${parts.map((part) => `${JSON.stringify(part)}:${functions.get(part)}`).join(',\n')}})\n`;
    const file = `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.js`;
    await writeFile(join(folder, file), text);
    for (const part of parts) where[part] = file;
    names.push(file);
  };
  for (const [name, modules] of Object.entries(together)) {
    const parts = closure(holdersOf(modules, named), named).filter((part) => !placed.has(part));
    for (const part of parts) placed.add(part);
    await write(name, parts);
  }
  for (const part of named.keys()) {
    if (placed.has(part)) continue;
    await writeFile(join(folder, part), `({${JSON.stringify(part)}:${functions.get(part)}})\n`);
    names.push(part);
  }
  const start = await readFile('scripts/start.cjs', 'utf8');
  await writeFile(join(folder, 'main.cjs'), start.replace('{ /* build-parts.mjs */ }', JSON.stringify(where)));
  return [...names, 'main.cjs'];
}

/** The parts that modules went into, which are named, or fit a pattern. */
function holdersOf(modules, named) {
  const all = [...named].flatMap(([name, { inputs }]) => Object.keys(inputs).map((module) => [module, name]));
  if (modules instanceof RegExp) return all.filter(([module]) => modules.test(module)).map(([, name]) => name);
  const holder = new Map(all);
  const lost = modules.find((module) => !holder.has(module));
  if (lost) throw new Error(`${lost} is in no part of the program`);
  return modules.map((module) => holder.get(module));
}

/** Those parts and all that they import before they run, in the order of that. */
function closure(names, named, found = new Set()) {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    const imports = named.get(name).imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
    closure(
      imports.map(({ path }) => basename(path)),
      named,
      found,
    );
  }
  return [...found];
}

/** A part as the text of a function of (exports, require, module, __filename, __dirname). */
async function functionOf(text) {
  const { code } = await esbuild.transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    // Else Node's loader of ES modules would be started after all.
    supported: { 'dynamic-import': false },
  });
  return `function(exports,require,module,__filename,__dirname){${inAscii(code)}}`;
}

/** One byte a character, which is read without decoding and takes half of the memory; templates hold others, too. */
const inAscii = (code) =>
  code.replace(/[^\n\x20-\x7e\t]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

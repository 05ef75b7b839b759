/**
 * Makes a bootable disk of the appliance. What is made is kept by its inputs: the Debian below by the list of its packages,
 * the image by the package that goes in. Nothing is made twice.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formats, writeFormat } from './image.d/formats.mjs';
import { cache, fileKey, imageKey, rootKey, sourceDate, sourceKey, suite } from './image.d/inputs.mjs';
import { lacking, makeDebian, makeDisk, makePackage, withScratch } from './image.d/make.mjs';
import { run } from './image.d/run.mjs';
import { differences } from './image.d/twice.mjs';

const usage = `Usage: scripts/image [--format FORMAT]... [--output FOLDER]

Makes a bootable disk of the appliance, for BIOS and UEFI, and prints the path of each file made.

  --format FORMAT        raw, ${Object.keys(formats).join(', ')}; more than one by naming it again. Default: qcow2
  --output FOLDER        where to; default: the cache, where it is looked for first
  --deb FILE             the package that goes in; default: built of the source as it is now
  --fresh                fetches Debian anew, with all its updates; otherwise it is as it was fetched last
  --check-reproducible   makes all of it twice and compares`;

const hours = 3_600_000;
const started = performance.now();
const tell = (what) => console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);

function end(why, code) {
  console.error(why);
  process.exit(code);
}

function chosen() {
  const options = {
    format: { type: 'string', multiple: true, default: ['qcow2'] },
    output: { type: 'string' },
    deb: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    'check-reproducible': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  };
  try {
    const { values } = parseArgs({ options });
    for (const format of values.format)
      if (format !== 'raw' && !Object.hasOwn(formats, format)) throw new Error(`There is no format ${format}.`);
    if (values.deb && !existsSync(values.deb)) throw new Error(`There is no file ${values.deb}.`);
    return values;
  } catch (error) {
    return end(`${error.message}\n\n${usage}`, 64);
  }
}

/** @returns the folder of the Debian below */
async function debian({ fresh }) {
  const folder = join(cache, `root-${suite}-${rootKey()}`);
  if (fresh) await rm(folder, { recursive: true, force: true });
  if (!existsSync(folder)) {
    tell('Making the Debian below: some minutes, the first time');
    await makeDebian(folder);
  }
  return folder;
}

/** @returns the raw disk, made where there is none */
async function disk(options, folder) {
  const file = join(folder, 'gatehouse.raw');
  if (existsSync(file)) return file;
  const root = await debian(options);
  await withScratch(async (scratch) => {
    if (!options.deb) tell('Building the package');
    const deb = options.deb ?? (await makePackage(scratch));
    tell('Putting the appliance together');
    const partial = join(scratch, 'disk.raw');
    await makeDisk({ file: partial, root, deb, scratch });
    await mkdir(folder, { recursive: true });
    await rename(partial, file);
  });
  return file;
}

/** Images of earlier inputs but the newest, and what a broken-off run has left; nothing that somebody may be reading just now. */
async function removeOld() {
  const found = [];
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    if (/^(disk|scratch)-/.test(name)) found.push({ path, name, age: Date.now() - (await stat(path)).mtimeMs });
  }
  const disks = found.filter(({ name }) => name.startsWith('disk-')).sort((one, two) => one.age - two.age);
  const old = disks.slice(3).filter(({ age }) => age > hours / 2);
  const broken = found.filter(({ name, age }) => name.startsWith('scratch-') && age > 3 * hours);
  for (const { path } of [...old, ...broken]) await rm(path, { recursive: true, force: true });
}

async function delivered(file, output) {
  if (!output) return file;
  await mkdir(output, { recursive: true });
  const copy = resolve(output, basename(file));
  await run(['cp', '--sparse=always', file, copy]);
  return copy;
}

async function make(options) {
  await removeOld();
  const key = imageKey(options.deb ? await fileKey(options.deb) : sourceKey());
  const folder = join(cache, `disk-${suite}-${key}`);
  if (options.fresh) await rm(folder, { recursive: true, force: true });
  for (const format of new Set(options.format)) {
    const file = join(folder, `gatehouse.${format}`);
    if (!existsSync(file)) {
      const raw = await disk(options, folder);
      tell(`Writing ${format}`);
      if (file !== raw) await writeFormat(format, raw, file, sourceDate());
    }
    console.log(await delivered(file, options.output));
  }
  const now = new Date();
  await utimes(folder, now, now);
}

const options = chosen();
if (options.help) {
  console.log(usage);
} else {
  const missing = lacking();
  if (missing) end(missing, 69);
  await mkdir(cache, { recursive: true });
  if (options['check-reproducible']) {
    const found = await differences(tell);
    tell(
      found.length > 0 ? `Not equal: ${found.join('\n')}` : 'Equal in every byte, but for *.js.cache in the package.',
    );
    process.exitCode = found.length > 0 ? 1 : 0;
  } else await make(options);
}

/**
 * Makes a bootable disk of the appliance. What is made is kept by its inputs: the Debian below by the list of its packages,
 * the image by the package that goes in. Nothing is made twice.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ids, writeDisk } from './image.d/disk.mjs';
import { formats, writeFormat } from './image.d/formats.mjs';
import * as inputs from './image.d/inputs.mjs';
import { run } from './image.d/run.mjs';

const usage = `Usage: scripts/image [--format FORMAT]... [--output FOLDER]

Makes a bootable disk of the appliance, for BIOS and UEFI, and prints the path of each file made.

  --format FORMAT   ${Object.keys(formats).join(', ')}; more than one by naming it again. Default: qcow2
  --output FOLDER   where to; default: the cache, where it is looked for first
  --suite SUITE     ${inputs.suites.join(' or ')}; default: ${inputs.suites[0]}
  --deb FILE        the package that goes in; default: built of the source as it is now
  --fresh           fetches Debian anew, with all its updates; otherwise it is as it was fetched last`;

const options = (() => {
  try {
    return parseArgs({
      options: {
        format: { type: 'string', multiple: true, default: ['qcow2'] },
        output: { type: 'string' },
        suite: { type: 'string', default: inputs.suites[0] },
        deb: { type: 'string' },
        fresh: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return wrong(error.message);
  }
})();

if (options.help) {
  console.log(usage);
  process.exit();
}
for (const format of options.format) if (!Object.hasOwn(formats, format)) wrong(`There is no format ${format}.`);
if (!inputs.suites.includes(options.suite)) wrong(`There is no suite ${options.suite}.`);

function wrong(why) {
  console.error(`${why}\n\n${usage}`);
  process.exit(64);
}

const started = performance.now();
const tell = (what) => console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);
const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const epoch = inputs.sourceDate();
const env = { SOURCE_DATE_EPOCH: String(epoch) };

/** @returns the folder of the Debian below, made where there is none */
async function debian() {
  const folder = join(inputs.cache, `root-${options.suite}-${inputs.rootKey(options.suite)}`);
  if (options.fresh) await rm(folder, { recursive: true, force: true });
  if (existsSync(folder)) return folder;
  tell('Making the Debian below: some minutes, the first time');
  const { suite } = options;
  const given = [folder, suite, inputs.packagesOf(suite).join(' '), inputs.excludes];
  await run([...apart, inputs.part('make-root'), ...given, join(inputs.cache, 'packages')], { env });
  return folder;
}

/** @returns the package that goes in */
async function ourPackage(scratch) {
  if (options.deb) return resolve(options.deb);
  tell('Building the package');
  const build = [join(inputs.top, 'scripts/build'), '--deb', scratch];
  return (await run(build, { env: { ...env, GATEHOUSE_DEB_COMPRESSION: 'none' } })).trim().split('\n').at(-1);
}

/** @returns the raw disk of these inputs, made where there is none */
async function disk(folder) {
  const file = join(folder, 'disk.raw');
  if (existsSync(file)) return file;
  await mkdir(inputs.cache, { recursive: true });
  const scratch = await mkdtemp(join(inputs.cache, 'scratch-'));
  try {
    const root = await debian();
    const deb = await ourPackage(scratch);
    tell('Putting the appliance together');
    const system = join(scratch, 'system');
    await run([...apart, inputs.part('make-appliance'), system, root, deb, inputs.part('files'), ids.rootFileSystem], {
      env,
    });
    tell('Writing the disk');
    const partial = join(scratch, 'disk.raw');
    await writeDisk({ file: partial, folder: system, mebibytes: 2048, epoch, scratch });
    await mkdir(folder, { recursive: true });
    await rename(partial, file);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return file;
}

const key = inputs.imageKey(options.suite, options.deb ? inputs.fileKey(options.deb) : inputs.sourceKey());
const folder = join(inputs.cache, `disk-${options.suite}-${key}`);
for (const format of new Set(options.format)) {
  const file = join(folder, `gatehouse.${format}`);
  if (!existsSync(file)) {
    const raw = await disk(folder);
    tell(`Writing ${format}`);
    await writeFormat(format, raw, file, epoch);
  }
  console.log(await delivered(file));
}

async function delivered(file) {
  if (!options.output) return file;
  await mkdir(options.output, { recursive: true });
  const copy = resolve(options.output, basename(file));
  await run(['cp', '--sparse=always', file, copy]);
  return copy;
}

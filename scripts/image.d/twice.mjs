/** Makes everything a second time, from the source and Debian's packages on, and compares byte by byte. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formats, writeFormat } from './formats.mjs';
import { fileKey, sourceDate } from './inputs.mjs';
import { makeDebian, makeDisk, makePackage, withScratch } from './make.mjs';
import { run } from './run.mjs';

/**
 * @param {(what: string) => void} tell
 * @returns {Promise<string[]>} what differs; none: all was equal
 */
export function differences(tell) {
  return withScratch(async (scratch) => {
    const made = [];
    for (const turn of ['first', 'second']) {
      tell(`Making it all, the ${turn} time`);
      made.push(await makeAll(join(scratch, turn), made[0]?.deb));
    }
    const [one, two] = made;
    const differing = Object.keys(one.keys).filter((name) => one.keys[name] !== two.keys[name]);
    differing.push(...(await ofPackages(one, two)));
    if (!differing.includes('disk')) return differing;
    // diff(1) ends with 1 where there are any.
    const files = await run(['diff', '--recursive', '--brief', '--no-dereference', one.system, two.system]).catch(
      (error) => error.message,
    );
    return [...differing, files];
  });
}

/**
 * The one exception: V8's compiled form of the programs, `*.js.cache`, comes out another each time. So the package is
 * compared by its files, and both disks are made with the first one.
 */
async function ofPackages(...made) {
  const folders = made.map(({ ownDeb }) => `${ownDeb}.files`);
  for (const [at, { ownDeb }] of made.entries()) await run(['dpkg-deb', '--extract', ownDeb, folders[at]]);
  const said = await run([
    'diff',
    '--recursive',
    '--brief',
    '--no-dereference',
    '--exclude=*.js.cache',
    ...folders,
  ]).catch((error) => error.message);
  return said ? [said] : [];
}

async function makeAll(folder, firstDeb) {
  await mkdir(folder);
  const root = join(folder, 'root');
  await makeDebian(root);
  const ownDeb = await makePackage(folder);
  const deb = firstDeb ?? ownDeb;
  const file = join(folder, 'disk.raw');
  await makeDisk({ file, root, deb, scratch: folder });
  await rm(root, { recursive: true });
  const keys = { disk: await fileKey(file) };
  for (const format of Object.keys(formats)) {
    const out = join(folder, `gatehouse.${format}`);
    await writeFormat(format, file, out, sourceDate());
    keys[format] = await fileKey(out);
    await rm(out);
  }
  await rm(file);
  return { keys, deb, ownDeb, system: join(folder, 'system') };
}

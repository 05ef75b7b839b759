/** Makes the Debian below, the package and the disk. What is kept of it, and under what name, is inputs.mjs and image.mjs. */
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ids, writeDisk } from './disk.mjs';
import { cache, excludes, packages, part, released, sourceDate, suite, top } from './inputs.mjs';
import { run } from './run.mjs';

/** Debian's packages of what is used here, by a program or a file of each. */
const needs = {
  debootstrap: 'debootstrap',
  fdisk: 'sfdisk',
  e2fsprogs: 'mkfs.ext4',
  dosfstools: 'mkfs.vfat',
  mtools: 'mcopy',
  'qemu-utils': 'qemu-img',
  'grub-common': 'grub-mkimage',
  'grub-pc-bin': '/usr/lib/grub/i386-pc/boot.img',
  'grub-efi-amd64-bin': '/usr/lib/grub/x86_64-efi/moddep.lst',
  'util-linux': 'unshare',
};

/** What is missing to make an image here, as people would say it; undefined: nothing. */
export function lacking() {
  if (process.getuid() !== 0) return 'Making an image is up to root: sudo scripts/image';
  const folders = (process.env.PATH ?? '').split(delimiter);
  const isThere = (what) =>
    what.startsWith('/') ? existsSync(what) : folders.some((folder) => canRun(join(folder, what)));
  const missing = Object.keys(needs).filter((name) => !isThere(needs[name]));
  return missing.length > 0 ? `These packages of Debian are missing: apt-get install ${missing.join(' ')}` : undefined;
}

function canRun(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is mounted in there is of no concern to others, and goes with it. */
const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** The Debian below, as `folder`; where it is already there it stays. */
export async function makeDebian(folder) {
  const given = [folder, suite, packages().join(' '), excludes, join(cache, 'packages')];
  await run([...apart, part('make-root'), ...given], { env: { SOURCE_DATE_EPOCH: String(released) } });
}

/** @returns the .deb of the source as it is now. Not compressed: it is unpacked at once. */
export async function makePackage(folder) {
  const env = { SOURCE_DATE_EPOCH: String(sourceDate()), GATEHOUSE_DEB_COMPRESSION: 'none' };
  const said = await run([join(top, 'scripts/build'), '--deb', folder], { env });
  return said.trim().split('\n').at(-1);
}

/** The disk with that package on that Debian, as `file`. */
export async function makeDisk({ file, root, deb, scratch }) {
  const epoch = sourceDate();
  const folder = join(scratch, 'system');
  await run([...apart, part('make-appliance'), folder, root, deb, part('files'), ids.rootFileSystem], {
    env: { SOURCE_DATE_EPOCH: String(epoch) },
  });
  await writeDisk({ file, folder, mebibytes: 2048, epoch, scratch });
}

/** Does it with a folder that is gone afterwards, in the cache: there is room, and what is made is only renamed. */
export async function withScratch(work) {
  const scratch = await mkdtemp(join(cache, 'scratch-'));
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

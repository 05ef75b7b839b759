/**
 * The disk: GPT, with a boot partition for BIOS, one for UEFI, and the root file system as the last, which grows. Written
 * to a file without loop devices or mounting; all that is random elsewhere is fixed, and all times are given.
 */
import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.mjs';

const sector = 512;
const mebi = 1 << 20;

/** Partitions in MiB. 16 MiB are the least that mkfs.vfat makes a FAT16 of, which every firmware reads. */
const layout = {
  bios: { start: 1, size: 1 },
  efi: { start: 2, size: 16 },
  root: { start: 18 },
};

/** The same on every machine, as is usual for images; a machine is told apart by its machine-id and its host keys. */
export const ids = {
  disk: '6B2A7E52-5D5C-4B39-9B0E-6A1D0C8B7F10',
  bios: '6B2A7E52-5D5C-4B39-9B0E-6A1D0C8B7F11',
  efi: '6B2A7E52-5D5C-4B39-9B0E-6A1D0C8B7F12',
  root: '6B2A7E52-5D5C-4B39-9B0E-6A1D0C8B7F13',
  rootFileSystem: '6b2a7e52-5d5c-4b39-9b0e-6a1d0c8b7f14',
  hashSeed: '6b2a7e52-5d5c-4b39-9b0e-6a1d0c8b7f15',
  efiVolume: '6b2a7e52',
};

/** Types of partitions: "BIOS boot", "EFI System", "Linux root (x86-64)", as the Discoverable Partitions Spec has them. */
const types = {
  bios: '21686148-6449-6E6F-744E-656564454649',
  efi: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  root: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
};

const grub = '/usr/lib/grub';
const modules = 'part_gpt ext2 search search_fs_uuid configfile normal linux serial terminal test echo sleep'.split(
  ' ',
);

/**
 * Writes the whole disk.
 * @param {{ file: string, folder: string, mebibytes: number, epoch: number, scratch: string }} options `folder`: what
 * becomes the root file system; `mebibytes`: of the disk; `epoch`: seconds, the time of everything in it
 */
export async function writeDisk({ file, folder, mebibytes, epoch, scratch }) {
  await rm(file, { force: true });
  await writeFile(file, '');
  await truncate(file, mebibytes * mebi);
  await partition(file);
  await writeBios(file, scratch);
  await writeEfi(file, scratch, epoch);
  // One MiB less: the second partition table is at the end.
  await writeRoot(file, folder, mebibytes - layout.root.start - 1, epoch, scratch);
}

async function partition(file) {
  const part = (name, { start, size }) =>
    `start=${start * (mebi / sector)}, ${size ? `size=${(size * mebi) / sector}, ` : ''}type=${types[name]}, uuid=${ids[name]}, name=${name}`;
  const lines = ['label: gpt', `label-id: ${ids.disk}`, ...Object.entries(layout).map((entry) => part(...entry))];
  await run(['sfdisk', '--quiet', '--no-reread', '--no-tell-kernel', file], { input: `${lines.join('\n')}\n` });
}

/** What GRUB does before it has found its own file: finds the root file system. */
async function earlyConfiguration(scratch) {
  const file = join(scratch, 'early.cfg');
  await writeFile(file, `search.fs_uuid ${ids.rootFileSystem} root\nset prefix=($root)/boot/grub\n`);
  return file;
}

const makeImage = async (format, out, extra, scratch) =>
  run([
    ...['grub-mkimage', '--directory', join(grub, format), '--format', format, '--prefix', '/boot/grub'],
    ...['--config', await earlyConfiguration(scratch), '--output', out, ...extra, ...modules],
  ]);

/**
 * As grub-install does it (GRUB, include/grub/i386/pc/boot.h and include/grub/offsets.h): boot.img in the first sector,
 * which loads the first sector of core.img, which has a list of where the rest is.
 */
async function writeBios(file, scratch) {
  const core = join(scratch, 'core.img');
  await makeImage('i386-pc', core, ['biosdisk'], scratch);
  const first = (layout.bios.start * mebi) / sector;
  const image = await readFile(core);
  if (image.length > layout.bios.size * mebi)
    throw new Error(`core.img has ${image.length} bytes, too many for its partition.`);
  // The one entry of the list, in the last 12 bytes of the sector: first sector (8), how many (2), segment (2).
  image.writeBigUInt64LE(BigInt(first + 1), sector - 12);
  image.writeUInt16LE(Math.ceil(image.length / sector) - 1, sector - 4);
  const boot = await readFile(join(grub, 'i386-pc', 'boot.img'));
  boot.writeBigUInt64LE(BigInt(first), 0x5c);
  // The jump over a check of the drive's number, which is for floppy disks, is taken out.
  boot.fill(0x90, 0x66, 0x68);
  const disk = await open(file, 'r+');
  try {
    // What follows is the partition table, and the mark of a boot sector, which is there already.
    await disk.write(boot, 0, 0x1b8, 0);
    await disk.write(image, 0, image.length, first * sector);
  } finally {
    await disk.close();
  }
}

async function writeEfi(file, scratch, epoch) {
  const loader = join(scratch, 'bootx64.efi');
  await makeImage('x86_64-efi', loader, ['efi_gop', 'efi_uga'], scratch);
  const partition = join(scratch, 'efi.img');
  await writeFile(partition, '');
  await truncate(partition, layout.efi.size * mebi);
  await run(['mkfs.vfat', '--invariant', '-F', '16', '-i', ids.efiVolume, '-n', 'EFI', partition]);
  await run(['mmd', '-i', partition, '::EFI', '::EFI/BOOT']);
  await run(['mcopy', '-i', partition, loader, '::EFI/BOOT/BOOTX64.EFI']);
  const image = await readFile(partition);
  settleEntries(image, epoch);
  const disk = await open(file, 'r+');
  try {
    await disk.write(image, 0, layout.efi.size * mebi, layout.efi.start * mebi);
  } finally {
    await disk.close();
  }
}

/** What is written there, by name and attributes: folders with themselves and those around them, the label, the loader. */
const entries = [
  ...['EFI     ', '.       ', '..      ', 'BOOT    '].map((name) => ({ name: `${name}   `, kind: 0x10 })),
  { name: 'EFI        ', kind: 0x08 },
  { name: 'BOOTX64 EFI', kind: 0x20 },
];

/** mtools write down when they were run: each entry gets the given time instead (Microsoft, fatgen103, "FAT Directory Structure"). */
function settleEntries(image, epoch) {
  const at = new Date(epoch * 1000);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  let found = 0;
  for (let entry = 0; entry < image.length; entry += 32) {
    const name = image.toString('latin1', entry, entry + 11);
    if (!entries.some((one) => one.name === name && one.kind === image[entry + 11])) continue;
    found++;
    image[entry + 13] = 0;
    for (const field of [14, 22]) image.writeUInt16LE(time, entry + field);
    for (const field of [16, 18, 24]) image.writeUInt16LE(date, entry + field);
  }
  if (found !== 8) throw new Error(`The partition for UEFI has ${found} entries instead of 8.`);
}

async function writeRoot(file, folder, mebibytes, epoch, scratch) {
  const offset = layout.root.start * mebi;
  const fixed = `hash_seed=${ids.hashSeed},root_owner=0:0,lazy_itable_init=0,offset=${offset}`;
  await run(
    [
      ...['mkfs.ext4', '-q', '-F', '-L', 'gatehouse', '-U', ids.rootFileSystem, '-m', '1', '-b', '4096'],
      ...['-E', fixed, '-d', folder, file, `${mebibytes}M`],
    ],
    { env: { E2FSPROGS_FAKE_TIME: String(epoch) } },
  );
  await settleTimes(`${file}?offset=${offset}`, epoch, scratch);
}

/** mkfs.ext4 takes over when each file of the folder was last read and changed, which is when the image was made. */
async function settleTimes(fileSystem, epoch, scratch) {
  const used = usedInodes(await run(['dumpe2fs', fileSystem]));
  const lines = used.flatMap((inode) => ['atime', 'ctime'].map((time) => `sif <${inode}> ${time} @${epoch}\n`));
  const script = join(scratch, 'times');
  await writeFile(script, lines.join(''));
  await run(['debugfs', '-w', '-f', script, fileSystem], { env: { E2FSPROGS_FAKE_TIME: String(epoch) } });
}

/** @param {string} description as dumpe2fs(8) gives it */
function usedInodes(description) {
  const count = Number(/^Inode count: +(\d+)/m.exec(description)?.[1]);
  const free = new Set();
  for (const [, ranges] of description.matchAll(/^ {2}Free inodes: (.*)$/gm))
    for (const [, first, last = first] of ranges.matchAll(/(\d+)(?:-(\d+))?/g))
      for (let inode = Number(first); inode <= Number(last); inode++) free.add(inode);
  // Those before are the file system's own, but for the root folder.
  const firstOfFiles = 11;
  const rootFolder = 2;
  const files = Array.from({ length: count - firstOfFiles + 1 }, (_, at) => firstOfFiles + at);
  return [rootFolder, ...files.filter((inode) => !free.has(inode))];
}

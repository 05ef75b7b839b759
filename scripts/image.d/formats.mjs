/** The disk in the formats that hypervisors and clouds take. All hold the same; how each is told of is README's. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ids } from './disk.mjs';
import { descriptor } from './ovf.mjs';
import { run } from './run.mjs';

/** As big as the appliance asks for; only what is written takes room. At its first boot the root file system fills it. */
const roomy = 32 * (1 << 30);

/** Each writes the raw disk `raw` as `out`. @type {Record<string, (raw: string, out: string, epoch: number) => Promise<void>>} */
export const formats = {
  qcow2: (raw, out) => convertRoomy(raw, out, 'qcow2', ['-c', '-o', 'compression_type=zstd']),
  vmdk: writeVmdk,
  vhd: writeVhd,
  ova: writeOva,
};

const copy = (from, to) => run(['cp', '--sparse=always', from, to]);

const convert = (source, out, format, how) =>
  run(['qemu-img', 'convert', '-f', 'raw', '-O', format, ...how, source, out]);

async function convertRoomy(raw, out, format, how) {
  const source = `${out}.raw`;
  try {
    await copy(raw, source);
    await truncate(source, roomy);
    // The second partition table belongs to the end.
    await run(['sfdisk', '--quiet', '--no-reread', '--no-tell-kernel', '--relocate', 'gpt-bak-std', source]);
    await convert(source, out, format, how);
  } finally {
    await rm(source, { force: true });
  }
}

async function writeVmdk(raw, out) {
  await convertRoomy(raw, out, 'vmdk', ['-o', 'subformat=streamOptimized']);
  await patch(out, { at: 512, length: 4096 }, setContentId);
}

/**
 * Which content it is, for disks that lie over others: qemu-img takes a number by chance, and writes it without leading
 * zeros. `piece` begins with the descriptor, a text that ends with zeros.
 */
export function setContentId(piece) {
  const end = piece.indexOf(0);
  const text = piece.toString('latin1', 0, end);
  const own = text.replace(/^CID=[0-9a-f]{1,8}$/m, 'CID=6b2a7e52');
  if (!own.includes('CID=6b2a7e52\n')) throw new Error('The VMDK has no content ID.');
  piece.fill(0, 0, end).write(own, 'latin1');
}

/** Fixed and of whole MiB, as Azure wants it; Hyper-V takes it too. Small: a cloud makes the disk larger by itself. */
async function writeVhd(raw, out, epoch) {
  await convert(raw, out, 'vpc', ['-o', 'subformat=fixed,force_size=on']);
  const { size } = await stat(out);
  await patch(out, { at: size - 512, length: 512 }, (footer) => {
    // Microsoft, Virtual Hard Disk Image Format, "Hard Disk Footer Format": seconds since 2000, sum, UUID.
    footer.writeUInt32BE(epoch - 946_684_800, 24);
    footer.write(ids.disk.replaceAll('-', ''), 68, 'hex');
    footer.writeUInt32BE(0, 64);
    footer.writeUInt32BE(~footer.reduce((sum, byte) => sum + byte, 0) >>> 0, 64);
  });
}

/** Changes a piece of a file in its place. */
async function patch(file, { at, length }, change) {
  const handle = await open(file, 'r+');
  try {
    const piece = Buffer.alloc(length);
    await handle.read(piece, 0, length, at);
    change(piece);
    await handle.write(piece, 0, length, at);
  } finally {
    await handle.close();
  }
}

/** An OVF, its disk, and what both sum up to, in a tar in this order (DSP0243, 5.4). */
async function writeOva(raw, out, epoch) {
  const folder = dirname(out);
  const [ovf, manifest, disk] = ['gatehouse.ovf', 'gatehouse.mf', 'gatehouse-disk1.vmdk'].map((name) =>
    join(folder, name),
  );
  try {
    await writeVmdk(raw, disk);
    await writeFile(ovf, descriptor({ file: basename(disk), fileSize: (await stat(disk)).size, capacity: roomy }));
    const sums = await Promise.all(
      [ovf, disk].map(async (file) => `SHA256(${basename(file)})= ${await sha256(file)}\n`),
    );
    await writeFile(manifest, sums.join(''));
    const plain = ['--format=ustar', '--owner=0', '--group=0', '--numeric-owner', '--mode=0644', `--mtime=@${epoch}`];
    await run([
      'tar',
      '--create',
      '--file',
      out,
      ...plain,
      '--directory',
      folder,
      ...[ovf, manifest, disk].map((file) => basename(file)),
    ]);
  } finally {
    for (const file of [ovf, manifest, disk]) await rm(file, { force: true });
  }
}

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex');
}

/** Makes `file` of it: whole or not at all. */
export async function writeFormat(format, raw, file, epoch) {
  const partial = `${file}.partial`;
  await formats[format](raw, partial, epoch);
  await rename(partial, file);
}

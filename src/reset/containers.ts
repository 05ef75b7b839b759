/**
 * The engine's containers and volumes, deleted below its folder while it does not run; its images stay. Where things lie
 * is that of the classic image store ("graph drivers", Docker Engine as Debian has it): what a container has written is
 * in a layer of its own, named in image/DRIVER/layerdb/mounts/CONTAINER/mount-id; containerd beneath it knows containers
 * and no images. Where the images are containerd's own, its store is left alone: the two could not be told apart.
 */
import { readFile, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { realDisk as disk } from '../changes/disk.ts';

/** What containerd(8) notes of Docker's containers, their environment too. It begins anew where there is none. */
const ofContainerd = [
  'io.containerd.metadata.v1.bolt',
  'io.containerd.runtime.v2.task/moby',
  'io.containerd.runtime.v1.linux/moby',
];

/** @param root what stands for / */
export async function deleteContainers(root: string): Promise<void> {
  const folder = join(root, await dataFolder(root));
  const drivers = await disk.list(join(folder, 'image'));
  for (const driver of drivers) await deleteLayers(folder, driver);
  if (drivers.length > 0)
    for (const place of [join(root, 'var/lib/containerd'), join(folder, 'containerd/daemon')])
      for (const part of ofContainerd) await rm(join(place, part), { recursive: true, force: true });
  for (const part of ['containers', 'volumes']) {
    const path = join(folder, part);
    for (const name of await disk.list(path)) await rm(join(path, name), { recursive: true, force: true });
    await disk.syncFolder(path);
  }
}

/** "data-root" of daemon.json (dockerd(8)), or the usual one. */
async function dataFolder(root: string): Promise<string> {
  const usual = '/var/lib/docker';
  const text = await readFile(join(root, 'etc/docker/daemon.json'), 'utf8').catch(() => '{}');
  try {
    const set: unknown = JSON.parse(text)['data-root'];
    return typeof set === 'string' && isAbsolute(set) && set !== '/' ? set : usual;
  } catch {
    return usual;
  }
}

/** The layers first, then what names them: cut in between, it is all found again. */
async function deleteLayers(folder: string, driver: string): Promise<void> {
  const mounts = join(folder, 'image', driver, 'layerdb/mounts');
  for (const container of await disk.list(mounts)) {
    for (const kind of ['init-id', 'mount-id']) {
      const layer = (await textOf(join(mounts, container, kind))).trim();
      if (/^[\w-]{8,80}$/.test(layer)) await deleteLayer(join(folder, driver), layer);
    }
    await rm(join(mounts, container), { recursive: true, force: true });
  }
  await disk.syncFolder(mounts);
}

/** Where the drivers keep one: overlay2 and fuse-overlayfs, vfs, btrfs. */
async function deleteLayer(driver: string, layer: string): Promise<void> {
  const short = (await textOf(join(driver, layer, 'link'))).trim();
  if (/^\w+$/.test(short)) await rm(join(driver, 'l', short), { force: true });
  for (const place of ['', 'dir', 'subvolumes']) await rm(join(driver, place, layer), { recursive: true, force: true });
}

/** Empty where there is no such file. */
const textOf = (path: string) => readFile(path, 'utf8').catch(() => '');

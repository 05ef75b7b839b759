/**
 * The engine's lists of containers and images, as of /containers/json and /images/json (Docker Engine API 1.25 to
 * 1.52). Pure.
 */
import * as z from 'zod';
import type { Container, ContainerState, Health, Image } from '../../appliance.ts';
import { type NameAndTag, nameAndTag, nameless } from './reference.ts';
import { bytes, identifier, list, seconds } from './shapes.ts';

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;

const container = z.object({
  Id: identifier,
  Names: list(z.string()),
  Image: z.string(),
  ImageID: z.string(),
  Created: seconds,
  State: z.enum(states),
  Status: z.string(),
  SizeRootFs: bytes.optional(),
});

export const containerList = z.array(container);
export type ListedContainer = z.output<typeof container>;

export function briefContainer(found: ListedContainer): Container {
  const imageId = found.ImageID.replace(/^sha256:/, '');
  const health = healthIn(found.Status);
  return {
    id: found.Id,
    name: nameOf(found.Names),
    ...nameAndTag(found.Image, imageId),
    imageId,
    state: found.State satisfies ContainerState,
    status: found.Status,
    ...(health ? { health } : {}),
    createdAt: found.Created,
  };
}

/** Links of old put their own names beside: "/other/alias". */
function nameOf(names: readonly string[]): string {
  const own = names.find((name) => name.lastIndexOf('/') === 0) ?? names[0] ?? '';
  return own.replace(/^\//, '');
}

/** The list tells it in its words only: "Up 2 minutes (healthy)", "Up 5 seconds (health: starting)". */
function healthIn(status: string): Health | undefined {
  const [, word] = /^Up .*\((healthy|unhealthy|health: starting)\)$/.exec(status) ?? [];
  return word === 'health: starting' ? 'starting' : (word as Health | undefined);
}

const image = z.object({
  Id: identifier,
  RepoTags: list(z.string()),
  RepoDigests: list(z.string()),
  Created: seconds,
  Size: bytes,
});

export const imageList = z.array(image);

/** One row a name, as `docker images` does; one without a name where it has none. */
export function briefImages(images: z.output<typeof imageList>, containers: readonly ListedContainer[]): Image[] {
  return images.flatMap(({ Id, Created, Size, ...names }) =>
    namesOf(names).map((name) => ({
      id: Id,
      ...name,
      createdAt: Created,
      size: Size,
      containers: madeOf(Id, containers).length,
    })),
  );
}

export function namesOf({ RepoTags, RepoDigests }: { RepoTags: string[]; RepoDigests: string[] }): NameAndTag[] {
  const tagged = RepoTags.map((reference) => nameAndTag(reference)).filter(({ tag }) => tag !== '<none>');
  if (tagged.length > 0) return tagged;
  const [digest] = RepoDigests.map((reference) => nameAndTag(reference));
  return [digest ?? nameless];
}

export function madeOf(imageId: string, containers: readonly ListedContainer[]): ListedContainer[] {
  return containers.filter(({ ImageID }) => ImageID.replace(/^sha256:/, '') === imageId);
}

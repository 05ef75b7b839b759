/** The Docker Engine's containers, images and logs. How it is asked is in engine.ts; what it answers, in the parse files. */
import { fail } from '../../errors.ts';
import type { Containers } from '../machine.ts';
import { containerDetails, fullContainer, fullImage, type Inspected, imageDetails } from './details.ts';
import { Engine } from './engine.ts';
import { briefContainer, briefImages, containerList, imageList, type ListedContainer } from './list.ts';
import { logReader } from './log.ts';
import type { MatcherOf } from './log-entry.ts';
import { Backs } from './log-place.ts';
import { type Place, usualPlace } from './presence.ts';

/** Milliseconds. Sizes are counted file by file; a stop takes what the container is given, and a little. */
const limits = { answer: 5000, sizes: 20_000, oneSize: 2000, stop: 10_000, afterStop: 20_000 };

export interface ContainersOptions {
  matcherOf: MatcherOf;
  place?: Place;
  /** Milliseconds for one answer. */
  limit?: number;
}

export function realContainers({
  matcherOf,
  place = usualPlace,
  limit = limits.answer,
}: ContainersOptions): Containers {
  const engine = new Engine(place, limit);
  const backs = new Backs();

  const listed = (signal: AbortSignal, query = '', within = limit) =>
    engine.read(containerList, { path: `/containers/json?all=1${query}`, limit: within, signal });

  const inspect = async (id: string, signal: AbortSignal): Promise<Inspected> => {
    const unknown = fail('unknown-container', { name: id });
    // What the engine would take for a path of its own, or for fewer digits than are safe.
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(id)) throw unknown;
    const found = await engine.read(containerDetails, { path: `/containers/${id}/json`, unknown, signal });
    if (found.Name !== `/${id}` && !(id.length >= 12 && found.Id.startsWith(id))) throw unknown;
    return found;
  };

  /** With its size, unless the engine takes long to count it. */
  const listedOne = async (id: string, signal: AbortSignal): Promise<ListedContainer> => {
    const query = `&filters=${encodeURIComponent(JSON.stringify({ id: [id] }))}`;
    const sized = await listed(signal, `${query}&size=1`, Math.min(limit, limits.oneSize)).catch(() => undefined);
    const [one] = sized ?? (await listed(signal, query));
    if (!one) throw fail('unknown-container', { name: id });
    return one;
  };

  return {
    list: async (signal) => (await listed(signal)).map(briefContainer),
    sizes: async (signal) => {
      const all = await listed(signal, '&size=1', Math.max(limit, limits.sizes));
      return new Map(all.flatMap(({ Id, SizeRootFs }) => (SizeRootFs === undefined ? [] : [[Id, SizeRootFs]])));
    },
    show: async (id, signal) => {
      const found = await inspect(id, signal);
      const brief = await listedOne(found.Id, signal);
      return fullContainer(briefContainer(brief), found, brief.SizeRootFs);
    },
    act: async (action, id, signal) => {
      const { Id, Config } = await inspect(id, signal);
      const stop = (Config.StopTimeout ?? limits.stop / 1000) * 1000;
      const within = Math.max(limit, limits.afterStop) + (action === 'start' ? 0 : Math.max(0, stop));
      const unknown = fail('unknown-container', { name: id });
      await engine.text({ path: `/containers/${Id}/${action}`, method: 'POST', limit: within, unknown, signal });
    },
    log: (id) => logReader(async (signal) => ({ engine, container: await inspect(id, signal) }), { matcherOf, backs }),
    images: async (signal) => {
      const [images, containers] = await Promise.all([
        engine.read(imageList, { path: '/images/json', signal }),
        listed(signal),
      ]);
      return briefImages(images, containers);
    },
    image: async (id, signal) => {
      const unknown = fail('unknown-image', { name: id });
      if (!isReference(id)) throw unknown;
      const [found, containers] = await Promise.all([
        engine.read(imageDetails, { path: `/images/${id}/json`, unknown, signal }),
        listed(signal),
      ]);
      const isById = found.Id.startsWith(id.replace(/^sha256:/, ''));
      if (isById && id.length < 12) throw unknown;
      return fullImage(found, id, containers);
    },
    environments: async (signal) => {
      const all = await listed(signal);
      // One that was removed meanwhile has none.
      const found = await Promise.all(all.map(({ Id }) => inspect(Id, signal).catch(() => undefined)));
      return found.flatMap((one) => one?.Config.Env ?? []);
    },
  };
}

/** Names, tags, digests and ids (distribution/reference); none that leads out of its path. */
function isReference(id: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9_.:@-]|\/(?=[A-Za-z0-9]))*$/.test(id);
}

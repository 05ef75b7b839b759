/**
 * The lab's container engine: its containers and images out of the machine file, as they were left in this folder. It
 * runs as long as docker.service of the lab does.
 */
import { createHash } from 'node:crypto';
import type { Containers, Units } from '../adapters/machine.ts';
import type { Container, ContainerDetails, Image, ImageDetails } from '../appliance.ts';
import { fail } from '../errors.ts';
import { masked, maskedArguments } from '../values/masked.ts';
import { writtenBy } from './engine-log.ts';
import { restartsByItself, type Standing, standing, statusOf } from './engine-state.ts';
import type { Running } from './figures.ts';
import { readerOf } from './lines.ts';
import type { ContainerData, ImageData, MachineData } from './schema.ts';
import type { ContainerMemory, Memory } from './state.ts';
import { deliver, pause } from './waiting.ts';

const engineUnit = 'docker.service';
/** Lines kept of what a container wrote at starts and stops. */
const mostLines = 200;
/** Starts that are remembered. */
const mostRuns = 20;

interface Labelled {
  id: string;
  data: ContainerData;
  memory: ContainerMemory;
}

/**
 * @param pace milliseconds: `step` of one half of a restart, `silence` until an engine that hangs is given up
 * @returns the adapter, `settled`: when every action under way has ended and is kept, and `running`: the containers that
 *   do, given the units that do
 */
export function labContainers(
  machine: MachineData,
  memory: Memory,
  units: Units,
  pace: { step: number; silence: number },
): { containers: Containers; settled(): Promise<void>; running(units: readonly Running[]): Running[] } {
  const { engine, upFor } = machine;
  const opened = Date.parse(memory.machine.openedAt);
  const known = 'value' in engine ? engine.value : { images: [], containers: [] };
  const all = known.containers.map((data, index): Labelled => {
    const first = firstRuns(data, opened, opened - upFor * 1000 + 9000 + index * 400);
    return { id: idOf(`container ${data.name}`), data, memory: memory.machine.containers[data.name] ?? first };
  });
  const queues = new Map<string, Promise<void>>();

  /** Rejects where there is no engine to ask; gives since when it runs, in ms. */
  const ready = async (signal: AbortSignal): Promise<number> => {
    if ('value' in engine && engine.value.absent) throw fail('engine-absent', {});
    const unit = await units.list([engineUnit], signal).catch(() => []);
    const state = unit[0]?.state ?? 'absent';
    if (state !== 'active' && state !== 'absent') throw fail('engine-stopped', { why: `${engineUnit} is ${state}` });
    if (engine.delay === Number.POSITIVE_INFINITY) {
      await pause(pace.silence, signal);
      throw fail('engine-hangs', { seconds: pace.silence / 1000 });
    }
    if ('unavailable' in engine) throw fail('engine-stopped', { why: engine.unavailable });
    await deliver(engine, 'The container engine', signal);
    const since = Date.parse(unit[0]?.startedAt ?? '');
    return since > opened ? since : 0;
  };
  const stand = ({ data, memory: own }: Labelled, since: number) => standing(data, own, Date.now(), since);
  const find = (id: string): Labelled => {
    const found = all.find((one) => one.data.name === id || (id.length >= 12 && one.id.startsWith(id)));
    if (!found) throw fail('unknown-container', { name: id });
    return found;
  };
  const count = (image: ImageData) => all.filter(({ data }) => data.image === `${image.repository}:${image.tag}`);

  const perform = async (action: 'start' | 'stop' | 'restart', one: Labelled) => {
    await queues.get(one.id)?.catch(() => undefined);
    const wait = () => pause(pace.step, new AbortController().signal);
    const isUp = one.memory.runs.at(-1)?.to === undefined && one.memory.runs.length > 0;
    if (action !== 'start' && isUp) await stop(one, wait);
    if (action === 'restart' || (action === 'start' && !isUp)) await start(one, wait);
    memory.machine.containers[one.data.name] = structuredClone(one.memory);
    await memory.save();
  };

  const containers: Containers = {
    async list(signal) {
      const since = await ready(signal);
      return all.map((one) => brief(one, stand(one, since), opened));
    },
    async sizes(signal) {
      await ready(signal);
      return new Map(all.map((one) => [one.id, sizeOf(one, known.images)]));
    },
    async show(id, signal) {
      const since = await ready(signal);
      const one = find(id);
      return full(one, stand(one, since), { opened, size: sizeOf(one, known.images) });
    },
    async act(action, id, signal) {
      await ready(signal);
      const one = find(id);
      const done = perform(action, one);
      queues.set(one.id, done);
      const over = new AbortController();
      const left = pause(Number.POSITIVE_INFINITY, AbortSignal.any([signal, over.signal]));
      await Promise.race([done, left]).finally(() => over.abort());
    },
    log: (id) =>
      readerOf(id, async (signal) => {
        const since = await ready(signal);
        const one = find(id);
        const { loops } = stand(one, since);
        return writtenBy(one.data, one.memory, { opened, now: Date.now(), loops });
      }),
    async images(signal) {
      await ready(signal);
      return known.images.map((image) => briefImage(image, opened, count(image).length));
    },
    async image(id, signal) {
      await ready(signal);
      const named = (image: ImageData) => `${image.repository}:${image.tag}`;
      const found = known.images.find((image) => {
        return named(image) === id || (id.length >= 12 && idOf(`image ${named(image)}`).startsWith(id));
      });
      if (!found) throw fail('unknown-image', { name: id });
      const usedBy = count(found).map(({ data }) => data.name);
      return fullImage(found, briefImage(found, opened, usedBy.length), usedBy);
    },
    async environments(signal) {
      await ready(signal);
      return all.flatMap(({ data }) => Object.entries(data.environment).map(([name, value]) => `${name}=${value}`));
    },
  };
  // Whether or not the engine answers.
  const running = (up: readonly Running[]): Running[] => {
    if (!up.some((one) => one.id === engineUnit)) return [];
    const since = Date.parse(up.find((one) => one.id === engineUnit)?.since ?? '');
    return all.flatMap((one): Running[] => {
      const { state, startedAt } = stand(one, since > opened ? since : 0);
      if ((state !== 'running' && state !== 'paused') || startedAt === undefined) return [];
      return [{ kind: 'container', id: one.id, since: new Date(startedAt).toISOString() }];
    });
  };
  return { containers, running, settled: async () => void (await Promise.allSettled(queues.values())) };
}

function idOf(seed: string): string {
  return createHash('sha256').update(seed).digest('hex');
}

function firstRuns(data: ContainerData, opened: number, booted: number): ContainerMemory {
  if (data.state === 'created') return { runs: [], log: [] };
  const from = data.startedAgo === undefined ? booted : opened - data.startedAgo * 1000;
  const run = { from: new Date(from).toISOString() };
  if (data.state !== 'exited' && data.state !== 'dead') return { runs: [run], log: [] };
  const to = new Date(from + data.ranFor * 1000).toISOString();
  return { runs: [{ ...run, to, exitCode: data.exitCode }], log: [] };
}

type Wait = () => Promise<void>;

function write({ memory }: Labelled, texts: readonly string[], priority = 6): void {
  const at = new Date().toISOString();
  memory.log.push(...texts.map((text) => ({ at, from: '', text, priority })));
  memory.log.splice(0, memory.log.length - mostLines);
}

async function stop(one: Labelled, wait: Wait): Promise<void> {
  await wait();
  write(one, one.data.onStop);
  const last = one.memory.runs.at(-1);
  if (last) Object.assign(last, { to: new Date().toISOString(), exitCode: one.data.fails?.exitCode ?? 0 });
}

async function start(one: Labelled, wait: Wait): Promise<void> {
  await wait();
  const now = Date.now();
  const { fails } = one.data;
  const diesForGood = fails !== undefined && !restartsByItself(one.data);
  const ended = diesForGood ? { to: new Date(now + 300).toISOString(), exitCode: fails.exitCode } : {};
  one.memory.runs.push({ from: new Date(now).toISOString(), ...ended });
  one.memory.runs.splice(0, one.memory.runs.length - mostRuns);
  if (diesForGood) write(one, fails.log, 3);
  else if (!fails) write(one, one.data.onStart);
}

function nameAndTag(image: string): { repository: string; tag: string } {
  const at = image.lastIndexOf(':');
  return { repository: image.slice(0, at), tag: image.slice(at + 1) };
}

function createdAt({ startedAgo = 0 }: ContainerData, opened: number): string {
  return new Date(opened - Math.max(5 * 86_400, startedAgo + 60) * 1000).toISOString();
}

function brief({ id, data }: Labelled, now: Standing, opened: number): Container {
  const { health } = data;
  return {
    id,
    name: data.name,
    ...nameAndTag(data.image),
    imageId: idOf(`image ${data.image}`),
    state: now.state,
    status: statusOf(now, health, Date.now()),
    ...(health && now.state === 'running' ? { health } : {}),
    createdAt: createdAt(data, opened),
  };
}

function sizeOf({ data }: Labelled, images: readonly ImageData[]): number {
  const image = images.find(({ repository, tag }) => data.image === `${repository}:${tag}`);
  return (image?.size ?? 0) + data.written;
}

function full(one: Labelled, now: Standing, { opened, size }: { opened: number; size: number }): ContainerDetails {
  const { data } = one;
  const moment = (at: number) => new Date(at).toISOString();
  return {
    ...brief(one, now, opened),
    size,
    command: maskedArguments(data.command),
    ...(now.startedAt === undefined ? {} : { startedAt: moment(now.startedAt) }),
    ...(now.finishedAt === undefined ? {} : { finishedAt: moment(now.finishedAt) }),
    ...(now.exitCode === undefined ? {} : { exitCode: now.exitCode }),
    outOfMemory: data.outOfMemory,
    ...(data.error === undefined ? {} : { error: data.error }),
    restarts: now.restarts,
    restartPolicy: data.restartPolicy,
    ports: data.ports,
    mounts: data.mounts,
    networks: data.networks,
    environment: maskedPairs(data.environment),
    healthLog: data.healthLog.map(({ ago, ...check }) => ({ ...check, at: moment(opened - ago * 1000) })),
  };
}

function maskedPairs(pairs: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(pairs).map(([name, value]) => ({ name, value: masked(name, value) }));
}

function briefImage({ repository, tag, ago, size }: ImageData, opened: number, containers: number): Image {
  const createdAt = new Date(opened - ago * 1000).toISOString();
  return { id: idOf(`image ${repository}:${tag}`), repository, tag, createdAt, size, containers };
}

function fullImage(data: ImageData, image: Image, usedBy: string[]): ImageDetails {
  const { architecture, ports, volumes, layers } = data;
  return {
    ...image,
    architecture,
    command: maskedArguments(data.command),
    ports,
    volumes,
    environment: maskedPairs(data.environment),
    labels: maskedPairs(data.labels),
    layers,
    usedBy,
  };
}

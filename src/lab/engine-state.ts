/** How a container of the lab stands at a moment: what of it follows from when it ran, and the engine's words for it. Pure. */
import type { ContainerState } from '../appliance.ts';
import type { ContainerData } from './schema.ts';
import type { ContainerMemory } from './state.ts';

/** Milliseconds from one start by its policy to the next, and how long one that fails is up. */
const loop = { every: 30_000, up: 2000 };
/** Starts by its policy that are told of in its log. */
const mostLoops = 50;

export interface Standing {
  state: ContainerState;
  /** ms since 1970 */
  startedAt?: number;
  finishedAt?: number;
  exitCode?: number;
  restarts: number;
  /** When it was started again by itself. */
  loops: number[];
}

export function restartsByItself({ fails, restartPolicy }: ContainerData): boolean {
  return fails !== undefined && restartPolicy !== 'no';
}

/** @param engineSince ms; the engine's own start, which starts its containers too */
export function standing(data: ContainerData, memory: ContainerMemory, now: number, engineSince: number): Standing {
  const last = memory.runs.at(-1);
  const { restarts } = data;
  if (!last) return { state: 'created', restarts, loops: [] };
  const startedAt = Date.parse(last.from);
  if (last.to !== undefined) {
    const exitCode = last.exitCode ?? 0;
    const state = data.state === 'dead' && memory.log.length === 0 ? 'dead' : 'exited';
    return { state, startedAt, finishedAt: Date.parse(last.to), exitCode, restarts, loops: [] };
  }
  if (restartsByItself(data)) return looping(data, startedAt, now);
  const state = data.state === 'paused' && memory.log.length === 0 ? 'paused' : 'running';
  return { state, startedAt: Math.max(startedAt, engineSince), restarts, loops: [] };
}

function looping({ restarts, fails }: ContainerData, from: number, now: number): Standing {
  const count = Math.max(0, Math.floor((now - from) / loop.every));
  const startedAt = from + count * loop.every;
  const isUp = now - startedAt < loop.up;
  const first = Math.max(0, count - mostLoops + 1);
  return {
    state: isUp ? 'running' : 'restarting',
    startedAt,
    ...(isUp ? {} : { finishedAt: startedAt + loop.up }),
    exitCode: fails?.exitCode ?? 1,
    restarts: restarts + count,
    loops: Array.from({ length: count - first + 1 }, (_, index) => from + (first + index) * loop.every),
  };
}

/** "Up 3 hours (healthy)", as `docker ps` has it. */
export function statusOf(
  { state, startedAt = 0, finishedAt = 0, exitCode = 0 }: Standing,
  health: string | undefined,
  now: number,
) {
  if (state === 'created') return 'Created';
  if (state === 'dead') return 'Dead';
  if (state === 'restarting') return `Restarting (${exitCode}) ${span(now - finishedAt)} ago`;
  if (state === 'exited') return `Exited (${exitCode}) ${span(now - finishedAt)} ago`;
  const up = `Up ${span(now - startedAt)}`;
  if (state === 'paused') return `${up} (Paused)`;
  return health === undefined ? up : `${up} (${health === 'starting' ? 'health: starting' : health})`;
}

/** As the engine writes it (docker/go-units, HumanDuration). */
function span(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 60) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}

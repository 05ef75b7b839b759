/** The lab's units: their states, logs and jobs. What happens in a job lies in job.ts; what is kept, in state.ts. */
import type { Units } from '../adapters/machine.ts';
import { explainUnit } from '../adapters/units/why.ts';
import type { LogLine, Unit, UnitDependency, UnitStatus } from '../appliance.ts';
import { fail } from '../errors.ts';
import { wave } from './chance.ts';
import type { Running } from './figures.ts';
import { perform, speaker } from './job.ts';
import type { MachineData, UnitData } from './schema.ts';
import type { Memory, UnitMemory } from './state.ts';
import { deliver, pause } from './waiting.ts';

const what = 'The list of service units';

function firstState(data: UnitData, index: number, booted: number): UnitMemory {
  const usual = { active: data.type === 'oneshot' ? 'exited' : 'running', failed: 'failed' } as Record<string, string>;
  const since = new Date(Math.min(booted + 2000 + index * 700, Date.now())).toISOString();
  return {
    state: data.state,
    subState: data.subState ?? usual[data.state] ?? 'dead',
    ...(data.state === 'inactive' ? {} : { startedAt: since }),
    since,
    ...(data.state === 'active' && data.type === 'simple' ? { pid: 400 + index * 37 } : {}),
    result: data.state === 'failed' ? 'exit-code' : 'success',
    ...(data.state === 'failed' ? { exitCode: data.fails?.exitCode ?? 1 } : {}),
    ...(data.state === 'active' && data.type === 'oneshot' ? { exitCode: 0 } : {}),
    log: [],
  };
}

function absent(name: string): Unit {
  return { name, description: '', state: 'absent', subState: 'dead' };
}

function brief({ name, description }: UnitData, { state, subState, startedAt, since }: UnitMemory): Unit {
  return { name, description, state, subState, ...(startedAt ? { startedAt } : {}), since };
}

type Known = ReadonlyMap<string, { data: UnitData; unit: UnitMemory }>;
type Tail = (name: string, lines: number) => LogLine[];

/** What it requires, and is not there. */
function lacking(data: UnitData, all: Known, tail: Tail): UnitDependency[] {
  return data.requires.flatMap((name) => {
    const state = all.get(name)?.unit.state ?? 'absent';
    if (state === 'active' || state === 'reloading' || state === 'activating') return [];
    return [{ name, state, relation: 'requires' as const, log: state === 'failed' ? tail(name, 5) : [] }];
  });
}

/** Why it is not active, as the real machine's adapter says it. */
function explained(data: UnitData, unit: UnitMemory, all: Known, tail: Tail): Partial<UnitStatus> {
  if (unit.state === 'active') return {};
  const dependencies = lacking(data, all, tail);
  const why = explainUnit({
    name: data.name,
    load: 'loaded',
    active: unit.state,
    sub: unit.subState,
    result: unit.result,
    ...(unit.exitCode === undefined ? {} : { ended: { by: 'exit', status: unit.exitCode, before: false } }),
    restarts: data.restarts,
    ...(data.source === undefined ? {} : { source: data.source }),
    said: tail(data.name, 40)
      .filter(({ from }) => from === 'systemd')
      .map(({ text }) => text),
    needed: dependencies,
  });
  return { ...why, ...(dependencies.length > 0 ? { dependencies } : {}) };
}

function full(data: UnitData, unit: UnitMemory, log: LogLine[]): UnitStatus {
  const { memory, restarts, enabled, source } = data;
  const used = memory && Math.round(memory * (1 + 0.03 * wave(data.name, Date.now() / 1000)));
  return {
    ...brief(data, unit),
    ...(unit.pid === undefined ? {} : { mainPid: unit.pid, ...(used === undefined ? {} : { memory: used }) }),
    restarts,
    result: unit.result,
    ...(unit.exitCode === undefined ? {} : { exitCode: unit.exitCode }),
    enabled,
    ...(source === undefined ? {} : { source }),
    log,
  };
}

function written(data: UnitData, openedAt: string): LogLine[] {
  return data.log.map(({ ago, from, text, length, priority }) => ({
    at: new Date(Date.parse(openedAt) - ago * 1000).toISOString(),
    from: from ?? speaker(data.name),
    text: length === undefined ? text : text.repeat(Math.ceil(length / Math.max(1, text.length))).slice(0, length),
    priority,
  }));
}

/**
 * @param step milliseconds that one half of a restart takes
 * @returns the adapter, `settled`: when every job under way has ended and is kept, and `running`: those with a process
 */
export function labUnits(
  { upFor, units }: MachineData,
  memory: Memory,
  step: number,
): { units: Units; settled(): Promise<void>; running(): Running[] } {
  const { machine } = memory;
  const all = new Map<string, { data: UnitData; unit: UnitMemory }>();
  for (const [index, data] of ('value' in units ? units.value : []).entries()) {
    const booted = Date.parse(machine.startedAt ?? machine.openedAt) - (machine.startedAt ? 0 : upFor * 1000);
    all.set(data.name, { data, unit: machine.units[data.name] ?? firstState(data, index, booted) });
  }
  const queues = new Map<string, Promise<void>>();

  const tail = (name: string, lines: number): LogLine[] => {
    const found = all.get(name);
    if (!found || lines < 1) return [];
    return [...written(found.data, machine.openedAt), ...found.unit.log].slice(-lines);
  };

  // The job goes on when the asker has left, as systemd's does: the unit is never left halfway.
  const job = async (action: Parameters<Units['act']>[0], name: string, data: UnitData, unit: UnitMemory) => {
    await queues.get(name)?.catch(() => undefined);
    const isLacking = lacking(data, all, tail).length > 0;
    await perform(action, { data, unit, isLacking, wait: () => pause(step, new AbortController().signal) });
    machine.units[name] = structuredClone(unit);
    await memory.save();
  };

  const adapter: Units = {
    async list(names, signal) {
      await deliver(units, what, signal);
      return names.map((name) => {
        const found = all.get(name);
        return found ? brief(found.data, found.unit) : absent(name);
      });
    },
    async show(name, lines, signal) {
      await deliver(units, what, signal);
      const found = all.get(name);
      if (found)
        return { ...full(found.data, found.unit, tail(name, lines)), ...explained(found.data, found.unit, all, tail) };
      return { ...absent(name), restarts: 0, result: 'success', enabled: '', log: [] };
    },
    async log(name, lines, signal) {
      await deliver(units, what, signal);
      return tail(name, lines);
    },
    async act(action, name, signal) {
      await deliver(units, what, signal);
      const found = all.get(name);
      if (!found) throw fail('unknown-unit', { name });
      const done = job(action, name, found.data, found.unit);
      queues.set(name, done);
      const over = new AbortController();
      const left = pause(Infinity, AbortSignal.any([signal, over.signal]));
      await Promise.race([done, left]).finally(() => over.abort());
    },
  };
  const settled = async () => {
    await Promise.allSettled(queues.values());
  };
  const running = () =>
    [...all.values()]
      .filter(({ unit }) => unit.pid !== undefined)
      .map(({ data: { name: id, memory }, unit: { startedAt: since } }): Running => {
        return { kind: 'unit', id, ...(memory === undefined ? {} : { memory }), ...(since ? { since } : {}) };
      });
  return { units: adapter, settled, running };
}

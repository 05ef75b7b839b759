/**
 * Start, stop and restart of a container. An action is the service's, not its asker's: whoever gives up, or dies, only
 * stops waiting for it. One at a time a container. What came of it is looked at for a moment: one that dies at once,
 * or is started again and again, did not start.
 */
import { setTimeout as timer } from 'node:timers/promises';
import type { ContainerAction, Machine } from '../adapters/machine.ts';
import type { Call, Container, ContainerDetails, ContainerOutcome, LogEntry } from '../appliance.ts';
import { fail, problemOf } from '../errors.ts';
import { within } from '../within.ts';
import { untilGivenUp } from './actions.ts';
import type { Audit } from './audit.ts';
import type { Gauges } from './gauges.ts';

/** Milliseconds. A container may be given minutes to stop; the engine kills it after that, and is waited for. */
const LIMIT = 330_000;
/** How long it has to stay as it was asked to be, and how often that is looked at, in ms. */
const MOMENT = 2500;
const LOOK = 250;
const LOG_LINES = 20;
const doing = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' } as const;

export interface ContainersOptions {
  machine: Machine;
  gauges: Gauges;
  audit: Audit;
  pace: number;
  closing: AbortSignal;
}

interface Step {
  step: string;
}

type Act = (action: ContainerAction, id: string, call?: Partial<Call<Step>>) => Promise<ContainerOutcome>;

export function containerActionsOf(options: ContainersOptions): Act {
  const { machine, pace, closing } = options;
  const busy = new Map<string, { by: string; since: string }>();

  return async (action, asked, { signal, progress = () => undefined, by = 'nobody known' } = {}) => {
    const look = (inner: AbortSignal) => machine.containers.show(asked, inner);
    const before = await within(10_000 * pace, 'The container engine', look, signal);
    const other = busy.get(before.id);
    if (other) throw fail('busy', { what: before.name, ...other });
    busy.set(before.id, { by, since: new Date().toISOString() });
    const work = (inner: AbortSignal) => carryOut(options, action, before, progress, inner);
    const job = audited(options, action, before, by, () =>
      within(LIMIT * pace, `${doing[action]} ${before.name}`, work, closing),
    ).finally(() => busy.delete(before.id));
    return untilGivenUp(job, signal);
  };
}

async function audited(
  { machine, pace, audit }: ContainersOptions,
  action: ContainerAction,
  container: ContainerDetails,
  by: string,
  work: () => Promise<ContainerOutcome>,
): Promise<ContainerOutcome> {
  const entry = { by, what: `${action} container ${container.name}`, before: words(container) };
  try {
    const outcome = await work();
    await audit.note({ ...entry, after: words(outcome.container), outcome: outcome.succeeded ? 'done' : 'failed' });
    return outcome;
  } catch (error) {
    const look = (inner: AbortSignal) => machine.containers.show(container.id, inner);
    const after = await within(5000 * pace, 'The container engine', look).then(words, () => 'not known');
    await audit.note({ ...entry, after, outcome: problemOf(error).code });
    throw error;
  }
}

async function carryOut(
  options: ContainersOptions,
  action: ContainerAction,
  { id, name }: ContainerDetails,
  progress: (news: Step) => void,
  signal: AbortSignal,
): Promise<ContainerOutcome> {
  const { machine } = options;
  progress({ step: `${doing[action]} ${name}` });
  const refused = await machine.containers.act(action, id, signal).catch((error: unknown) => {
    const problem = problemOf(error);
    // That it could not be started is an outcome: its state has the reason.
    if (problem.code === 'engine-refused') return problem.details.said;
    throw error;
  });
  progress({ step: action === 'stop' ? 'Seeing that it stays stopped' : 'Seeing that it stays up' });
  const { seen, succeeded } = await lookOn(options, action, id, signal);
  if (succeeded && refused === undefined) return { container: brief(seen), succeeded, log: [] };
  progress({ step: 'Reading its log' });
  const log = await lastLines(options, id, signal);
  return { container: brief(seen), succeeded: false, log: refused === undefined ? log : [...log, said(refused)] };
}

/** Ends early where it is clear already that it went wrong. */
async function lookOn(
  { machine, pace }: ContainersOptions,
  action: ContainerAction,
  id: string,
  signal: AbortSignal,
): Promise<{ seen: ContainerDetails; succeeded: boolean }> {
  const first = await machine.containers.show(id, signal);
  let seen = first;
  for (let waited = 0; isAsAsked(action, seen, first) && waited < MOMENT; waited += LOOK) {
    await timer(LOOK * pace, undefined, { signal });
    seen = await machine.containers.show(id, signal);
  }
  return { seen, succeeded: isAsAsked(action, seen, first) };
}

/** One that died and was started again by its policy has another start, or more restarts. */
function isAsAsked(action: ContainerAction, now: ContainerDetails, first: ContainerDetails): boolean {
  if (action === 'stop') return now.state === 'exited' || now.state === 'created';
  return now.state === 'running' && now.startedAt === first.startedAt && now.restarts === first.restarts;
}

async function lastLines({ machine }: ContainersOptions, id: string, signal: AbortSignal): Promise<LogEntry[]> {
  const newest = { from: 'newest', direction: 'older', lines: LOG_LINES } as const;
  const page = await machine.containers
    .log(id)
    .page(newest, signal)
    .catch(() => undefined);
  return page?.lines ?? [];
}

/** What the engine itself said, as the last line. */
function said(text: string): LogEntry {
  return { place: 'newest', text, at: new Date().toISOString(), from: 'engine', priority: 3 };
}

function brief(details: ContainerDetails): Container {
  const { id, name, repository, tag, imageId, state, status, health, createdAt, size } = details;
  const optional = { ...(health ? { health } : {}), ...(size === undefined ? {} : { size }) };
  return { id, name, repository, tag, imageId, state, status, createdAt, ...optional };
}

const words = ({ state, status }: Container) => (status ? `${state} (${status})` : state);

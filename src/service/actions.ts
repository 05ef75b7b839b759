/**
 * Start, stop and restart of a unit. An action is the service's, not its asker's: whoever gives up, or dies, only
 * stops waiting for it. One at a time a unit.
 */
import type { Machine, UnitAction } from '../adapters/machine.ts';
import type { Call, LogLine, Unit, UnitNews, UnitOutcome } from '../appliance.ts';
import type { Brand, BrandUnit } from '../brand/brand.ts';
import { Failure, fail, problemOf } from '../errors.ts';
import { within } from '../within.ts';
import type { Audit } from './audit.ts';
import { type Gauges, withBrand } from './gauges.ts';

/** systemd's own limits (TimeoutStartSec, TimeoutStopSec) are 90 s; it shall be the one that gives up. */
const LIMIT = 95_000;
/** Characters of a log line that are sent; the end of a longer one is left out. */
const LINE_LIMIT = 4096;
const OWN = 'gatehouse.service';
/** For the answer to leave before we are ended, in ms. */
const FAREWELL = 300;
const doing = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' } as const;

export interface UnitsOptions {
  machine: Machine;
  brand: Brand;
  gauges: Gauges;
  audit: Audit;
  pace: number;
  closing: AbortSignal;
}

type Act = (action: UnitAction, unit: BrandUnit, call?: Partial<Call<UnitNews>>) => Promise<UnitOutcome>;

export function actionsOf(options: UnitsOptions): Act {
  const { pace, closing } = options;
  const busy = new Map<string, { by: string; since: string }>();

  return (action, { name, keep }, { signal, progress = () => undefined, by = 'nobody known' } = {}) => {
    if (action === 'stop' && keep) throw fail('not-allowed', { what: `Stopping ${name}`, why: keep });
    const other = busy.get(name);
    if (other) throw fail('busy', { what: name, ...other });
    busy.set(name, { by, since: new Date().toISOString() });
    const job = audited(options, action, name, by, () => {
      if (action === 'restart' && name === OWN) return restartSelf(options, progress);
      const work = (inner: AbortSignal) => carryOut(options, action, name, progress, inner);
      return within(LIMIT * pace, `${doing[action]} ${name}`, work, closing);
    }).finally(() => busy.delete(name));
    return untilGivenUp(job, signal);
  };
}

/** The job's result; 'aborted' as soon as the asker gives up, while the job goes on. */
export function untilGivenUp<T>(job: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return job;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(fail('aborted', {}));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    job.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function audited(
  options: UnitsOptions,
  action: UnitAction,
  name: string,
  by: string,
  work: () => Promise<UnitOutcome>,
): Promise<UnitOutcome> {
  const entry = { by, what: `${action} ${name}`, before: await stateNow(options, name) };
  try {
    const outcome = await work();
    const after = words(outcome.unit);
    await options.audit.note({ ...entry, after, outcome: outcome.succeeded ? 'done' : 'failed' });
    return outcome;
  } catch (error) {
    const after = await stateNow(options, name);
    await options.audit.note({ ...entry, after, outcome: problemOf(error).code });
    throw error;
  }
}

async function carryOut(
  { machine, brand }: UnitsOptions,
  action: UnitAction,
  name: string,
  progress: (news: UnitNews) => void,
  signal: AbortSignal,
): Promise<UnitOutcome> {
  progress({ step: `${doing[action]} ${name}` });
  await machine.units.act(action, name, signal).catch((error: unknown) => {
    // That it failed is seen in its state, which says more than the program's exit code.
    if (!(error instanceof Failure) || error.problem.code !== 'program-failed') throw error;
  });
  progress({ step: 'Reading its state back' });
  const { result, why, advice, dependencies, ...status } = await machine.units.show(name, 0, signal);
  const [unit] = withBrand<Unit>([unitOf(status)], brand) as [Unit];
  // Inactive for a reason: it was not started, or not allowed to be.
  const succeeded = isDone(action, unit, result) && (action === 'stop' || why === undefined);
  if (succeeded) return { unit, succeeded, log: [] };
  progress({ step: 'Reading its log' });
  const log = await machine.units.log(name, 20, signal).catch(() => []);
  return {
    unit,
    succeeded,
    ...(why ? { why } : {}),
    ...(advice ? { advice } : {}),
    ...(dependencies ? { dependencies } : {}),
    log: cut(log),
  };
}

/** A oneshot unit is inactive again when it has done its work. */
function isDone(action: UnitAction, { state }: Unit, result: string): boolean {
  if (action === 'stop') return state === 'inactive';
  return state === 'active' || state === 'reloading' || (state === 'inactive' && result === 'success');
}

function unitOf({ name, description, state, subState, startedAt, since }: Unit): Unit {
  return { name, description, state, subState, ...(startedAt ? { startedAt } : {}), ...(since ? { since } : {}) };
}

/** Answers first: systemd ends us as soon as it is asked. */
async function restartSelf(options: UnitsOptions, progress: (news: UnitNews) => void): Promise<UnitOutcome> {
  const { machine, brand, closing, audit } = options;
  const [unit] = withBrand(await machine.units.list([OWN], closing), brand) as [Unit];
  progress({ step: 'The service restarts; the console connects again by itself' });
  setTimeout(() => {
    machine.units.act('restart', OWN, closing, { wait: false }).catch((error: unknown) => {
      if (closing.aborted) return;
      const outcome = problemOf(error).code;
      void audit.note({ by: OWN, what: `restart ${OWN}`, before: words(unit), after: words(unit), outcome });
    });
  }, FAREWELL);
  return { unit, succeeded: true, log: [] };
}

async function stateNow({ machine, pace }: UnitsOptions, name: string): Promise<string> {
  const read = (signal: AbortSignal) => machine.units.list([name], signal);
  const units = await within(5000 * pace, 'systemd', read).catch(() => []);
  return units[0] ? words(units[0]) : 'not known';
}

const words = (unit: Unit) => `${unit.state} (${unit.subState})${unit.startedAt ? ` since ${unit.startedAt}` : ''}`;

export function cut(log: readonly LogLine[]): LogLine[] {
  return log.map((line) =>
    line.text.length > LINE_LIMIT ? { ...line, text: `${line.text.slice(0, LINE_LIMIT)}…` } : line,
  );
}

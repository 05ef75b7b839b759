/** A systemd job in the lab: the states and log lines that a unit goes through. Changes the unit it is given only. */
import type { UnitAction } from '../adapters/machine.ts';
import type { LogLine } from '../appliance.ts';
import { chance } from './chance.ts';
import type { UnitData } from './schema.ts';
import type { UnitMemory } from './state.ts';

/** Lines kept of what a unit logged since the lab was made. */
const mostLines = 200;

export interface Job {
  data: UnitData;
  unit: UnitMemory;
  /** Something that it requires is not active. */
  isLacking: boolean;
  wait(): Promise<void>;
}

function enter({ unit }: Job, state: UnitMemory['state'], subState: string): void {
  Object.assign(unit, { state, subState, since: new Date().toISOString() });
}

function say({ unit }: Job, from: string, texts: readonly string[], priority = 6): void {
  const at = new Date().toISOString();
  unit.log.push(...texts.map((text): LogLine => ({ at, from, text, priority })));
  unit.log.splice(0, unit.log.length - mostLines);
}

/** Who a unit's own lines are from: its name without the suffix. */
export function speaker(name: string): string {
  return name.replace(/\.[a-z]+$/, '');
}

async function stop(job: Job): Promise<void> {
  const { data, unit } = job;
  enter(job, 'deactivating', 'stop-sigterm');
  say(job, 'systemd', [`Stopping ${data.name} - ${data.description}...`]);
  await job.wait();
  say(job, speaker(data.name), data.onStop);
  delete unit.pid;
  enter(job, 'inactive', 'dead');
  Object.assign(unit, { result: 'success', exitCode: 0 });
  say(job, 'systemd', [`${data.name}: Deactivated successfully.`, `Stopped ${data.name} - ${data.description}.`]);
}

async function start(job: Job): Promise<void> {
  const { data, unit } = job;
  if (job.isLacking) {
    say(job, 'systemd', [`Dependency failed for ${data.name} - ${data.description}.`], 3);
    return say(job, 'systemd', [`${data.name}: Job ${data.name}/start failed with result 'dependency'.`], 5);
  }
  enter(job, 'activating', data.type === 'oneshot' ? 'start' : 'start-pre');
  unit.startedAt = unit.since;
  delete unit.exitCode;
  unit.pid = 1000 + Math.floor(chance(`${data.name} ${unit.since}`)() * 30_000);
  say(job, 'systemd', [`Starting ${data.name} - ${data.description}...`]);
  await job.wait();
  if (data.fails) return giveUp(job, data.fails);
  say(job, speaker(data.name), data.onStart);
  unit.result = 'success';
  if (data.type === 'oneshot') {
    delete unit.pid;
    unit.exitCode = 0;
    enter(job, data.remain ? 'active' : 'inactive', data.remain ? 'exited' : 'dead');
    say(job, 'systemd', [`Finished ${data.name} - ${data.description}.`]);
  } else {
    enter(job, 'active', 'running');
    say(job, 'systemd', [`Started ${data.name} - ${data.description}.`]);
  }
}

function giveUp(job: Job, { exitCode, log }: NonNullable<UnitData['fails']>): void {
  const { data, unit } = job;
  say(job, speaker(data.name), log, 3);
  delete unit.pid;
  Object.assign(unit, { result: 'exit-code', exitCode });
  enter(job, 'failed', 'failed');
  say(job, 'systemd', [`${data.name}: Main process exited, code=exited, status=${exitCode}/${exitName(exitCode)}`], 5);
  say(job, 'systemd', [`${data.name}: Failed with result 'exit-code'.`], 4);
  say(job, 'systemd', [`Failed to start ${data.name} - ${data.description}.`], 3);
}

/** systemd.exec(5), "Process Exit Codes". */
function exitName(exitCode: number): string {
  return { 1: 'FAILURE', 2: 'INVALIDARGUMENT', 203: 'EXEC', 217: 'USER' }[exitCode] ?? 'n/a';
}

/** Does what systemctl of that name would; a stop of what is not running, and a start of what is, change nothing. */
export async function perform(action: UnitAction, job: Job): Promise<void> {
  const runs = job.unit.state !== 'inactive' && job.unit.state !== 'failed';
  if (runs && action !== 'start') await stop(job);
  if (action === 'restart' || (action === 'start' && !runs)) await start(job);
}

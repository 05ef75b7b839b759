/**
 * systemd's units by systemctl(1), and their logs by journalctl(1). What they say is understood in parse.ts; which
 * units are the appliance's, and which must not be stopped, is not known here.
 */
import { access } from 'node:fs/promises';
import type { LogLine, Unit, UnitDependency, UnitStatus } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { run } from '../../run.ts';
import type { UnitAction, Units } from '../machine.ts';
import { evidenceProperties, explained, isMissed, referred } from './evidence.ts';
import {
  briefProperties,
  briefUnit,
  fullProperties,
  fullUnit,
  logFields,
  type Properties,
  parseLog,
  parseProperties,
  refusal,
} from './parse.ts';

/** Milliseconds. systemd itself gives a start and a stop 90 s each, so a restart may rightly take 180. */
const limits = { show: 8_000, log: 15_000, sync: 2_000, act: 200_000 };
/** Lines of a log that are looked through for what systemd said of the last start. */
const LOOKED_AT = 40;

/** systemd.unit(5); none begins with "-", which only units of the root mount do. */
const unitName = /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,240}\.(?:service|socket|timer|target|mount|path|slice|scope)$/;

const moments = '--timestamp=us+utc';
const actions: Record<UnitAction, UnitAction> = { start: 'start', stop: 'stop', restart: 'restart' };

export function realUnits(): Units {
  return {
    list: async (names, signal) => {
      if (names.length === 0) return [];
      const found = await show(names, briefProperties, signal);
      return found.map((properties, i): Unit => briefUnit(names[i] ?? '', properties));
    },
    show: status,
    log,
    act,
  };
}

async function status(name: string, lines: number, signal: AbortSignal): Promise<UnitStatus> {
  const [found] = (await show([name], [...fullProperties, ...evidenceProperties], signal)) as [Properties];
  const { state } = briefUnit(name, found);
  if (state === 'active' || state === 'reloading' || state === 'absent')
    return fullUnit(name, found, await log(name, lines, signal));
  // What systemd said of the last start may still be on its way into the journal; without it there is less to tell.
  await run('journalctl', ['--sync'], { limit: limits.sync, signal }).catch(() => undefined);
  const [newest, dependencies] = await Promise.all([
    log(name, Math.max(lines, LOOKED_AT), signal),
    missed(referred(found), signal),
  ]);
  const shown = lines > 0 ? newest.slice(-lines) : [];
  return { ...fullUnit(name, found, shown), ...explained(name, found, newest, dependencies) };
}

/** Those of the units that are not active and should be. */
async function missed(
  relations: ReadonlyMap<string, UnitDependency['relation']>,
  signal: AbortSignal,
): Promise<UnitDependency[]> {
  const names = [...relations.keys()].filter((name) => unitName.test(name)).slice(0, 200);
  if (names.length === 0) return [];
  const found = await show(names, fullProperties, signal);
  const all = found.map((properties, at) => ({ properties, name: names[at] ?? '' }));
  const lacking = all.flatMap(({ properties, name }) => {
    const { state } = briefUnit(name, properties);
    const relation = relations.get(name) ?? 'wants';
    return isMissed(relation, state) ? [{ name, state, relation, properties }] : [];
  });
  return Promise.all(
    lacking.slice(0, 10).map(async ({ properties, ...dependency }) => {
      const last = dependency.state === 'failed' ? await log(dependency.name, LOOKED_AT, signal) : [];
      const { why } = explained(dependency.name, properties, last, []);
      return { ...dependency, ...(why ? { why } : {}), log: last.slice(-5) };
    }),
  );
}

async function ready(names: readonly string[]): Promise<void> {
  for (const name of names)
    if (!unitName.test(name))
      throw fail('bad-value', { field: 'name', why: 'it is not the name of a unit', right: 'docker.service' });
  // What sd_booted(3) asks.
  await access('/run/systemd/system').catch((cause) => {
    throw fail('unavailable', { what: 'The list of service units', why: 'systemd does not run this machine.' }, cause);
  });
}

async function show(names: readonly string[], properties: readonly string[], signal: AbortSignal) {
  await ready(names);
  const args = ['show', `--property=${properties.join(',')}`, moments, '--', ...names];
  const { stdout } = await run('systemctl', args, { limit: limits.show, signal });
  return parseProperties(stdout, names);
}

async function log(name: string, lines: number, signal: AbortSignal): Promise<LogLine[]> {
  await ready([name]);
  if (lines < 1) return [];
  const args = [
    `--unit=${name}`,
    `--lines=${Math.min(lines, 1000)}`,
    '--output=json',
    `--output-fields=${logFields.join(',')}`,
  ];
  const journalctl = (more: string[]) =>
    run('journalctl', [...args, '--no-pager', '--quiet', ...more], { limit: limits.log, signal });
  try {
    return parseLog((await journalctl(['--all'])).stdout);
  } catch (error) {
    // Too much for memory, with lines of any length: then without those of more than 4096 bytes (journalctl(1), --all).
    if (!(error instanceof Failure) || error.problem.code !== 'not-understood') throw error;
    return parseLog((await journalctl([])).stdout);
  }
}

const act: Units['act'] = async (action, name, signal, { wait } = { wait: true }) => {
  await ready([name]);
  const args = [actions[action], ...(wait ? [] : ['--no-block']), '--no-ask-password', '--', name];
  const { stderr, exitCode } = await run('systemctl', args, { limit: limits.act, signal, expect: [0, 1, 3, 4, 5] });
  const refused = refusal(action, name, exitCode, stderr);
  if (refused) throw refused;
};

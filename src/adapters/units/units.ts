/**
 * systemd's units by systemctl(1), and their logs by journalctl(1). What they say is understood in parse.ts; which
 * units are the appliance's, and which must not be stopped, is not known here.
 */
import { access } from 'node:fs/promises';
import type { LogLine, Unit, UnitStatus } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { run } from '../../run.ts';
import type { UnitAction, Units } from '../machine.ts';
import {
  briefProperties,
  briefUnit,
  fullProperties,
  fullUnit,
  logFields,
  parseLog,
  parseProperties,
  refusal,
} from './parse.ts';

/** Milliseconds. systemd itself gives a start and a stop 90 s each, so a restart may rightly take 180. */
const limits = { show: 8_000, log: 15_000, act: 200_000 };

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
    show: async (name, lines, signal) => {
      const [properties, newest] = await Promise.all([show([name], fullProperties, signal), log(name, lines, signal)]);
      return properties.map((found): UnitStatus => fullUnit(name, found, newest))[0] as UnitStatus;
    },
    log,
    act,
  };
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

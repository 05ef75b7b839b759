/** `gatehouse units …`. */
import type { LogLine, Unit, UnitOutcome, UnitStatus } from '../appliance.ts';
import { Failure } from '../errors.ts';
import { harmless } from '../values/harmless.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';

export async function list({ appliance, output, signal }: Context): Promise<number> {
  const units = await appliance.units.list({}, { signal });
  const width = Math.max(...units.map((unit) => unit.name.length));
  output.text(
    units.map((unit) => `${unit.name.padEnd(width)}  ${state(unit).padEnd(24)}  ${line(unit.description)}`).join('\n'),
  );
  output.value(units);
  return exits.done;
}

export async function show({ appliance, output, signal }: Context, name: string): Promise<number> {
  const unit = await appliance.units.show({ name: full(name), lines: 10 }, { signal });
  output.text(describe(unit));
  output.value(unit);
  return unit.state === 'absent' ? exits.absent : exits.done;
}

export async function log({ appliance, output, signal }: Context, name: string, lines: number): Promise<number> {
  const unit = await appliance.units.show({ name: full(name), lines }, { signal });
  output.text(logText(unit.log));
  output.value({ name: unit.name, log: unit.log });
  return unit.state === 'absent' ? exits.absent : exits.done;
}

export async function act(context: Context, action: 'start' | 'stop' | 'restart', name: string): Promise<number> {
  const { appliance, output, signal } = context;
  const progress = (news: { step: string }) => {
    output.text(`${news.step} …`);
    output.value(news);
  };
  try {
    const outcome = await appliance.units[action]({ name: full(name) }, { signal, progress });
    output.text(outcomeText(outcome));
    output.value(outcome);
    return outcome.succeeded ? exits.done : exits.failed;
  } catch (error) {
    if (error instanceof Failure && error.problem.code === 'aborted')
      output.text('No longer waiting; the service goes on with it.');
    throw error;
  }
}

/** "docker" is "docker.service". */
function full(name: string): string {
  return /\.(service|socket|timer|target|mount|path|slice|scope)$/.test(name) ? name : `${name}.service`;
}

const line = (text: string) => harmless(text, { most: 200 });
const state = (unit: Unit) => (unit.state === 'absent' ? 'absent' : `${unit.state} (${unit.subState})`);

function describe(unit: UnitStatus): string {
  const ended = unit.exitCode ?? unit.signal;
  const fields: [string, string | number | undefined][] = [
    ['State', state(unit)],
    ['Since', unit.since],
    ['Started', unit.startedAt],
    ['Main process', unit.mainPid],
    ['Memory', unit.memory === undefined ? undefined : `${(unit.memory / 1e6).toFixed(1)} MB`],
    ['Restarts', unit.restarts],
    ['Result', ended === undefined ? unit.result : `${unit.result} (${ended})`],
    ['Enabled', unit.enabled],
    ['From', unit.source],
    ['Not to be stopped', unit.keep],
  ];
  const known = fields.filter(([, value]) => value !== undefined && value !== '');
  const rows = known.map(([label, value]) => `  ${label.padEnd(18)} ${line(String(value))}`);
  return [
    `${unit.name}  ${line(unit.description)}`,
    ...rows,
    ...reasons(unit),
    ...(unit.log.length > 0 ? ['', logText(unit.log)] : []),
  ].join('\n');
}

/** Why it is not active, what to do, and what it lacks. */
function reasons({ why, advice, dependencies = [] }: Pick<UnitStatus, 'why' | 'advice' | 'dependencies'>): string[] {
  const text = [why, advice].filter(Boolean).join(' ');
  const lacking = dependencies.flatMap((one) => [
    `  ${one.relation} ${line(one.name)}, which is ${one.state}.${one.why ? ` ${line(one.why)}` : ''}`,
    ...one.log.map(({ from, text }) => `    ${line(from)}: ${line(text)}`),
  ]);
  return [...(text ? ['', text] : []), ...lacking];
}

function logText(log: readonly LogLine[]): string {
  return log.length === 0
    ? 'Its log is empty.'
    : log.map(({ at, from, text }) => `${at} ${line(from)}: ${harmless(text)}`).join('\n');
}

function outcomeText(outcome: UnitOutcome): string {
  const { unit, succeeded, log: tail } = outcome;
  const said = `${unit.name} is ${state(unit)}${unit.startedAt ? `, started ${unit.startedAt}` : ''}.`;
  return succeeded
    ? said
    : [`${said} That is not what was asked for.`, ...reasons(outcome), '', 'Its log:', logText(tail)].join('\n');
}

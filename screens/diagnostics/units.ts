/** Diagnostics › Units: the appliance's units, and what can be done with one. */
import type { LogLine, Unit, UnitDependency, UnitOutcome, UnitState, UnitStatus } from '../../src/appliance.ts';
import { harmless } from '../../src/values/harmless.ts';
import { openLog } from '../flows/log.ts';
import { permitted } from '../flows/permission.ts';
import type { Fact } from '../kit/facts.ts';
import { live } from '../kit/live.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import type { Role } from '../kit/theme.ts';

const stateRoles: Record<UnitState, Role> = {
  active: 'good',
  reloading: 'warn',
  activating: 'warn',
  deactivating: 'warn',
  inactive: 'dim',
  absent: 'dim',
  failed: 'bad',
};

export const units: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  await ui.table<Unit>({
    title: 'Units',
    rows: live(appliance.units.watch),
    id: ({ name }) => name,
    empty: 'This appliance has no units of its own.',
    columns: [
      { title: 'UNIT', text: ({ name }) => plainName(name) },
      { title: 'STATE', text: ({ state }) => state, role: ({ state }) => stateRoles[state] },
      { title: 'DETAIL', text: ({ subState }) => subState, spare: 2 },
      {
        title: 'SINCE',
        text: ({ since }) => (since ? shortTime(since) : ''),
        order: (a, b) => (a.since ?? '').localeCompare(b.since ?? ''),
        spare: 1,
        whole: true,
      },
      { title: 'DESCRIPTION', text: ({ description }) => description, spare: 3 },
    ],
    detail: ({ description }) => description,
    choose: (unit) => actions(surroundings, unit),
  });
};

async function actions(surroundings: Surroundings, unit: Unit): Promise<void> {
  const absent = unit.state === 'absent' ? 'This machine has no such unit.' : undefined;
  const doing: Record<string, () => Promise<void>> = {
    status: () => status(surroundings, unit),
    restart: () => act(surroundings, 'restart', unit),
    start: () => act(surroundings, 'start', unit),
    stop: () => act(surroundings, 'stop', unit),
    logs: () => logs(surroundings, unit),
  };
  const isActive = unit.state === 'active';
  await surroundings.ui.menu({
    title: plainName(unit.name),
    back: true,
    items: () => [
      { id: 'status', label: 'Status', description: 'State, process, last result', greyed: absent },
      { id: 'restart', label: 'Restart', description: 'Stop it and start it again', greyed: absent },
      {
        id: 'start',
        label: 'Start',
        description: 'Start it',
        greyed: absent ?? (isActive ? 'It is active already.' : undefined),
      },
      { id: 'stop', label: 'Stop', description: 'Stop it until the next boot', greyed: absent ?? keep(unit) },
      { id: 'logs', label: 'Logs', description: 'Its newest log lines', greyed: absent },
    ],
    choose: (id) => doing[id]?.() ?? Promise.resolve(),
  });
}

function keep({ keep, state }: Unit): string | undefined {
  if (keep) return `It must not be stopped here: ${keep}.`;
  return state === 'inactive' ? 'It is not running.' : undefined;
}

async function status({ ui, appliance }: Surroundings, { name }: Unit): Promise<void> {
  const outcome = await ui.busy(`Reading ${name}`, (signal) => appliance.units.show({ name, lines: 10 }, { signal }));
  if (!outcome.ok) return ui.problem('Status', outcome.problem);
  await ui.facts({ title: plainName(name), page: { facts: statusFacts(outcome.value) } });
}

function statusFacts(unit: UnitStatus): Fact[] {
  const facts: (Fact | undefined)[] = [
    { label: 'Unit', value: unit.name },
    { label: 'Description', value: unit.description },
    { label: 'State', value: `${unit.state} (${unit.subState})`, role: stateRoles[unit.state] },
    unit.since ? { label: 'Since', value: shortTime(unit.since) } : undefined,
    unit.startedAt ? { label: 'Started', value: shortTime(unit.startedAt) } : undefined,
    unit.mainPid ? { label: 'Process', value: String(unit.mainPid) } : undefined,
    unit.memory ? { label: 'Memory', value: `${(unit.memory / 1e6).toFixed(1)} MB` } : undefined,
    { label: 'Restarts', value: String(unit.restarts), ...(unit.restarts > 0 ? { role: 'warn' as const } : {}) },
    result(unit),
    unit.why ? { label: 'Why', value: unit.why, role: 'bad' } : undefined,
    unit.advice ? { label: 'What to do', value: unit.advice, role: 'strong' } : undefined,
    ...(unit.conditions ?? []).map((condition) => ({ label: 'Not met', value: condition, role: 'warn' as const })),
    ...(unit.dependencies ?? []).flatMap(dependencyFacts),
    { label: 'At boot', value: unit.enabled },
    unit.source ? { label: 'Unit file', value: unit.source } : undefined,
  ];
  const log = unit.log.map((line, at) => ({
    label: at === 0 ? 'Newest log' : '',
    value: clocked(line),
  }));
  return [...facts.filter((fact) => fact !== undefined), ...log];
}

function dependencyFacts({ name, state, relation, why, log }: UnitDependency): Fact[] {
  const value = `${plainName(name)}: ${state}${why ? `. ${why}` : ''}`;
  return [
    { label: relation.replace(/^./, (first) => first.toUpperCase()), value, role: stateRoles[state] ?? 'warn' },
    ...log.map((line) => ({ label: '', value: clocked(line) })),
  ];
}

function result({ result, exitCode }: UnitStatus): Fact {
  const code = exitCode ? `, exit code ${exitCode}` : '';
  return { label: 'Last result', value: result + code, role: result === 'success' ? 'good' : 'bad' };
}

const verbs = {
  start: { title: 'Start', doing: 'Starting', done: 'was started' },
  stop: { title: 'Stop', doing: 'Stopping', done: 'was stopped' },
  restart: { title: 'Restart', doing: 'Restarting', done: 'was restarted' },
} as const;

async function act(surroundings: Surroundings, verb: keyof typeof verbs, { name }: Unit): Promise<void> {
  const { ui, appliance } = surroundings;
  const { title, doing, done } = verbs[verb];
  const unit = plainName(name);
  if (verb !== 'start') {
    const text = [`${title} ${unit} now?`, { text: 'What it serves is interrupted.', role: 'warn' as const }];
    if (!(await ui.confirm({ title: `${title} ${unit}`, text, yes: title }))) return;
  }
  if (!(await permitted(surroundings))) return;
  const outcome = await ui.progress({
    title: `${doing} ${unit}`,
    givingUp: 'Giving up leaves it to go on by itself.',
    work: (report, signal) => appliance.units[verb]({ name }, { signal, progress: report }),
  });
  if (!outcome.ok) return ui.problem(`${title} ${unit}`, outcome.problem);
  await tell({ ui }, unit, done, outcome.value);
}

async function tell({ ui }: Pick<Surroundings, 'ui'>, unit: string, done: string, outcome: UnitOutcome): Promise<void> {
  const { state, subState, startedAt } = outcome.unit;
  if (outcome.succeeded) {
    const since = state === 'active' && startedAt ? ` since ${shortTime(startedAt)}` : '';
    return ui.message({
      title: unit,
      text: [{ text: `${unit} ${done}.`, role: 'good' }, `It is ${state} (${subState})${since}.`],
    });
  }
  await ui.message({
    title: unit,
    text: [
      { text: `${unit} did not do as asked: it is ${state} (${subState}).`, role: 'bad' },
      ...[outcome.why, outcome.advice].filter((text) => text !== undefined),
      ...(outcome.dependencies ?? []).map(
        (one) => `It ${one.relation} ${plainName(one.name)}, which is ${one.state}. ${one.why ?? ''}`,
      ),
      '',
      outcome.log.length ? 'Its last log lines:' : 'It left no log lines.',
      ...outcome.log.map(clocked),
    ],
  });
}

function logs(surroundings: Surroundings, { name }: Unit): Promise<void> {
  return openLog(surroundings, { title: `Logs of ${plainName(name)}`, source: { kind: 'journal', unit: name } });
}

const plainName = (name: string) => name.replace(/\.service$/, '');
const shortTime = (iso: string) => iso.slice(0, 19).replace('T', ' ');
/** One line of the log among other texts: no line break in it makes it look like two, and no length hides the rest. */
const clocked = ({ at, text }: LogLine) => `${at.slice(11, 19)} ${harmless(text, { most: 300 })}`;

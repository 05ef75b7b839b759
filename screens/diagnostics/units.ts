/** Diagnostics › Units: the appliance's units, and what can be done with one. */
import type { LogLine, Unit, UnitDependency, UnitOutcome, UnitState, UnitStatus } from '../../src/appliance.ts';
import { harmless } from '../../src/values/harmless.ts';
import { openLog } from '../flows/log.ts';
import { act, type Verb } from '../flows/running.ts';
import type { Fact } from '../kit/facts.ts';
import { live } from '../kit/live.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import type { Role } from '../kit/theme.ts';
import { said, t } from '../texts/texts.ts';

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
    title: t`Units`,
    rows: live(appliance.units.watch),
    id: ({ name }) => name,
    empty: t`This appliance has no units of its own.`,
    columns: [
      { title: t`UNIT`, text: ({ name }) => plainName(name) },
      { title: t`STATE`, text: ({ state }) => said(state), role: ({ state }) => stateRoles[state] },
      { title: t`DETAIL`, text: ({ subState }) => subState, spare: 2 },
      {
        title: t`SINCE`,
        text: ({ since }) => (since ? shortTime(since) : ''),
        order: (a, b) => (a.since ?? '').localeCompare(b.since ?? ''),
        spare: 1,
        whole: true,
      },
      { title: t`DESCRIPTION`, text: ({ description }) => description, spare: 3 },
    ],
    detail: ({ description }) => description,
    choose: (unit) => actions(surroundings, unit),
  });
};

async function actions(surroundings: Surroundings, unit: Unit): Promise<void> {
  const absent = unit.state === 'absent' ? t`This machine has no such unit.` : undefined;
  const doing: Record<string, () => Promise<void>> = {
    status: () => status(surroundings, unit),
    restart: () => change(surroundings, 'restart', unit),
    start: () => change(surroundings, 'start', unit),
    stop: () => change(surroundings, 'stop', unit),
    logs: () => logs(surroundings, unit),
  };
  const isActive = unit.state === 'active';
  await surroundings.ui.menu({
    title: plainName(unit.name),
    back: true,
    items: () => [
      { id: 'status', label: t`Status`, description: t`State, process, last result`, greyed: absent },
      { id: 'restart', label: t`Restart`, description: t`Stop it and start it again`, greyed: absent },
      {
        id: 'start',
        label: t`Start`,
        description: t`Start it`,
        greyed: absent ?? (isActive ? t`It is active already.` : undefined),
      },
      { id: 'stop', label: t`Stop`, description: t`Stop it until the next boot`, greyed: absent ?? keep(unit) },
      { id: 'logs', label: t`Logs`, description: t`Its newest log lines`, greyed: absent },
    ],
    choose: (id) => doing[id]?.() ?? Promise.resolve(),
  });
}

function keep({ keep, state }: Unit): string | undefined {
  if (keep) return t`It must not be stopped here: ${said(keep)}.`;
  return state === 'inactive' ? t`It is not running.` : undefined;
}

async function status({ ui, appliance }: Surroundings, { name }: Unit): Promise<void> {
  const outcome = await ui.busy(t`Reading ${name}`, (signal) => appliance.units.show({ name, lines: 10 }, { signal }));
  if (!outcome.ok) return ui.problem(t`Status`, outcome.problem);
  await ui.facts({ title: plainName(name), page: { facts: statusFacts(outcome.value) } });
}

function statusFacts(unit: UnitStatus): Fact[] {
  const facts: (Fact | undefined)[] = [
    { label: t`Unit`, value: unit.name },
    { label: t`Description`, value: unit.description },
    { label: t`State`, value: `${said(unit.state)} (${unit.subState})`, role: stateRoles[unit.state] },
    unit.since ? { label: t`Since`, value: shortTime(unit.since) } : undefined,
    unit.startedAt ? { label: t`Started`, value: shortTime(unit.startedAt) } : undefined,
    unit.mainPid ? { label: t`Process`, value: String(unit.mainPid) } : undefined,
    unit.memory ? { label: t`Memory`, value: `${(unit.memory / 1e6).toFixed(1)} MB` } : undefined,
    { label: t`Restarts`, value: String(unit.restarts), ...(unit.restarts > 0 ? { role: 'warn' as const } : {}) },
    result(unit),
    unit.why ? { label: t`Why`, value: said(unit.why), role: 'bad' } : undefined,
    unit.advice ? { label: t`What to do`, value: said(unit.advice), role: 'strong' } : undefined,
    ...(unit.conditions ?? []).map((condition) => ({
      label: t`Not met`,
      value: said(condition),
      role: 'warn' as const,
    })),
    ...(unit.dependencies ?? []).flatMap(dependencyFacts),
    { label: t`At boot`, value: said(unit.enabled) },
    unit.source ? { label: t`Unit file`, value: unit.source } : undefined,
  ];
  const log = unit.log.map((line, at) => ({
    label: at === 0 ? t`Newest log` : '',
    value: clocked(line),
  }));
  return [...facts.filter((fact) => fact !== undefined), ...log];
}

function dependencyFacts({ name, state, relation, why, log }: UnitDependency): Fact[] {
  const value = `${plainName(name)}: ${said(state)}${why ? `. ${said(why)}` : ''}`;
  return [
    { label: said(relation).replace(/^./, (first) => first.toUpperCase()), value, role: stateRoles[state] ?? 'warn' },
    ...log.map((line) => ({ label: '', value: clocked(line) })),
  ];
}

function result({ result, exitCode }: UnitStatus): Fact {
  const code = exitCode ? t`, exit code ${exitCode}` : '';
  return { label: t`Last result`, value: said(result) + code, role: result === 'success' ? 'good' : 'bad' };
}

async function change(surroundings: Surroundings, verb: Verb, { name }: Unit): Promise<void> {
  const change = surroundings.appliance.units[verb];
  const unit = plainName(name);
  const acted = await act(surroundings, verb, unit, (progress, signal) => change({ name }, { signal, progress }));
  if (acted) await tell(surroundings, unit, acted.done, acted.outcome);
}

async function tell({ ui }: Pick<Surroundings, 'ui'>, unit: string, done: string, outcome: UnitOutcome): Promise<void> {
  const { state, subState, startedAt } = outcome.unit;
  if (outcome.succeeded) {
    const since = state === 'active' && startedAt ? t` since ${shortTime(startedAt)}` : '';
    return ui.message({
      title: unit,
      text: [{ text: done, role: 'good' }, t`It is ${said(state)} (${subState})${since}.`],
    });
  }
  await ui.message({
    title: unit,
    text: [
      { text: t`${unit} did not do as asked: it is ${said(state)} (${subState}).`, role: 'bad' },
      ...[outcome.why, outcome.advice].filter((text) => text !== undefined).map(said),
      ...(outcome.dependencies ?? []).map(
        (one) =>
          t`It ${said(one.relation)} ${plainName(one.name)}, which is ${said(one.state)}. ${said(one.why ?? '')}`,
      ),
      '',
      outcome.log.length ? t`Its last log lines:` : t`It left no log lines.`,
      ...outcome.log.map(clocked),
    ],
  });
}

function logs(surroundings: Surroundings, { name }: Unit): Promise<void> {
  return openLog(surroundings, { title: t`Logs of ${plainName(name)}`, source: { kind: 'journal', unit: name } });
}

const plainName = (name: string) => name.replace(/\.service$/, '');
const shortTime = (iso: string) => iso.slice(0, 19).replace('T', ' ');
/** One line of the log among other texts: no line break in it makes it look like two, and no length hides the rest. */
const clocked = ({ at, text }: LogLine) => `${at.slice(11, 19)} ${harmless(text, { most: 300 })}`;

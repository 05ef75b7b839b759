/** Diagnostics › Containers: what the engine runs, in detail, with its logs, and what can be done with one. */
import type { Container, ContainerDetails, ContainerOutcome, ContainerState } from '../../src/appliance.ts';
import { agoSaid, bytesSaid } from '../../src/values/amount.ts';
import { harmless } from '../../src/values/harmless.ts';
import { openLog } from '../flows/log.ts';
import { act, type Verb } from '../flows/running.ts';
import type { Fact } from '../kit/facts.ts';
import { live } from '../kit/live.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import type { Role } from '../kit/theme.ts';
import { said, t } from '../texts/texts.ts';

const stateRoles: Record<ContainerState, Role> = {
  running: 'good',
  created: 'dim',
  paused: 'warn',
  restarting: 'warn',
  removing: 'warn',
  exited: 'dim',
  dead: 'bad',
};

/** Unhealthy is worse than any state says. */
const roleOf = ({ state, health }: Container): Role =>
  health === 'unhealthy' ? 'bad' : health === 'starting' ? 'warn' : stateRoles[state];
const stateOf = ({ state, health }: Container) => (health && health !== 'healthy' ? health : state);

export const containers: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  await ui.table<Container>({
    title: t`Containers`,
    rows: live(appliance.containers.watch),
    id: ({ id }) => id,
    empty: t`The container engine has no containers.`,
    columns: [
      { title: t`NAME`, text: ({ name }) => name },
      { title: t`STATE`, text: (one) => said(stateOf(one)), role: roleOf },
      { title: t`TAG`, text: ({ tag }) => tag, spare: 1 },
      { title: t`IMAGE ID`, text: ({ imageId }) => imageId.slice(0, 12), spare: 3, whole: true },
      {
        title: t`CREATED`,
        text: ({ createdAt }) => said(agoSaid(createdAt)),
        order: (a, b) => b.createdAt.localeCompare(a.createdAt),
        spare: 2,
        whole: true,
      },
      {
        title: t`SIZE`,
        right: true,
        text: ({ size }) => (size === undefined ? '' : bytesSaid(size)),
        order: (a, b) => (a.size ?? 0) - (b.size ?? 0),
        spare: 4,
        whole: true,
      },
    ],
    detail: ({ repository, status }) => `${repository}: ${said(status)}`,
    choose: (container) => actions(surroundings, container),
  });
};

async function actions(surroundings: Surroundings, container: Container): Promise<void> {
  const { name, state, id } = container;
  const doing: Record<string, () => Promise<void>> = {
    details: () => details(surroundings, container),
    logs: () => openLog(surroundings, { title: t`Logs of ${name}`, source: { kind: 'container', id } }),
    restart: () => change(surroundings, 'restart', container),
    start: () => change(surroundings, 'start', container),
    stop: () => change(surroundings, 'stop', container),
  };
  const runs = state === 'running' || state === 'restarting' || state === 'paused';
  await surroundings.ui.menu({
    title: name,
    back: true,
    items: () => [
      { id: 'details', label: t`Details`, description: t`Ports, mounts, health, environment` },
      { id: 'logs', label: t`Logs`, description: t`What it has written` },
      { id: 'restart', label: t`Restart`, description: t`Stop it and start it again` },
      { id: 'start', label: t`Start`, description: t`Start it`, greyed: runs ? t`It runs already.` : undefined },
      { id: 'stop', label: t`Stop`, description: t`Stop it`, greyed: runs ? undefined : t`It is not running.` },
    ],
    choose: (choice) => doing[choice]?.() ?? Promise.resolve(),
  });
}

async function details({ ui, appliance }: Surroundings, { id, name }: Container): Promise<void> {
  const outcome = await ui.busy(t`Reading ${name}`, (signal) => appliance.containers.show({ id }, { signal }));
  if (!outcome.ok) return ui.problem(name, outcome.problem);
  await ui.facts({ title: name, page: { facts: facts(outcome.value) } });
}

function facts(container: ContainerDetails): Fact[] {
  const { environment, mounts, ports, networks, healthLog } = container;
  const all: (Fact | undefined)[] = [
    { label: t`Name`, value: container.name },
    { label: t`Container ID`, value: container.id.slice(0, 12) },
    { label: t`Image`, value: `${container.repository}:${container.tag}` },
    { label: t`Image ID`, value: container.imageId.slice(0, 12) },
    { label: t`State`, value: said(container.status), role: roleOf(container) },
    { label: t`Created`, value: `${moment(container.createdAt)} (${said(agoSaid(container.createdAt))})` },
    container.startedAt ? { label: t`Started`, value: moment(container.startedAt) } : undefined,
    container.finishedAt ? { label: t`Ended last`, value: moment(container.finishedAt) } : undefined,
    ended(container),
    container.error ? { label: t`Engine says`, value: container.error, role: 'bad' } : undefined,
    { label: t`Restarts`, value: String(container.restarts), ...(container.restarts > 0 ? { role: 'warn' } : {}) },
    { label: t`Restart rule`, value: said(container.restartPolicy) },
    container.health ? { label: t`Health`, value: said(container.health), role: roleOf(container) } : undefined,
    ...healthLog.slice(-3).map(({ at, exitCode, text }) => ({
      label: '',
      value: `${at.slice(11, 19)} ${t`code ${exitCode}`} ${harmless(text, { most: 200 })}`,
    })),
    { label: t`Command`, value: container.command.join(' ') || t`none` },
    { label: t`Ports`, value: ports.join('\n') || t`none` },
    { label: t`Mounts`, value: mounts.map(mountSaid).join('\n') || t`none` },
    { label: t`Networks`, value: networks.map(({ name, address }) => `${name} ${address}`).join('\n') || t`none` },
    { label: t`Environment`, value: environment.map(({ name, value }) => `${name}=${value}`).join('\n') || t`none` },
  ];
  return all.filter((fact) => fact !== undefined);
}

const mountSaid = ({ from, to, writable }: ContainerDetails['mounts'][number]) =>
  `${from} → ${to}${writable ? '' : ` (${t`read-only`})`}`;

function ended({ exitCode, outOfMemory }: ContainerDetails): Fact | undefined {
  if (outOfMemory) return { label: t`Last end`, value: t`ended for lack of memory`, role: 'bad' };
  if (exitCode === undefined) return undefined;
  return { label: t`Last end`, value: t`exit code ${exitCode}`, role: exitCode === 0 ? 'text' : 'bad' };
}

async function change(surroundings: Surroundings, verb: Verb, { id, name }: Container): Promise<void> {
  const change = surroundings.appliance.containers[verb];
  const acted = await act(surroundings, verb, name, (progress, signal) => change({ id }, { signal, progress }));
  if (acted) await tell(surroundings, name, acted.done, acted.outcome);
}

async function tell({ ui }: Surroundings, name: string, done: string, outcome: ContainerOutcome): Promise<void> {
  const { container, succeeded, log } = outcome;
  if (succeeded) return ui.message({ title: name, text: [{ text: done, role: 'good' }, said(container.status)] });
  await ui.message({
    title: name,
    text: [
      { text: t`${name} did not do as asked: it is ${said(container.state)}.`, role: 'bad' },
      said(container.status),
      '',
      log.length ? t`Its last log lines:` : t`It left no log lines.`,
      ...log.map(({ text }) => harmless(text, { most: 300 })),
    ],
  });
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');

/** Diagnostics › Containers: what the engine runs, in detail, with its logs, and what can be done with one. */
import type { Container, ContainerDetails, ContainerOutcome, ContainerState } from '../../src/appliance.ts';
import { agoSaid, bytesSaid } from '../../src/values/amount.ts';
import { harmless } from '../../src/values/harmless.ts';
import { openLog } from '../flows/log.ts';
import { permitted } from '../flows/permission.ts';
import type { Fact } from '../kit/facts.ts';
import { live } from '../kit/live.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import type { Role } from '../kit/theme.ts';

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
    title: 'Containers',
    rows: live(appliance.containers.watch),
    id: ({ id }) => id,
    empty: 'The container engine has no containers.',
    columns: [
      { title: 'NAME', text: ({ name }) => name },
      { title: 'STATE', text: stateOf, role: roleOf },
      { title: 'TAG', text: ({ tag }) => tag, spare: 1 },
      { title: 'IMAGE ID', text: ({ imageId }) => imageId.slice(0, 12), spare: 3, whole: true },
      {
        title: 'CREATED',
        text: ({ createdAt }) => agoSaid(createdAt),
        order: (a, b) => b.createdAt.localeCompare(a.createdAt),
        spare: 2,
        whole: true,
      },
      {
        title: 'SIZE',
        right: true,
        text: ({ size }) => (size === undefined ? '' : bytesSaid(size)),
        order: (a, b) => (a.size ?? 0) - (b.size ?? 0),
        spare: 4,
        whole: true,
      },
    ],
    detail: ({ repository, status }) => `${repository}: ${status}`,
    choose: (container) => actions(surroundings, container),
  });
};

async function actions(surroundings: Surroundings, container: Container): Promise<void> {
  const { name, state, id } = container;
  const doing: Record<string, () => Promise<void>> = {
    details: () => details(surroundings, container),
    logs: () => openLog(surroundings, { title: `Logs of ${name}`, source: { kind: 'container', id } }),
    restart: () => act(surroundings, 'restart', container),
    start: () => act(surroundings, 'start', container),
    stop: () => act(surroundings, 'stop', container),
  };
  const runs = state === 'running' || state === 'restarting' || state === 'paused';
  await surroundings.ui.menu({
    title: name,
    back: true,
    items: () => [
      { id: 'details', label: 'Details', description: 'Ports, mounts, health, environment' },
      { id: 'logs', label: 'Logs', description: 'What it has written' },
      { id: 'restart', label: 'Restart', description: 'Stop it and start it again' },
      { id: 'start', label: 'Start', description: 'Start it', greyed: runs ? 'It runs already.' : undefined },
      { id: 'stop', label: 'Stop', description: 'Stop it', greyed: runs ? undefined : 'It is not running.' },
    ],
    choose: (choice) => doing[choice]?.() ?? Promise.resolve(),
  });
}

async function details({ ui, appliance }: Surroundings, { id, name }: Container): Promise<void> {
  const outcome = await ui.busy(`Reading ${name}`, (signal) => appliance.containers.show({ id }, { signal }));
  if (!outcome.ok) return ui.problem(name, outcome.problem);
  await ui.facts({ title: name, page: { facts: facts(outcome.value) } });
}

function facts(container: ContainerDetails): Fact[] {
  const { environment, mounts, ports, networks, healthLog } = container;
  const all: (Fact | undefined)[] = [
    { label: 'Name', value: container.name },
    { label: 'Container ID', value: container.id.slice(0, 12) },
    { label: 'Image', value: `${container.repository}:${container.tag}` },
    { label: 'Image ID', value: container.imageId.slice(0, 12) },
    { label: 'State', value: container.status, role: roleOf(container) },
    { label: 'Created', value: `${moment(container.createdAt)} (${agoSaid(container.createdAt)})` },
    container.startedAt ? { label: 'Started', value: moment(container.startedAt) } : undefined,
    container.finishedAt ? { label: 'Ended last', value: moment(container.finishedAt) } : undefined,
    ended(container),
    container.error ? { label: 'Engine says', value: container.error, role: 'bad' } : undefined,
    { label: 'Restarts', value: String(container.restarts), ...(container.restarts > 0 ? { role: 'warn' } : {}) },
    { label: 'Restart rule', value: container.restartPolicy },
    container.health ? { label: 'Health', value: container.health, role: roleOf(container) } : undefined,
    ...healthLog.slice(-3).map(({ at, exitCode, text }) => ({
      label: '',
      value: `${at.slice(11, 19)} code ${exitCode} ${harmless(text, { most: 200 })}`,
    })),
    { label: 'Command', value: container.command.join(' ') || 'none' },
    { label: 'Ports', value: ports.join('\n') || 'none' },
    { label: 'Mounts', value: mounts.map(mountSaid).join('\n') || 'none' },
    { label: 'Networks', value: networks.map(({ name, address }) => `${name} ${address}`).join('\n') || 'none' },
    { label: 'Environment', value: environment.map(({ name, value }) => `${name}=${value}`).join('\n') || 'none' },
  ];
  return all.filter((fact) => fact !== undefined);
}

const mountSaid = ({ from, to, writable }: ContainerDetails['mounts'][number]) =>
  `${from} → ${to}${writable ? '' : ' (read-only)'}`;

function ended({ exitCode, outOfMemory }: ContainerDetails): Fact | undefined {
  if (outOfMemory) return { label: 'Last end', value: 'ended for lack of memory', role: 'bad' };
  if (exitCode === undefined) return undefined;
  return { label: 'Last end', value: `exit code ${exitCode}`, role: exitCode === 0 ? 'text' : 'bad' };
}

const verbs = {
  start: { title: 'Start', doing: 'Starting', done: 'was started' },
  stop: { title: 'Stop', doing: 'Stopping', done: 'was stopped' },
  restart: { title: 'Restart', doing: 'Restarting', done: 'was restarted' },
} as const;

async function act(surroundings: Surroundings, verb: keyof typeof verbs, { id, name }: Container): Promise<void> {
  const { ui, appliance } = surroundings;
  const { title, doing, done } = verbs[verb];
  if (verb !== 'start') {
    const text = [`${title} ${name} now?`, { text: 'What it serves is interrupted.', role: 'warn' as const }];
    if (!(await ui.confirm({ title: `${title} ${name}`, text, yes: title }))) return;
  }
  if (!(await permitted(surroundings))) return;
  const outcome = await ui.progress({
    title: `${doing} ${name}`,
    givingUp: 'Giving up leaves it to go on by itself.',
    work: (report, signal) => appliance.containers[verb]({ id }, { signal, progress: report }),
  });
  if (!outcome.ok) return ui.problem(`${title} ${name}`, outcome.problem);
  await tell(surroundings, name, done, outcome.value);
}

async function tell({ ui }: Surroundings, name: string, done: string, outcome: ContainerOutcome): Promise<void> {
  const { container, succeeded, log } = outcome;
  if (succeeded)
    return ui.message({ title: name, text: [{ text: `${name} ${done}.`, role: 'good' }, container.status] });
  await ui.message({
    title: name,
    text: [
      { text: `${name} did not do as asked: it is ${container.state}.`, role: 'bad' },
      container.status,
      '',
      log.length ? 'Its last log lines:' : 'It left no log lines.',
      ...log.map(({ text }) => harmless(text, { most: 300 })),
    ],
  });
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');

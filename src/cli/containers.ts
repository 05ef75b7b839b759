/** `gatehouse containers …`. */
import type { ContainerDetails, ContainerOutcome } from '../appliance.ts';
import { Failure } from '../errors.ts';
import { agoSaid, bytesSaid } from '../values/amount.ts';
import { harmless } from '../values/harmless.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields, table } from './table.ts';

export async function list({ appliance, output, signal }: Context): Promise<number> {
  const containers = await appliance.containers.list({}, { signal });
  const rows = containers.map(({ name, repository, tag, id, createdAt, size, state, status }) => {
    const said = size === undefined ? '' : bytesSaid(size);
    return [name, repository, tag, id.slice(0, 12), agoSaid(createdAt), said, state, status];
  });
  const head = ['NAME', 'IMAGE', 'TAG', 'ID', 'CREATED', 'SIZE', 'STATE', 'STATUS'];
  output.text(rows.length > 0 ? table([head, ...rows]) : 'There are no containers.');
  output.value(containers);
  return exits.done;
}

export async function show({ appliance, output, signal }: Context, id: string): Promise<number> {
  const container = await appliance.containers.show({ id }, { signal });
  output.text(describe(container));
  output.value(container);
  return exits.done;
}

export async function act(context: Context, action: 'start' | 'stop' | 'restart', id: string): Promise<number> {
  const { appliance, output, signal } = context;
  const progress = (news: { step: string }) => {
    output.text(`${news.step} …`);
    output.value(news);
  };
  try {
    const outcome = await appliance.containers[action]({ id }, { signal, progress });
    output.text(outcomeText(outcome));
    output.value(outcome);
    return outcome.succeeded ? exits.done : exits.failed;
  } catch (error) {
    if (error instanceof Failure && error.problem.code === 'aborted')
      output.text('No longer waiting; the service goes on with it.');
    throw error;
  }
}

function describe(container: ContainerDetails): string {
  const { ports, mounts, networks, environment, healthLog } = container;
  const known = fields([
    ['Name', container.name],
    ['Image', `${container.repository}:${container.tag}`],
    ['Image ID', container.imageId.slice(0, 12)],
    ['ID', container.id],
    ['State', container.status || container.state],
    ['Health', container.health],
    ['Error', container.error],
    ['Out of memory', container.outOfMemory ? 'yes' : undefined],
    ['Exit code', container.exitCode],
    ['Created', container.createdAt],
    ['Started', container.startedAt],
    ['Finished', container.finishedAt],
    ['Restarts', container.restarts],
    ['Restart policy', container.restartPolicy],
    ['Size', container.size === undefined ? undefined : bytesSaid(container.size)],
    ['Command', container.command.join(' ')],
  ]);
  const mounted = mounts.map(({ from, to, writable }) => `${from} → ${to}${writable ? '' : ' (read only)'}`);
  return [
    known,
    ...section('Ports', ports),
    ...section('Mounts', mounted),
    ...section(
      'Networks',
      networks.map(({ name, address }) => `${name} ${address}`),
    ),
    ...section('Environment', pairs(environment)),
    ...section(
      'Health checks',
      healthLog.map(({ at, exitCode, text }) => `${at} (${exitCode}) ${text}`),
    ),
  ].join('\n');
}

/** A title and a line each; nothing where there is none. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', title, ...lines.map((line) => `  ${harmless(line, { most: 400 })}`)] : [];
}

export function pairs(all: readonly { name: string; value: string }[]): string[] {
  return all.map(({ name, value }) => `${name}=${value}`);
}

function outcomeText({ container, succeeded, log }: ContainerOutcome): string {
  const said = `${harmless(container.name)}: ${harmless(container.status || container.state)}.`;
  if (succeeded) return said;
  const lines = log.map(({ at, text }) => `${at ?? ''} ${harmless(text, { most: 2000 })}`);
  const end = lines.length > 0 ? ['Its log:', ...lines] : ['Its log is empty.'];
  return [`${said} That is not what was asked for. ${end[0]}`, ...end.slice(1)].join('\n');
}

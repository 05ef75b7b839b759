/** `gatehouse stats …`. */
import type { Stats, StatsHistory, StatsRow, StatsSample, StatsSubject } from '../appliance.ts';
import { bytesSaid } from '../values/amount.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { table } from './table.ts';

export async function show({ appliance, output, signal }: Context): Promise<number> {
  const stats = await appliance.stats.read({}, { signal });
  output.text(statsText(stats));
  output.value(stats);
  return exits.done;
}

/** A table, or with --json a line, every two seconds until interrupted. */
export async function watch({ appliance, output, signal }: Context): Promise<number> {
  const progress = (stats: Stats) => {
    output.text(`${statsText(stats)}\n`);
    output.value(stats);
  };
  await appliance.stats.watch({}, { signal, progress });
  return exits.done;
}

export async function history(
  { appliance, output, signal }: Context,
  kind: StatsSubject['kind'],
  id: string,
): Promise<number> {
  const found = await appliance.stats.history({ kind, id: kind === 'unit' ? unitName(id) : id }, { signal });
  output.text(historyText(found));
  output.value(found);
  return exits.done;
}

/** "docker" is "docker.service". */
const unitName = (id: string) => (id.includes('.') ? id : `${id}.service`);

const heading = ['CPU %', 'Memory', 'Limit', 'Received/s', 'Sent/s', 'Read/s', 'Written/s'];

function statsText({ rows, cores, missing }: Stats): string {
  const lines = rows.map((row) => [row.kind, row.name, ...cells(row)]);
  return [
    table([['Kind', 'Name', ...heading], ...lines]),
    '',
    `100 % is one core; this appliance has ${cores}.`,
    ...missing.map(({ why }) => why),
  ].join('\n');
}

function cells({ now, memoryLimit, idle }: StatsRow): (string | undefined)[] {
  if (idle !== undefined) return [idle];
  if (!now) return ['…'];
  const [cpu, memory, ...rest] = figures(now);
  return [cpu, memory, bytes(memoryLimit), ...rest];
}

function figures({ cpu, memory, received, sent, read, written }: StatsSample): string[] {
  return [cpu === undefined ? '-' : cpu.toFixed(1), ...[memory, received, sent, read, written].map(bytes)];
}

function historyText({ subject, samples }: StatsHistory): string {
  if (samples.length === 0) return `${subject.name}: nothing is known of the last 15 minutes.`;
  const lines = samples.map((sample) => [sample.at.slice(11, 19), ...figures(sample)]);
  return table([['UTC', ...heading.filter((one) => one !== 'Limit')], ...lines]);
}

const bytes = (count: number | undefined) => (count === undefined ? '-' : bytesSaid(count));

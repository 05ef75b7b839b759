/** Diagnostics › Stats: what the appliance, its containers and its units use, as a table and as plots. */
import type { Stats, StatsHistory, StatsRow, StatsSample } from '../../src/appliance.ts';
import { bytesSaid } from '../../src/values/amount.ts';
import type { Live } from '../kit/live.ts';
import type { Pane } from '../kit/plot.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import type { Column } from '../kit/table.ts';
import { said, t } from '../texts/texts.ts';

/** Milliseconds between two looks at the history while it is plotted. */
const period = 2000;

export const stats: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  let cores = 1;
  let missing = '';
  const rows: Live<readonly StatsRow[]> = (tell, signal) =>
    appliance.stats.watch(
      {},
      {
        signal,
        progress: (news: Stats) => {
          cores = news.cores;
          missing = news.missing
            .map(({ kind, why }) => (kind === 'container' ? t`No containers: ${said(why)}` : t`No units: ${said(why)}`))
            .join(' ');
          tell(news.rows);
        },
      },
    );
  await ui.table<StatsRow>({
    title: t`Stats`,
    rows,
    pause: true,
    id: ({ kind, id }) => `${kind} ${id}`,
    empty: t`No figures yet.`,
    columns: columns(),
    detail: (row) => missing || detail(row),
    ok: t`Plot`,
    choose: (row) => plot(surroundings, row, cores),
  });
};

function columns(): Column<StatsRow>[] {
  const figure = (
    title: string,
    key: Exclude<keyof StatsSample, 'at'>,
    said: (value: number) => string,
    spare: number,
  ) => ({
    title,
    right: true,
    text: ({ now }: StatsRow) => {
      const value = now?.[key];
      return value === undefined ? '-' : said(value);
    },
    order: (a: StatsRow, b: StatsRow) => (b.now?.[key] ?? -1) - (a.now?.[key] ?? -1),
    spare,
    ...(spare ? { whole: true as const } : {}),
  });
  const rate = (value: number) => `${bytesSaid(value)}/s`;
  return [
    {
      title: t`NAME`,
      text: ({ name, kind }) => (kind === 'appliance' ? said(name) : name),
      role: ({ kind }) => (kind === 'appliance' ? 'strong' : 'text'),
    },
    {
      title: t`KIND`,
      text: ({ kind, idle }) => said(idle ?? kind),
      role: ({ idle }) => (idle ? 'dim' : 'text'),
      spare: 5,
      whole: true,
    },
    figure(t`CPU %`, 'cpu', (value) => value.toFixed(1), 0),
    figure(t`MEMORY`, 'memory', bytesSaid, 0),
    figure(t`NET IN`, 'received', rate, 1),
    figure(t`NET OUT`, 'sent', rate, 2),
    figure(t`READ`, 'read', rate, 3),
    figure(t`WRITTEN`, 'written', rate, 4),
  ];
}

function detail({ kind, idle, memoryLimit, now }: StatsRow): string {
  if (idle) return t`It does not run: ${said(idle)}.`;
  if (!now) return t`Its first figures come in some seconds.`;
  const limit = memoryLimit ? t`, memory up to ${bytesSaid(memoryLimit)}` : '';
  return kind === 'appliance' ? t`The whole machine${limit}` : t`100 % is one core${limit}`;
}

function plot(
  { ui, appliance }: Surroundings,
  { kind, id, name, memoryLimit }: StatsRow,
  cores: number,
): Promise<void> {
  return ui.plot({
    title: said(name),
    caption: t`The last 15 minutes`,
    panes: async (tell, signal) => {
      while (!signal.aborted) {
        tell(panes(await appliance.stats.history({ kind, id }, { signal }), { cores, memoryLimit }));
        await pause(period, signal);
      }
    },
  });
}

function panes({ subject, samples }: StatsHistory, room: { cores: number; memoryLimit: number | undefined }): Pane[] {
  const points = (key: Exclude<keyof StatsSample, 'at'>) => samples.map((sample) => sample[key] ?? 0);
  const has = (key: keyof StatsSample) => samples.some((sample) => sample[key] !== undefined);
  const all: (Pane | undefined)[] = [
    {
      title: t`CPU, %`,
      series: [{ title: subject.kind === 'appliance' ? t`of ${100 * room.cores}:` : '', points: points('cpu') }],
    },
    has('memory') ? scaled(t`Memory`, [{ title: '', points: points('memory') }], '', room.memoryLimit) : undefined,
    has('received')
      ? scaled(
          t`Network`,
          [
            { title: t`in`, points: points('received') },
            { title: t`out`, points: points('sent') },
          ],
          '/s',
        )
      : undefined,
    has('read')
      ? scaled(
          t`Disk`,
          [
            { title: t`read`, points: points('read') },
            { title: t`written`, points: points('written') },
          ],
          '/s',
        )
      : undefined,
  ];
  return all.filter((pane) => pane !== undefined);
}

/** Bytes in the unit that the largest of them has; the same for all of a plot. */
function scaled(title: string, series: Pane['series'], per: string, max?: number): Pane {
  const largest = Math.max(...series.flatMap(({ points }) => points), 1);
  const [factor, unit] = (
    [
      [1e9, 'GB'],
      [1e6, 'MB'],
      [1e3, 'kB'],
      [1, 'B'],
    ] as const
  ).find(([f]) => largest >= f) ?? [1, 'B'];
  return {
    title: `${title}, ${unit}${per}`,
    // A limit far away would press the line to the ground.
    ...(max && largest > max / 4 ? { max: max / factor } : {}),
    series: series.map(({ title, points }) => ({ title, points: points.map((point) => point / factor) })),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** Values over time in words: the newest, the lowest and the highest of each line. */
import { type Problem, problemOf } from '../../../src/errors.ts';
import { t } from '../../texts/texts.ts';
import type { Pane, PlotOptions } from '../plot.ts';
import { sentence } from '../told.ts';
import { News } from './news.ts';
import type { Talk } from './talk.ts';
import { busy } from './work.ts';

export async function plot(talk: Talk, { title, caption, panes }: PlotOptions): Promise<void> {
  const closing = new AbortController();
  const signal = talk.until(closing.signal);
  const news = new News(talk, signal);
  let now: readonly Pane[] | undefined;
  let problem: Problem | undefined;
  const say = () => {
    const lines = linesOf(now ?? []);
    talk.title(title);
    talk.say(`${caption}.`, ...lines.values(), ...(problem ? [sentence(problem)] : []));
    news.begin(lines);
  };
  try {
    if (typeof panes !== 'function') now = panes;
    else
      await busy(
        talk,
        t`Reading`,
        () =>
          new Promise<void>((resolve) => {
            const take = (told: readonly Pane[]) => {
              now = told;
              news.take(linesOf(told));
              resolve();
            };
            panes(take, signal).catch((error) => {
              problem = problemOf(error);
              resolve();
            });
          }),
      );
    if (!now && !problem) return;
    say();
    for (;;) {
      news.on(true);
      const answer = await talk.ask(t`Enter refreshes, 0 goes back:`, {
        help: [t`Enter says all of it again. p stops telling changes, and begins again.`],
      });
      news.on(false);
      const given = answer?.trim();
      if (given === undefined || given === '0') return;
      if (given === 'p') news.pause();
      else say();
    }
  } finally {
    closing.abort();
  }
}

function linesOf(panes: readonly Pane[]): Map<string, string> {
  return new Map(
    panes.flatMap(({ title, series }) =>
      series.map(({ title: name, points }) => {
        const what = [title, name].filter(Boolean).join(' ');
        return [what, `${what}: ${points.length ? said(points) : t`no figures yet`}`] as const;
      }),
    ),
  );
}

function said(points: readonly number[]): string {
  return t`now ${short(points.at(-1) ?? 0)}, lowest ${short(Math.min(...points))}, highest ${short(Math.max(...points))}`;
}

const short = (value: number) => String(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)));

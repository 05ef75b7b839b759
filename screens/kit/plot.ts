/** Values over time: lines where the terminal has Unicode, columns of # where it has not. */
import { type Problem, problemOf } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { confirm, type KeyHint } from './keys.ts';
import type { LineChart, Series } from './line-chart.ts';
import type { Live } from './live.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';
import type { Role } from './theme.ts';
import { sentence } from './told.ts';

export type { Series } from './line-chart.ts';

/** One of the plots of a page: with a scale, a unit and a place of its own. */
export interface Pane {
  /** "Memory, MB" */
  title: string;
  /** The top of the scale; default: the highest value. */
  max?: number;
  series: readonly Series[];
}

export interface PlotOptions {
  title: string;
  /** Shown below: "The last 15 minutes". */
  caption: string;
  panes: readonly Pane[] | Live<readonly Pane[]>;
}

/** As line-chart.ts colours its lines. */
const lineRoles: readonly Role[] = ['line1', 'line2', 'line3', 'line4', 'line5'];

/** What a plot needs to be read. */
const least = { width: 34, height: 5 };

export class Plot extends Piece<void> {
  private panes: readonly Pane[] | undefined;
  private problem: Problem | undefined;
  private paused = false;
  /** The first pane that is seen, where there is no room for all. */
  private from = 0;
  private seen = 0;
  private makeChart: (() => LineChart) | undefined;
  private charts: LineChart[] = [];
  private readonly buttons = new Buttons([t`OK`]);

  constructor(private readonly options: PlotOptions) {
    super(options.title);
  }

  protected override opened(): void {
    void import('./line-chart.ts').then(({ LineChart }) => {
      if (this.signal.aborted) return;
      this.makeChart = () => new LineChart(this.stage.terminal);
      this.signal.addEventListener('abort', () => this.clear());
      this.stage.invalidate();
    });
    const { panes } = this.options;
    if (typeof panes !== 'function') this.panes = panes;
    else
      panes((news) => this.take(news), this.signal).catch((error) => {
        this.problem = problemOf(error);
        this.stage.invalidate();
      });
  }

  private take(panes: readonly Pane[]): void {
    if (this.paused) return;
    this.panes = panes;
    this.stage.invalidate();
  }

  private clear(): void {
    for (const chart of this.charts.splice(0)) chart.close();
  }

  keys(): readonly KeyHint[] {
    const more = this.seen < (this.panes?.length ?? 0) ? [{ key: 'arrows', does: t`see the others` }] : [];
    return [confirm, ...more, { key: 'SPACE', does: this.paused ? t`go on` : t`pause` }];
  }

  key({ name }: Key): void {
    const count = this.panes?.length ?? 1;
    const step = Math.max(1, this.seen);
    if (name === 'enter' || name === 'escape') this.end();
    else if (name === 'space') this.paused = !this.paused;
    else if (['down', 'right', 'tab', 'pagedown'].includes(name)) this.from = (this.from + step) % count;
    else if (['up', 'left', 'backtab', 'pageup'].includes(name)) this.from = (this.from + count - step) % count;
  }

  size(room: Size): Size {
    return { width: room.width, height: room.height };
  }

  paint(canvas: Canvas): void {
    this.clear();
    this.buttons.paint(canvas, canvas.height - 1);
    const body = canvas.part(0, 0, canvas.width, canvas.height - 2);
    if (this.problem) body.lines(0, wrap(sentence(this.problem), body.width), 'bad');
    else if (!this.panes?.length) body.text(0, 0, t`Reading...`);
    else this.paintPanes(body, this.panes);
    const count = this.panes?.length ?? 0;
    const part = this.seen < count ? t`, ${this.from + 1} of ${count}` : '';
    const caption = `${this.options.caption}${part}${this.paused ? ` (${t`paused`})` : ''}`;
    canvas.text(0, canvas.height - 2, caption, 'dim');
  }

  /** As many as there is room for, beside and below each other. */
  private paintPanes(body: Canvas, panes: readonly Pane[]): void {
    const across = panes.length > 1 && body.width >= 2 * least.width + 2 ? 2 : 1;
    const down = Math.max(1, Math.min(Math.ceil(panes.length / across), Math.floor(body.height / least.height)));
    const width = Math.floor((body.width - 2 * (across - 1)) / across);
    const height = Math.floor(body.height / down);
    this.seen = Math.min(panes.length, across * down);
    const shown = [...panes, ...panes].slice(this.from, this.from + this.seen);
    for (const [at, pane] of shown.entries())
      this.paintPane(body.part((at % across) * (width + 2), Math.floor(at / across) * height, width, height), pane);
  }

  private paintPane(canvas: Canvas, { title, series, max }: Pane): void {
    let x = canvas.text(0, 0, title, 'strong');
    for (const [at, { title: name, points }] of series.entries()) {
      const role = lineRoles[at % lineRoles.length] ?? 'text';
      // The chart's own legend parses tags.
      x += canvas.text(x, 0, `  ${name ? `${name} ` : ''}${shortNumber(points.at(-1))}`, role);
    }
    const plot = canvas.part(0, 1, canvas.width, canvas.height - 1);
    if (series.every(({ points }) => points.length === 0)) plot.text(0, 0, t`No figures yet.`, 'dim');
    else if (this.stage.terminal.look.unicode && this.makeChart && plot.height >= 4) this.paintLines(plot, series, max);
    else series.forEach((one, at) => void paintColumns(share(plot, at, series.length), one, max));
  }

  private paintLines(canvas: Canvas, series: readonly Series[], max: number | undefined): void {
    const chart = this.makeChart?.();
    if (!chart) return;
    this.charts.push(chart);
    // A scale from nothing to nothing draws nothing.
    const top = Math.max(...series.flatMap(({ points }) => points), 0);
    chart.paint(canvas, series, max ?? (top > 0 ? undefined : 1));
  }
}

const shortNumber = (value: number | undefined) =>
  value === undefined ? '-' : String(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)));

/** One of several equal parts, one below the other. */
function share(canvas: Canvas, at: number, of: number): Canvas {
  const height = Math.max(1, Math.floor(canvas.height / of));
  return canvas.part(0, at * height, canvas.width, height);
}

/** The newest points that fit, a column each, the highest of those that fall into one; beside them the scale. */
function paintColumns(canvas: Canvas, { points }: Series, max?: number): void {
  const top = max ?? Math.max(...points, 1);
  const label = shortNumber(top);
  const bars = canvas.part(label.length + 1, 0, canvas.width - label.length - 1, canvas.height);
  canvas.text(0, 0, label, 'dim');
  canvas.text(label.length - 1, canvas.height - 1, '0', 'dim');
  const each = Math.max(1, Math.ceil(points.length / bars.width));
  const columns = Math.ceil(points.length / each);
  for (let x = 0; x < columns; x++) {
    const point = Math.max(...points.slice(x * each, (x + 1) * each));
    const rows = Math.round((Math.min(point, top) / top) * bars.height);
    for (let row = 0; row < rows; row++) bars.text(x, bars.height - 1 - row, '#', 'good');
  }
}

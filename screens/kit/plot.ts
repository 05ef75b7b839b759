/** Values over time: lines where the terminal has Unicode, columns of # where it has not. */
import { type Problem, problemOf, sentence } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { confirm, type KeyHint } from './keys.ts';
import type { LineChart, Series } from './line-chart.ts';
import type { Live } from './live.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';
import type { Role } from './theme.ts';

export type { Series } from './line-chart.ts';

export interface PlotOptions {
  title: string;
  /** Shown below: "Percent of all cores, the last 5 minutes". */
  caption: string;
  /** The top of the scale; default: the highest value. */
  max?: number;
  series: readonly Series[] | Live<readonly Series[]>;
}

/** As line-chart.ts colours its lines. */
const lineRoles: readonly Role[] = ['line1', 'line2', 'line3', 'line4', 'line5'];

export class Plot extends Piece<void> {
  private series: readonly Series[] | undefined;
  private problem: Problem | undefined;
  private paused = false;
  private chart: LineChart | undefined;
  private readonly buttons = new Buttons(['OK']);

  constructor(private readonly options: PlotOptions) {
    super(options.title);
  }

  protected override opened(): void {
    void import('./line-chart.ts').then(({ LineChart }) => {
      if (this.signal.aborted) return;
      this.chart = new LineChart(this.stage.terminal);
      this.signal.addEventListener('abort', () => this.chart?.close());
      this.stage.invalidate();
    });
    const { series } = this.options;
    if (typeof series !== 'function') this.series = series;
    else
      series((news) => this.take(news), this.signal).catch((error) => {
        this.problem = problemOf(error);
        this.stage.invalidate();
      });
  }

  private take(series: readonly Series[]): void {
    if (this.paused) return;
    this.series = series;
    this.stage.invalidate();
  }

  keys(): readonly KeyHint[] {
    return [confirm, { key: 'SPACE', does: this.paused ? 'go on' : 'pause' }];
  }

  key({ name }: Key): void {
    if (name === 'enter' || name === 'escape') this.end();
    else if (name === 'space') this.paused = !this.paused;
  }

  size(room: Size): Size {
    return { width: room.width, height: room.height };
  }

  paint(canvas: Canvas): void {
    this.buttons.paint(canvas, canvas.height - 1);
    const body = canvas.part(0, 0, canvas.width, canvas.height - 3);
    if (this.problem) body.lines(0, wrap(sentence(this.problem), body.width), 'bad');
    else if (!this.series?.length) body.text(0, 0, 'Reading...');
    else this.paintSeries(body, this.series);
    const caption = this.paused ? `${this.options.caption} (paused)` : this.options.caption;
    canvas.text(0, canvas.height - 2, caption, 'dim');
  }

  private paintSeries(body: Canvas, series: readonly Series[]): void {
    const lines = this.stage.terminal.look.unicode && this.chart && body.height >= 6;
    if (lines) this.paintLines(body, series);
    else {
      for (const [at, one] of series.entries()) paintColumns(share(body, at, series.length), one, this.options.max);
    }
  }

  private paintLines(body: Canvas, series: readonly Series[]): void {
    this.chart?.paint(body.part(0, 1, body.width, body.height - 1), series, this.options.max);
    // The chart's own legend parses tags.
    let x = 0;
    series.forEach(({ title, points }, at) => {
      const role = lineRoles[at % lineRoles.length] ?? 'text';
      x += body.text(x, 0, `${title}: ${Number((points.at(-1) ?? 0).toFixed(1))}`, role) + 3;
    });
  }
}

/** One of several equal parts, one below the other. */
function share(canvas: Canvas, at: number, of: number): Canvas {
  const height = Math.max(1, Math.floor(canvas.height / of));
  return canvas.part(0, at * height, canvas.width, height);
}

/** The newest points that fit, a column each; the title and the newest value stand above. */
function paintColumns(canvas: Canvas, { title, points }: Series, max?: number): void {
  const newest = points.at(-1) ?? 0;
  canvas.text(0, 0, `${title}: ${Number(newest.toFixed(1))}`, 'strong');
  const bars = canvas.part(0, 1, canvas.width, canvas.height - 1);
  const top = max ?? Math.max(...points, 1);
  points.slice(-bars.width).forEach((point, x) => {
    const rows = Math.round((point / top) * bars.height);
    for (let row = 0; row < rows; row++) bars.text(x, bars.height - 1 - row, '#', 'good');
  });
}

/** blessed-contrib's line chart, painted where a piece wants it. Loaded only when a plot is opened. */
import Line from 'blessed-contrib/lib/widget/charts/line.js';
import type { Canvas } from './canvas.ts';
import { discard } from './terminal/discard.ts';
import type { Terminal } from './terminal/types.ts';
import { plotted } from './theme.ts';

export interface Series {
  title: string;
  /** Oldest first, equally spaced in time. */
  points: readonly number[];
}

/** What of blessed-contrib's chart is used; it ships no types. */
interface Chart {
  width: number;
  height: number;
  lpos: unknown;
  /** Dots, two by four in a cell. */
  canvasSize: { width: number; height: number };
  calcSize(): void;
  setData(data: { title: string; x: string[]; y: number[]; style: { line: number } }[]): void;
  render(): void;
}
type ChartClass = new (options: object) => Chart;

export class LineChart {
  private chart: Chart | undefined;

  constructor(private readonly terminal: Terminal) {}

  /** Draws the series over the whole canvas. A chart's size is fixed when it is made, so each paint makes one. */
  paint(canvas: Canvas, series: readonly Series[], max: number | undefined): void {
    this.close();
    const { left, top, width, height } = canvas.place;
    const scale = { minY: 0, ...(max === undefined ? {} : { maxY: max }) };
    const style = { line: plotted[0], text: 7, baseline: 7 };
    const chart = new (Line as unknown as ChartClass)({ left, top, width, height, showLegend: false, ...scale, style });
    // By itself it leaves six columns and four rows of what it is given empty. What hangs over below is its labels of
    // x, which say nothing here, and is cut off.
    chart.calcSize = () => {
      chart.canvasSize = { width: chart.width * 2, height: chart.height * 4 + 8 };
    };
    // Not as an option: the chart makes its canvas on being attached, and listens for that only once it is made.
    this.terminal.screen.append(chart as never);
    chart.setData(series.map(({ title, points }, at) => lineOf(title, points, at)));
    chart.render();
    this.chart = chart;
  }

  /** Takes the last chart out of the screen; blessed blanks its place. */
  close(): void {
    if (this.chart) discard(this.chart as never);
    this.chart = undefined;
  }
}

function lineOf(title: string, points: readonly number[], at: number) {
  return { title, x: points.map(() => ' '), y: [...points], style: { line: plotted[at % plotted.length] ?? 7 } };
}

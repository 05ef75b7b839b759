/** blessed-contrib's line chart, painted where a piece wants it. Loaded only when a plot is opened. */
import Line from 'blessed-contrib/lib/widget/charts/line.js';
import type { Canvas } from './canvas.ts';
import { discard } from './terminal/discard.ts';
import type { Terminal } from './terminal/types.ts';

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
  setData(data: { title: string; x: string[]; y: number[]; style: { line: number } }[]): void;
  render(): void;
}
type ChartClass = new (options: object) => Chart;

/** Colours of the lines, in the terminal's own eight. */
const colours = [6, 3, 2, 5, 1];

/** Draws the series over the whole canvas. A chart's size is fixed when it is made, so each paint makes one. */
export function paintChart(terminal: Terminal, canvas: Canvas, series: readonly Series[], max: number | undefined): void {
  const { left, top, width, height } = canvas.place;
  const chart = new (Line as unknown as ChartClass)({
    parent: terminal.screen,
    left,
    top,
    width,
    height,
    showLegend: false,
    minY: 0,
    ...(max === undefined ? {} : { maxY: max }),
    style: { line: colours[0], text: 7, baseline: 7 },
  });
  try {
    chart.setData(
      series.map(({ title, points }, at) => ({
        title,
        x: points.map(() => ''),
        y: [...points],
        style: { line: colours[at % colours.length] ?? 7 },
      })),
    );
    chart.render();
  } finally {
    discard(chart as never);
  }
}

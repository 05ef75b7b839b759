/** What the bench found, as JSON, as text for a terminal, and as Markdown. Measures nothing. */
import type { Figure, Row, Wanted } from './part.ts';

/** What came of one part. */
export interface Outcome {
  name: string;
  about: string;
  /** The command that gives these figures again. */
  command: string;
  rows: Row[];
  leftOut?: string;
  failed?: string;
}

export interface Found {
  machine: string;
  date: string;
  outcomes: Outcome[];
}

/** Ours to what stands beside it; undefined where one of them is not there. */
export function ratio(row: Row, name: string): number | undefined {
  const other = row.beside?.find((one) => one.name === name)?.figure?.value;
  return row.ours === undefined || other === undefined ? undefined : row.ours.value / other;
}

export interface Judgement {
  isReached: boolean;
  /** How far beyond the limit, as a share of it: 0.5 is half as much again as wanted (or half of it lacking). */
  off: number;
}

/** Undefined where there is nothing to judge. */
export function judge(row: Row, { most, least, of }: Wanted): Judgement | undefined {
  const value = of === undefined ? row.ours?.value : ratio(row, of);
  if (value === undefined) return undefined;
  const over = most === undefined ? 0 : most === 0 ? (value > 0 ? Number.POSITIVE_INFINITY : 0) : value / most - 1;
  const under = least === undefined ? 0 : 1 - value / least;
  const off = Math.max(0, over, under);
  return { isReached: off === 0, off };
}

export function asJson({ machine, date, outcomes }: Found): string {
  const told = outcomes.map(({ rows, ...outcome }) => ({ ...outcome, rows: rows.map(rowTold) }));
  return JSON.stringify({ machine, date, parts: told }, null, 2);
}

const rowTold = (row: Row) => ({
  ...row,
  ...(row.beside ? { beside: row.beside.map((one) => ({ ...one, ratio: ratio(row, one.name) })) } : {}),
  ...(row.wanted ? { wanted: row.wanted.map((one) => ({ ...one, ...judge(row, one) })) } : {}),
});

/** Three digits where there are no more before the point. */
const short = (value: number) =>
  value === 0 ? '0' : value.toFixed(Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(Math.abs(value))))));

function figureText(figure: Figure | undefined): string {
  if (figure === undefined) return '–';
  const { value, low, high } = figure;
  return low === undefined || high === undefined || low === high
    ? short(value)
    : `${short(value)} (${short(low)}–${short(high)})`;
}

function wantedText({ most, least, of }: Wanted): string {
  const limit = most === undefined ? `at least ${least}` : most === 0 ? 'none' : `at most ${most}`;
  return of === undefined ? limit : `${limit} x ${of}`;
}

function judgementText(row: Row, wanted: Wanted): string {
  const judged = judge(row, wanted);
  if (judged === undefined) return 'not measured';
  if (judged.isReached) return 'yes';
  const by = Number.isFinite(judged.off) ? `, by ${Math.ceil(judged.off * 100)} %` : '';
  return `no${by}`;
}

interface Cells {
  what: string;
  ours: string;
  beside: string[];
  wanted: string[];
}

function cellsOf(row: Row): Cells {
  const beside = (row.beside ?? []).map(({ name, figure }) => {
    if (figure === undefined) return `${name}: not installed`;
    const times = ratio(row, name);
    return `${name} ${figureText(figure)}${times === undefined ? '' : ` = ${times.toFixed(2)} x`}`;
  });
  const wanted = (row.wanted ?? []).map((one) => `${wantedText(one)}: ${judgementText(row, one)}`);
  const runs = row.ours?.runs ?? row.beside?.find(({ figure }) => figure)?.figure?.runs;
  const notes = [row.note, runs === undefined ? '' : `${runs} ${runs === 1 ? 'run' : 'runs'}`]
    .filter(Boolean)
    .join(', ');
  return { what: `${row.what}, ${row.unit} (${notes})`, ours: figureText(row.ours), beside, wanted };
}

const legend = 'Median (10 % to 90 % of the runs); "= 1.40 x" is ours divided by that one.';

export function asText(found: Found): string {
  const parts = found.outcomes.map((outcome) => {
    const lines = outcome.rows
      .map(cellsOf)
      .flatMap(({ what, ours, beside, wanted }) => [
        `  ${what}`,
        `      ours ${ours}${wanted.length > 0 ? `     wanted ${wanted.join('; ')}` : ''}`,
        ...beside.map((one) => `      ${one}`),
      ]);
    return [`\n${outcome.name}: ${outcome.about}`, ...withheld(outcome).map((one) => `  ${one}`), ...lines].join('\n');
  });
  return [`${found.machine}; ${found.date}`, legend, ...parts].join('\n');
}

const withheld = ({ leftOut, failed }: Outcome) => [
  ...(leftOut ? [`Left out: ${leftOut}`] : []),
  ...(failed ? [`Failed: ${failed}`] : []),
];

export function asMarkdown(found: Found): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const parts = found.outcomes.map((outcome) => {
    const rows = outcome.rows
      .map(cellsOf)
      .map(({ what, ours, beside, wanted }) =>
        [what, ours, beside.join('<br>'), wanted.join('<br>')].map(cell).join(' | '),
      );
    const head = ['what | ours | beside | wanted: reached', '--- | --- | --- | ---'];
    const table = rows.length > 0 ? [...head, ...rows].map((row) => `| ${row} |`) : [];
    return [`\n\`${outcome.command}\`: ${outcome.about}\n`, ...withheld(outcome), ...table].join('\n');
  });
  return [`${found.machine}; ${found.date}. ${legend}`, ...parts].join('\n');
}

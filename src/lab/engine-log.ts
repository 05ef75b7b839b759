/** What a container of the lab has written: out of the machine file, while it ran, and when it was started or stopped. */
import type { LogEntry } from '../appliance.ts';
import type { ContainerData } from './schema.ts';
import type { ContainerMemory } from './state.ts';

/** Lines of what it says as it runs; those before are not kept, as an engine keeps only so much. */
const mostSaid = 5000;

interface Said {
  at: number;
  text: string;
  priority: number;
}

/** Oldest first. `loops`: moments at which it was started again by itself. Times in ms. */
export function writtenBy(
  data: ContainerData,
  { runs, log }: ContainerMemory,
  { opened, now, loops }: { opened: number; now: number; loops: readonly number[] },
): LogEntry[] {
  const fromFile = data.log.map(
    ({ ago, text, length, priority }): Said => ({
      at: opened - ago * 1000,
      text: length === undefined ? text : text.repeat(Math.ceil(length / Math.max(1, text.length))).slice(0, length),
      priority,
    }),
  );
  const atStops = log.map(({ at, text, priority }): Said => ({ at: Date.parse(at), text, priority }));
  const inLoops = loops.flatMap((at) => (data.fails?.log ?? []).map((text, line): Said => said(at + line, text)));
  const spoken = runs.flatMap(({ from, to }) =>
    saidWhile(data, Date.parse(from), to === undefined ? now : Date.parse(to)),
  );
  const all = [...fromFile, ...spoken.slice(-mostSaid), ...inLoops, ...atStops].sort((a, b) => a.at - b.at);
  const counts = new Map<number, number>();
  return all.map(({ at, text, priority }) => {
    const count = (counts.get(at) ?? 0) + 1;
    counts.set(at, count);
    return {
      place: `${at}.${count}`,
      text,
      at: new Date(at).toISOString(),
      from: priority < 5 ? 'stderr' : 'stdout',
      priority,
    };
  });
}

const said = (at: number, text: string): Said => ({ at, text, priority: 3 });

function saidWhile({ says }: ContainerData, from: number, to: number): Said[] {
  if (!says) return [];
  const period = says.every * 1000;
  const last = Math.floor(to / period);
  const first = Math.max(Math.ceil(from / period), last - mostSaid + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const number = first + index;
    return { at: Math.round(number * period), text: says.texts[number % says.texts.length] ?? '', priority: 6 };
  });
}

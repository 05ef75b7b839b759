/** Logs: of files, the journal and containers, each by its own reader. Bounds what a page may take. */
import type { Machine } from '../adapters/machine.ts';
import type { Appliance, Call, LogSource } from '../appliance.ts';
import { fail } from '../errors.ts';
import { within } from '../within.ts';

/** Milliseconds. */
const limits = { page: 5000, files: 10_000, units: 10_000 };

const reads = {
  journal: 'The journal',
  file: 'The log file',
  container: 'The log of the container',
} as const satisfies Record<LogSource['kind'], string>;

export function logsOf({ logs, containers }: Pick<Machine, 'logs' | 'containers'>, pace: number): Appliance['logs'] {
  const reader = (source: LogSource) => {
    if (source.kind === 'file') return logs.file(source.path);
    if (source.kind === 'container') return containers.log(source.id);
    const { kind, ...filter } = source;
    return logs.journal(filter);
  };
  return {
    files: (_args, call) => within(limits.files * pace, 'The log folder', (signal) => logs.files(signal), call?.signal),
    units: (_args, call) => within(limits.units * pace, 'The journal', (signal) => logs.units(signal), call?.signal),
    page({ source, ...request }, call) {
      const read = (signal: AbortSignal) => reader(source).page(request, signal);
      return within(limits.page * pace, reads[source.kind], read, call?.signal);
    },
    search: ({ source, ...request }, call) => asked(call, (whole) => reader(source).search(request, whole)),
    count: ({ source, ...request }, call) => asked(call, (whole) => reader(source).count(request, whole)),
    follow: ({ source, ...request }, call) => asked(call, (whole) => reader(source).follow(request, whole)),
  };
}

function asked<T, P>(call: Partial<Call<P>> | undefined, work: (call: Call<P>) => Promise<T>): Promise<T> {
  const never = new AbortController().signal;
  const { signal = never, progress = () => undefined, ...rest } = call ?? {};
  if (signal.aborted) throw fail('aborted', {});
  return work({ signal, progress, ...rest });
}

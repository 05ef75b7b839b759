/** A booted host with the probe in it, for tests of the adapters on a real machine. */
import { dirname } from 'node:path';
import type { PingLine } from '../../src/appliance.ts';
import type { Problem } from '../../src/errors.ts';
import { bundle } from '../terminal/bundle.ts';
import { bootHost, type Host, type HostOptions } from './machine.ts';
import type { Probe } from './probe.ts';

export interface Probed<T> {
  news: PingLine[];
  result: T;
  problem?: Problem;
}

export interface ProbedHost {
  host: Host;
  /** Calls an adapter inside. */
  probe<T>(call: string, args?: unknown[], options?: Pick<Probe, 'stopAfter'>): Promise<Probed<T>>;
  end(): Promise<void>;
}

export async function bootProbed(options: HostOptions = {}): Promise<ProbedHost> {
  const built = bundle('test/host/probe.ts');
  const host = await bootHost({ ...options, shown: { ...options.shown, '/opt/probe': dirname(built.file) } });
  return {
    host,
    async probe<T>(call: string, args: unknown[] = [], more = {}) {
      const { stdout, stderr } = await host.run([
        'node',
        '/opt/probe/main.mjs',
        JSON.stringify({ call, args, ...more }),
      ]);
      if (stderr) throw new Error(stderr);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Probed<T> & { news?: PingLine });
      const last = lines.at(-1) as Probed<T>;
      return { ...last, news: lines.flatMap(({ news }) => (news ? [news] : [])) };
    },
    async end() {
      await host.end();
      built.remove();
    },
  };
}

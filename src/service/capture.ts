/**
 * The packet capture as the contract has it: what it is towards follows from the settings, and what was begun and
 * ended is audited. How it is recorded and kept is the job's.
 */
import type { Upstream } from '../adapters/capture/recorder.ts';
import type { Appliance, Capture } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { explain, type Problem, problemOf } from '../errors.ts';
import { CaptureJob } from '../jobs/capture/job.ts';
import type { Settings } from '../settings/schema.ts';
import { isDirect } from '../values/noproxy.ts';
import { proxyName } from '../values/proxy.ts';
import { hostOf } from '../values/suffix.ts';
import type { System } from './system.ts';

export interface Captures {
  group: Appliance['capture'];
  /** The newest file of packets, for whoever packs it. One that was cut off counts where it is newer. */
  latest(): Promise<{ path: string; capture: Capture } | undefined>;
}

/** A recording that an earlier service began is taken up. */
export function capturesOf(system: System): Captures {
  const { machine, audit, brand, pace, closing } = system;
  const job = new CaptureJob({
    recorder: machine.capture,
    pace,
    closing,
    onEnd: ({ by, capture, problem }) => {
      const after = problem ? (explain(problem).why ?? '') : words(capture);
      void audit.note({ by, what: 'end of packet capture', before: 'running', after, outcome: outcomeOf(problem) });
    },
  });
  const upstream = async () => upstreamOf(await system.settings(), brand);
  return {
    group: {
      plan: async ({ whole = false }, { signal } = {}) => job.plan(await upstream(), whole, signal),
      read: () => job.read(),
      watch: (_args, call = {}) => job.watch(call),
      async start({ seconds, whole = false }, { by = 'nobody known' } = {}) {
        const entry = { by, what: 'start packet capture', before: 'none' };
        const asked = `${seconds} s, ${whole ? 'whole packets' : 'headers only'}`;
        try {
          const state = await job.start(await upstream(), { seconds, whole, by });
          const { device, filter } = state.running ?? {};
          await audit.note({ ...entry, after: `${asked}, ${device}: ${filter}`, outcome: 'done' });
          return state;
        } catch (error) {
          await audit.note({ ...entry, after: asked, outcome: problemOf(error).code });
          throw error;
        }
      },
      async stop(_args, { by = 'nobody known' } = {}) {
        const { running } = await job.read();
        const state = await job.stop();
        if (running) {
          const before = `begun by ${running.by}`;
          await audit.note({ by, what: 'stop packet capture', before, after: words(state.latest), outcome: 'done' });
        }
        return state;
      },
    },
    async latest() {
      const capture = await job.newest();
      return capture && { path: capture.path, capture };
    },
  };
}

/** Where the appliance's own packets go: its proxies, the platform, or whatever comes next. */
export function upstreamOf({ proxy, suffix }: Pick<Settings, 'proxy' | 'suffix'>, brand: Brand): Upstream {
  const platform = suffix === undefined ? [] : brand.hosts.all.map((label) => hostOf(label, suffix));
  const hostsOf = (names: readonly string[]) => names.map((host) => ({ host }));
  if (!proxy.enabled) return { towards: platformNamed(platform), hosts: hostsOf(platform) };
  const direct = platform.filter((host) => isDirect(host, proxy.noProxy));
  const proxies = proxy.proxies.map(({ host, port }) => ({ host, port }));
  const names = proxy.proxies.map(proxyName);
  const through = names.length === 1 ? `the proxy ${names[0]}` : `the ${names.length} proxies ${names.join(', ')}`;
  return {
    towards: direct.length === 0 ? through : `${through}, and ${platformNamed(direct)}`,
    hosts: [...proxies, ...hostsOf(direct)],
  };
}

function platformNamed(hosts: readonly string[]): string {
  if (hosts.length === 0) return 'the next hop';
  return hosts.length === 1 ? `the platform's host ${hosts[0]}` : `the platform's ${hosts.length} hosts`;
}

function words(capture: Capture | undefined): string {
  if (!capture) return 'none';
  const { packets, size, dropped, ended } = capture;
  return `${packets} packets, ${size} bytes, ${dropped} dropped: ${ended}`;
}

const outcomeOf = (problem: Problem | undefined) => problem?.code ?? 'done';

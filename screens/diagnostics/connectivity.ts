/** Diagnostics › Connectivity: each service of the platform, with and without the proxy, as it answers. */
import type { ServiceHealth } from '../../src/appliance.ts';
import type { PagerLine } from '../kit/pager.ts';
import type { Screen } from '../kit/screen.ts';

export const connectivity: Screen = async ({ ui, appliance }) => {
  await ui.pager({
    title: 'Platform connectivity',
    stop: 'stop',
    feed: async (add, signal) => {
      let through: string | undefined | null = null;
      const progress = ({ health, fraction }: { health: ServiceHealth; fraction: number }) => {
        if (health.proxy !== through) add({ text: heading(health.proxy), role: 'strong' });
        through = health.proxy;
        add(line(health, fraction));
      };
      const all = await appliance.connectivity.run({}, { signal, progress });
      add({ text: '' }, sum(all));
    },
  });
};

const heading = (proxy: string | undefined) =>
  proxy ? `Checking connectivity with proxy ${proxy}.` : 'Checking connectivity without proxy.';

function line({ service, passed, said, took }: ServiceHealth, fraction: number): PagerLine {
  const percent = `${Math.round(fraction * 100)}%`.padStart(4);
  return { text: `${percent}  ${service} health is: ${said} (${took} ms)`, role: passed ? 'good' : 'bad' };
}

function sum(all: readonly ServiceHealth[]): PagerLine {
  const failed = [...new Set(all.filter(({ passed }) => !passed).map(({ service }) => service))];
  if (failed.length === 0) return { text: 'Every service of the platform answers.', role: 'good' };
  return { text: `Not connected: ${failed.join(', ')}. Registration needs all of them.`, role: 'bad' };
}

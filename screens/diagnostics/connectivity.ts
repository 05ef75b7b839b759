/** Diagnostics › Connectivity: each service of the platform, with and without the proxy, as it answers. */
import type { ServiceHealth } from '../../src/appliance.ts';
import { advice, explained, wrapped } from '../kit/explained.ts';
import type { PagerLine } from '../kit/pager.ts';
import type { Screen } from '../kit/screen.ts';
import { t, said as told } from '../texts/texts.ts';

export const connectivity: Screen = async ({ ui, appliance }) => {
  await ui.pager({
    title: t`Platform connectivity`,
    stop: t`stop`,
    feed: explained(async (add, signal) => {
      let through: string | undefined | null = null;
      const progress = ({ health, fraction }: { health: ServiceHealth; fraction: number }) => {
        if (health.proxy !== through) add({ text: heading(health.proxy), role: 'strong' });
        through = health.proxy;
        add(...lines(health, fraction));
      };
      const all = await appliance.connectivity.run({}, { signal, progress });
      add({ text: '' }, ...sum(all));
    }),
  });
};

const heading = (proxy: string | undefined) =>
  proxy ? t`Checking connectivity with proxy ${proxy}.` : t`Checking connectivity without proxy.`;

function lines({ service, passed, said, took }: ServiceHealth, fraction: number): PagerLine[] {
  const percent = `${Math.round(fraction * 100)}%`.padStart(4);
  return wrapped(`${percent}  `, t`${service} health is: ${told(said)} (${took} ms)`, passed ? 'good' : 'bad');
}

/** Only the ways that the appliance takes by itself count: while a proxy is set, nothing goes around it. */
function sum(all: readonly ServiceHealth[]): PagerLine[] {
  const services = [...new Set(all.map(({ service }) => service))];
  const used = services.map((service) => {
    const ways = all.filter((one) => one.service === service);
    const proxied = ways.filter(({ proxy }) => proxy);
    return { service, ways: proxied.length ? proxied : ways };
  });
  const failed = used.filter(({ ways }) => !ways.some(({ passed }) => passed));
  if (failed.length === 0) return answering(all);
  const names = failed.map(({ service }) => service).join(', ');
  const problems = failed.flatMap(({ ways }) => ways.map(({ problem }) => problem));
  return [...wrapped('', t`Not connected: ${names}. Registration needs all of them.`, 'bad'), ...advice(problems)];
}

function answering(all: readonly ServiceHealth[]): PagerLine[] {
  const good: PagerLine = { text: t`Every service of the platform answers.`, role: 'good' };
  if (all.every(({ passed }) => passed)) return [good];
  return [good, ...wrapped('', t`The ways that failed are not needed while another one answers.`)];
}

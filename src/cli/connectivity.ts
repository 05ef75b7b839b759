/** `gatehouse connectivity` and `gatehouse proxy test`. */
import { exits } from './exit.ts';
import type { Context } from './options.ts';

export async function connectivity({ appliance, output, signal }: Context): Promise<number> {
  const all = await appliance.connectivity.run(
    {},
    {
      signal,
      progress(news) {
        const { service, proxy, passed, said, took } = news.health;
        output.text(`${passed ? 'ok' : 'NO'}  ${service}${proxy ? ` through ${proxy}` : ''}: ${said} (${took} ms)`);
        output.value(news);
      },
    },
  );
  return all.every(({ passed }) => passed) ? exits.done : exits.failed;
}

export async function proxyTest({ appliance, output, signal }: Context): Promise<number> {
  const steps = await appliance.proxyTest.run(
    {},
    {
      signal,
      progress(news) {
        const { step, outcome } = news;
        if (outcome) output.text(`${outcome.passed ? 'ok' : 'NO'}  ${step}: ${outcome.said} (${outcome.took} ms)`);
        output.value(news);
      },
    },
  );
  return steps.every(({ outcome }) => outcome?.passed ?? true) ? exits.done : exits.failed;
}

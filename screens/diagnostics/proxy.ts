/** Diagnostics › Proxy: a connection through the upstream proxy, step by step. */
import type { StepNews } from '../../src/appliance.ts';
import type { PagerLine } from '../kit/pager.ts';
import type { Screen } from '../kit/screen.ts';

export const proxyTest: Screen = async ({ ui, appliance }) => {
  await ui.pager({
    title: 'Upstream proxy test',
    stop: 'stop',
    feed: async (add, signal) => {
      const steps = await appliance.proxyTest.run({}, { signal, progress: (news) => add(line(news)) });
      const failed = steps.filter(({ outcome }) => outcome && !outcome.passed).length;
      add({ text: '' });
      if (failed === 0) add({ text: 'The proxy lets this appliance through to every service.', role: 'good' });
      else add({ text: failed === 1 ? 'One step failed.' : `${failed} steps failed.`, role: 'bad' });
    },
  });
};

function line({ step, outcome }: StepNews): PagerLine {
  if (!outcome) return { text: `..  ${step}`, role: 'dim' };
  return {
    text: `${outcome.passed ? 'ok' : 'NO'}  ${step}: ${outcome.said} (${outcome.took} ms)`,
    role: outcome.passed ? 'good' : 'bad',
  };
}

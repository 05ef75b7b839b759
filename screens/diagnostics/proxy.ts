/** Diagnostics › Proxy: a connection through the upstream proxy, step by step. */
import type { StepNews } from '../../src/appliance.ts';
import type { PagerLine } from '../kit/pager.ts';
import type { Screen } from '../kit/screen.ts';
import { advice, wrapped } from './explained.ts';

export const proxyTest: Screen = async ({ ui, appliance }) => {
  await ui.pager({
    title: 'Upstream proxy test',
    stop: 'stop',
    feed: async (add, signal) => {
      const steps = await appliance.proxyTest.run({}, { signal, progress: (news) => add(...lines(news)) });
      add({ text: '' }, ...sum(steps));
    },
  });
};

function lines({ step, outcome }: StepNews): PagerLine[] {
  if (!outcome) return [{ text: `..  ${step}`, role: 'dim' }];
  const { passed, said, took } = outcome;
  return wrapped(passed ? 'ok  ' : 'NO  ', `${step}: ${said} (${took} ms)`, passed ? 'good' : 'bad');
}

function sum(steps: readonly StepNews[]): PagerLine[] {
  const failed = steps.filter(({ outcome }) => outcome && !outcome.passed);
  if (failed.length === 0) return [{ text: 'The proxy lets this appliance through to every service.', role: 'good' }];
  return [
    { text: failed.length === 1 ? 'One step failed.' : `${failed.length} steps failed.`, role: 'bad' },
    ...advice(failed.map(({ outcome }) => outcome?.problem)),
  ];
}

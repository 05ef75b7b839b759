/** Diagnostics › Proxy: a connection through the upstream proxy, step by step. */
import type { StepNews } from '../../src/appliance.ts';
import { advice, explained, wrapped } from '../kit/explained.ts';
import type { PagerLine } from '../kit/pager.ts';
import type { Screen } from '../kit/screen.ts';
import { t, said as told } from '../texts/texts.ts';

/** Milliseconds after which a step is told before its end: the quick ones would fill the screen twice. */
const slow = 1000;

export const proxyTest: Screen = async ({ ui, appliance }) => {
  await ui.pager({
    title: t`Upstream proxy test`,
    stop: t`stop`,
    feed: explained(async (add, signal) => {
      let running: NodeJS.Timeout | undefined;
      const progress = ({ step, outcome }: StepNews) => {
        clearTimeout(running);
        if (outcome) add(...lines(step, outcome));
        else running = setTimeout(() => add({ text: `..  ${told(step)}`, role: 'dim' }), slow);
      };
      const steps = await appliance.proxyTest.run({}, { signal, progress }).finally(() => clearTimeout(running));
      add({ text: '' }, ...sum(steps));
    }),
  });
};

function lines(step: string, { passed, said, took }: NonNullable<StepNews['outcome']>): PagerLine[] {
  return wrapped(
    passed ? `${t`ok`}  ` : `${t`NO`}  `,
    `${told(step)}: ${told(said)} (${took} ms)`,
    passed ? 'good' : 'bad',
  );
}

function sum(steps: readonly StepNews[]): PagerLine[] {
  const failed = steps.filter(({ outcome }) => outcome && !outcome.passed);
  if (failed.length === 0) return [{ text: t`The proxy lets this appliance through to every service.`, role: 'good' }];
  return [
    { text: failed.length === 1 ? t`One step failed.` : t`${failed.length} steps failed.`, role: 'bad' },
    ...advice(failed.map(({ outcome }) => outcome?.problem)),
  ];
}

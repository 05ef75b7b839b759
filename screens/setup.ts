/** The first boot's guided way: one step after the other, each with the screen that its menu entry has. */
import type { SetupState, SetupStep, SetupStepName } from '../src/appliance.ts';
import { takeLanguage } from './flows/language.ts';
import type { Fact } from './kit/facts.ts';
import { problemSaid } from './kit/outcome.ts';
import type { Screen, Surroundings } from './kit/screen.ts';
import { type Language, language, languages, said, t } from './texts/texts.ts';

const texts = (): Record<SetupStepName, { title: string; why: string }> => ({
  password: {
    title: t`Password`,
    why: t`The operator account has none yet. SSH stays off until it has one, or a key.`,
  },
  network: { title: t`Network`, why: t`The address of this appliance: by DHCP, or a static one.` },
  time: { title: t`Time`, why: t`Registration fails when the clock is wrong by more than five minutes.` },
  proxy: { title: t`Proxy`, why: t`Needed only where nothing gets out without one.` },
  suffix: { title: t`POD Suffix`, why: t`Which platform this appliance belongs to.` },
  registration: { title: t`Registration`, why: t`With the personalization code that the platform shows.` },
});

/** `screens`: what sets each step up. */
export function setup(screens: Record<SetupStepName, Screen>): Screen {
  return async (surroundings) => {
    for (;;) {
      const state = await read(surroundings);
      const next = state?.steps.find(({ done, passed }) => !done && !passed);
      if (!state || !next) {
        if (state) await result(surroundings, state);
        return;
      }
      if ((await step(surroundings, screens[next.name], next, state)) === 'later') return;
    }
  };
}

async function read({ ui, appliance }: Surroundings): Promise<SetupState | undefined> {
  const outcome = await ui.busy(t`Reading how it is set up`, (signal) => appliance.setup.read({}, { signal }));
  if (outcome.ok) return outcome.value;
  await ui.problem(t`First steps`, outcome.problem);
  return undefined;
}

/** 'on' where it was set up or passed over. */
async function step(
  surroundings: Surroundings,
  screen: Screen,
  now: SetupStep,
  { steps, unattended }: SetupState,
): Promise<'on' | 'later'> {
  const { ui, appliance } = surroundings;
  const { title, why } = texts()[now.name];
  const other = language() === 'en' ? 'es' : 'en';
  let way: 'on' | 'later' = 'later';
  const at = steps.findIndex(({ name }) => name === now.name) + 1;
  await ui.facts({
    title: t`First steps: ${title}, ${at} of ${steps.length}`,
    leave: t`Later`,
    focus: t`Set up`,
    page: {
      ...(unattended?.problem
        ? { warnings: [t`${said(unattended.from)} could not be applied: ${problemSaid(unattended.problem)}`] }
        : {}),
      text: [why, t`Now: ${said(now.said)}.`, t`Later leads to the menu; to go on from here: System, First steps.`],
      facts: steps.map((one) => stepFact(one, one === now)),
      actions: [t`Set up`, t`Skip`, languages[other]],
    },
    choose: async (action) => {
      way = 'on';
      if (action === t`Set up`) await screen(surroundings);
      else if (action === languages[other]) await inLanguage(surroundings, other);
      else {
        const passed = await ui.busy(t`Going on`, (signal) =>
          appliance.setup.pass({ step: now.name, passed: true }, { signal }),
        );
        if (!passed.ok) {
          way = 'later';
          await ui.problem(t`First steps`, passed.problem);
        }
      }
      return 'close';
    },
  });
  return way;
}

/** The step that was shown is shown again in it. */
async function inLanguage(surroundings: Surroundings, next: Language): Promise<void> {
  const { ui, appliance } = surroundings;
  const access = await ui.busy(t`Reading the console settings`, (signal) => appliance.access.read({}, { signal }));
  if (access.ok) await takeLanguage(surroundings, next, access.value);
  else await ui.problem(t`First steps`, access.problem);
}

function stepFact({ name, done, passed }: SetupStep, isNow: boolean): Fact {
  const { title } = texts()[name];
  if (isNow) return { label: title, value: t`this step`, role: 'strong' };
  if (done) return { label: title, value: t`done`, role: 'good' };
  return { label: title, value: passed ? t`passed over` : t`to come`, role: 'dim' };
}

async function result({ ui, appliance }: Surroundings, { steps, finished }: SetupState): Promise<void> {
  const isWhole = steps.every(({ done }) => done);
  await ui.facts({
    title: t`First steps: the result`,
    page: {
      ...(isWhole ? {} : { warnings: [t`Some steps were passed over; each can be done from the menu at any time.`] }),
      facts: steps.map(({ name, done, said: told }) => ({
        label: texts()[name].title,
        value: said(told),
        role: done ? 'good' : 'warn',
      })),
    },
  });
  if (finished) return;
  const outcome = await ui.busy(t`Going on to the menu`, (signal) =>
    appliance.setup.finish({ finished: true }, { signal }),
  );
  if (!outcome.ok) await ui.problem(t`First steps`, outcome.problem);
}

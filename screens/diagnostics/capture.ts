/** Diagnostics › Generate TCP dump: packets towards the upstream hop, recorded for support. */
import type { Capture, CapturePlan, CaptureState, RunningCapture } from '../../src/appliance.ts';
import { bytesSaid, leftSaid } from '../../src/values/amount.ts';
import { parseWhole } from '../../src/values/whole.ts';
import { permitted } from '../flows/permission.ts';
import type { Fact, FactsPage } from '../kit/facts.ts';
import { check, text } from '../kit/fields.ts';
import { problemSaid } from '../kit/outcome.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';

export const capture: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const doing = new Map([
    [t`Start`, () => start(surroundings)],
    [t`Stop`, () => stop(surroundings)],
  ]);
  await ui.facts({
    title: t`Generate TCP dump`,
    leave: t`Back`,
    focus: t`Start`,
    page: async (tell, signal) => {
      let state: CaptureState = {};
      // Between two news of the service the time goes on.
      const tick = setInterval(() => state.running && tell(page(state)), 1000);
      signal.addEventListener('abort', () => clearInterval(tick), { once: true });
      const progress = (news: CaptureState) => {
        state = news;
        tell(page(news));
      };
      await appliance.capture.watch({}, { signal, progress }).finally(() => clearInterval(tick));
    },
    choose: (action) => doing.get(action)?.() ?? Promise.resolve(),
  });
};

function page({ running, latest, interrupted, failed }: CaptureState): FactsPage {
  if (running) return runningPage(running);
  const text = [t`Records packets towards the next hop upstream. The latest capture goes into the next report.`];
  const warnings = failed ? [`${moment(failed.at)}: ${problemSaid(failed.problem)}`] : [];
  const cutOff: Fact[] = interrupted
    ? [{ label: t`Cut off`, value: t`${moment(interrupted.endedAt)}, ${interrupted.packets} packets`, role: 'warn' }]
    : [];
  return { warnings, text, facts: [...(latest ? latestFacts(latest) : noneYet()), ...cutOff], actions: [t`Start`] };
}

const noneYet = (): Fact[] => [{ label: t`Latest`, value: t`None was made yet.`, role: 'dim' }];

function runningPage(running: RunningCapture): FactsPage {
  const { startedAt, endsAt, towards, device, filter, packets, bytes, dropped, most, by } = running;
  const whole = Date.parse(endsAt) - Date.parse(startedAt);
  const left = (Date.parse(endsAt) - Date.now()) / 1000;
  return {
    facts: [
      { label: t`Towards`, value: said(towards) },
      { label: t`Through`, value: device },
      { label: t`Filter`, value: filter },
      { label: t`Packets`, value: String(packets), role: 'strong' },
      { label: t`Bytes`, value: t`${bytesSaid(bytes)} of at most ${bytesSaid(most)}` },
      { label: t`Lost`, value: String(dropped), ...(dropped > 0 ? { role: 'warn' } : {}) },
      { label: t`Time left`, value: leftSaid(left) },
      { label: t`Started by`, value: by },
    ],
    text: [t`It goes on when you leave.`],
    fraction: Math.max(0, Math.min(1, 1 - (left * 1000) / Math.max(1, whole))),
    actions: [t`Stop`],
  };
}

function latestFacts({ path, size, packets, dropped, endedAt, ended, filter, by }: Capture): Fact[] {
  return [
    { label: t`Latest`, value: moment(endedAt) },
    { label: t`Ended`, value: said(ended), role: ended === 'time over' || ended === 'stopped' ? 'text' : 'warn' },
    { label: t`Packets`, value: `${packets}${dropped ? t`, ${dropped} lost` : ''}`, role: packets ? 'text' : 'warn' },
    { label: t`Size`, value: bytesSaid(size) },
    { label: t`File`, value: path },
    { label: t`Filter`, value: filter },
    { label: t`Made by`, value: by },
  ];
}

async function start(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  const plan = await ui.busy(t`Finding the next hop`, (signal) => appliance.capture.plan({}, { signal }));
  if (!plan.ok) return ui.problem(t`Generate TCP dump`, plan.problem);
  const given = await ui.form({
    title: t`Generate TCP dump`,
    text: intent(plan.value),
    ok: t`Start`,
    fields: {
      seconds: text({
        label: t`Seconds`,
        value: '300',
        columns: 6,
        parse: (given) => parseWhole(given, { from: 10, to: 1800, right: t`300, which is 5 minutes` }),
      }),
      whole: check({ label: t`Whole packets, with all they carry`, value: false }),
    },
  });
  if (!given) return;
  if (given.whole && !(await ui.confirm(wholePackets()))) return;
  if (!(await permitted(surroundings))) return;
  const started = await ui.busy(t`Starting the capture`, (signal) => appliance.capture.start(given, { signal }));
  if (!started.ok) await ui.problem(t`Generate TCP dump`, started.problem);
}

const intent = ({ towards, device, most, warnings }: CapturePlan) =>
  [
    t`Towards ${said(towards)}, through ${device}; at most ${bytesSaid(most)}.`,
    t`The one before is replaced when this is complete.`,
    ...warnings.map(said),
  ].join(' ');

const wholePackets = () => ({
  title: t`Whole packets`,
  text: [
    t`Whole packets can hold passwords, such as that of the proxy.`,
    t`The first 128 bytes of each are mostly enough to see what goes wrong.`,
    {
      text: t`The report that takes them along is encrypted to support, but not emptied of what they hold.`,
      role: 'warn' as const,
    },
  ],
  yes: t`Record whole packets`,
});

async function stop(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  if (!(await permitted(surroundings))) return;
  const stopped = await ui.busy(t`Stopping the capture`, (signal) => appliance.capture.stop({}, { signal }));
  if (!stopped.ok) await ui.problem(t`Generate TCP dump`, stopped.problem);
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');

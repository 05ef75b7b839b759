/** Diagnostics › Generate TCP dump: packets towards the upstream hop, recorded for support. */
import type { Capture, CapturePlan, CaptureState, RunningCapture } from '../../src/appliance.ts';
import { bytesSaid, leftSaid } from '../../src/values/amount.ts';
import { parseWhole } from '../../src/values/whole.ts';
import { permitted } from '../flows/permission.ts';
import type { Fact, FactsPage } from '../kit/facts.ts';
import { check, text } from '../kit/fields.ts';
import { problemSaid } from '../kit/outcome.ts';
import type { Screen, Surroundings } from '../kit/screen.ts';

export const capture: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const doing: Record<string, () => Promise<void>> = {
    Start: () => start(surroundings),
    Stop: () => stop(surroundings),
  };
  await ui.facts({
    title: 'Generate TCP dump',
    leave: 'Back',
    focus: 'Start',
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
    choose: (action) => doing[action]?.() ?? Promise.resolve(),
  });
};

function page({ running, latest, interrupted, failed }: CaptureState): FactsPage {
  if (running) return runningPage(running);
  const text = ['Records packets towards the next hop upstream. The latest capture goes into the next report.'];
  const warnings = failed ? [`${moment(failed.at)}: ${problemSaid(failed.problem)}`] : [];
  const cutOff: Fact[] = interrupted
    ? [{ label: 'Cut off', value: `${moment(interrupted.endedAt)}, ${interrupted.packets} packets`, role: 'warn' }]
    : [];
  return { warnings, text, facts: [...(latest ? latestFacts(latest) : noneYet), ...cutOff], actions: ['Start'] };
}

const noneYet: Fact[] = [{ label: 'Latest', value: 'None was made yet.', role: 'dim' }];

function runningPage(running: RunningCapture): FactsPage {
  const { startedAt, endsAt, towards, device, filter, packets, bytes, dropped, most, by } = running;
  const whole = Date.parse(endsAt) - Date.parse(startedAt);
  const left = (Date.parse(endsAt) - Date.now()) / 1000;
  return {
    facts: [
      { label: 'Towards', value: towards },
      { label: 'Through', value: device },
      { label: 'Filter', value: filter },
      { label: 'Packets', value: String(packets), role: 'strong' },
      { label: 'Bytes', value: `${bytesSaid(bytes)} of at most ${bytesSaid(most)}` },
      { label: 'Lost', value: String(dropped), ...(dropped > 0 ? { role: 'warn' } : {}) },
      { label: 'Time left', value: leftSaid(left) },
      { label: 'Started by', value: by },
    ],
    text: ['It goes on when you leave.'],
    fraction: Math.max(0, Math.min(1, 1 - (left * 1000) / Math.max(1, whole))),
    actions: ['Stop'],
  };
}

function latestFacts({ path, size, packets, dropped, endedAt, ended, filter, by }: Capture): Fact[] {
  return [
    { label: 'Latest', value: moment(endedAt) },
    { label: 'Ended', value: ended, role: ended === 'time over' || ended === 'stopped' ? 'text' : 'warn' },
    { label: 'Packets', value: `${packets}${dropped ? `, ${dropped} lost` : ''}`, role: packets ? 'text' : 'warn' },
    { label: 'Size', value: bytesSaid(size) },
    { label: 'File', value: path },
    { label: 'Filter', value: filter },
    { label: 'Made by', value: by },
  ];
}

async function start(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  const plan = await ui.busy('Finding the next hop', (signal) => appliance.capture.plan({}, { signal }));
  if (!plan.ok) return ui.problem('Generate TCP dump', plan.problem);
  const given = await ui.form({
    title: 'Generate TCP dump',
    text: intent(plan.value),
    ok: 'Start',
    fields: {
      seconds: text({
        label: 'Seconds',
        value: '300',
        columns: 6,
        parse: (given) => parseWhole(given, { from: 10, to: 1800, right: '300, which is 5 minutes' }),
      }),
      whole: check({ label: 'Whole packets, with all they carry', value: false }),
    },
  });
  if (!given) return;
  if (given.whole && !(await ui.confirm(wholePackets))) return;
  if (!(await permitted(surroundings))) return;
  const started = await ui.busy('Starting the capture', (signal) => appliance.capture.start(given, { signal }));
  if (!started.ok) await ui.problem('Generate TCP dump', started.problem);
}

const intent = ({ towards, device, most, warnings }: CapturePlan) =>
  [
    `Towards ${towards}, through ${device}; at most ${bytesSaid(most)}.`,
    'The one before is replaced when this is complete.',
    ...warnings,
  ].join(' ');

const wholePackets = {
  title: 'Whole packets',
  text: [
    'Whole packets can hold passwords, such as that of the proxy.',
    'The first 128 bytes of each are mostly enough to see what goes wrong.',
    {
      text: 'The report that takes them along is encrypted to support, but not emptied of what they hold.',
      role: 'warn' as const,
    },
  ],
  yes: 'Record whole packets',
};

async function stop(surroundings: Surroundings): Promise<void> {
  const { ui, appliance } = surroundings;
  if (!(await permitted(surroundings))) return;
  const stopped = await ui.busy('Stopping the capture', (signal) => appliance.capture.stop({}, { signal }));
  if (!stopped.ok) await ui.problem('Generate TCP dump', stopped.problem);
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ');

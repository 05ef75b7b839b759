/** What a reboot, a shutdown or a reset interrupts, and the countdown to it, which every console shows and can call off. */
import type { PowerAction, PowerState } from '../../src/appliance.ts';
import type { Surroundings } from '../kit/screen.ts';
import { said, t } from '../texts/texts.ts';
import { permitted } from './permission.ts';

/** What a reboot would interrupt. */
export function interrupted({ sessions, jobs, pending }: PowerState): { text: string; role: 'warn' }[] {
  const warn = (text: string) => ({ text, role: 'warn' as const });
  return [
    ...sessions.map(({ user, from, since }) => warn(t`${user} is logged in from ${from} since ${moment(since)}.`)),
    ...jobs.map((job) => warn(`${said(job)}.`)),
    ...(pending ? [warn(t`${said(pending)} waits for an answer, and would be taken back.`)] : []),
  ];
}

const moment = (iso: string) => iso.slice(0, 16).replace('T', ' ');

const doing: Record<PowerAction, () => string> = {
  reboot: () => t`Reboot`,
  shutdown: () => t`Shutdown`,
  reset: () => t`Reset`,
};
const happens: Record<PowerAction, () => string> = {
  reboot: () => t`reboots`,
  shutdown: () => t`shuts down`,
  reset: () => t`is reset: everything on it is deleted`,
};

/** The same in a word or two, where it was said at length before. */
const otherwise: Record<PowerAction, () => string> = { ...happens, reset: () => t`is reset` };

/** Shows a countdown whenever there is one, until the signal is aborted. */
export function countdowns(surroundings: Surroundings, signal: AbortSignal): void {
  let shown: string | undefined;
  let told: string | undefined;
  let tell: (state: PowerState) => void = () => undefined;
  const progress = (state: PowerState) => {
    tell(state);
    const { scheduled, failed } = state;
    if (failed && failed.at !== told) {
      told = failed.at;
      void surroundings.ui.problem(t`${doing[failed.action]()} did not come about`, failed.problem);
    }
    if (!scheduled || scheduled.at === shown) return;
    shown = scheduled.at;
    void show(surroundings, scheduled, (listener) => {
      tell = listener;
      listener(state);
    });
  };
  surroundings.appliance.power.watch({}, { signal, progress }).catch(() => undefined);
}

type Scheduled = NonNullable<PowerState['scheduled']>;

/** Put off, it goes on in the status line. */
async function show(
  surroundings: Surroundings,
  { action, at, by }: Scheduled,
  listen: (listener: (state: PowerState) => void) => void,
): Promise<void> {
  const { ui, appliance } = surroundings;
  const isOff = await ui.decide({
    title: doing[action](),
    yes: t`Call it off`,
    no: t`Go on`,
    otherwise: otherwise[action](),
    page: (tell) =>
      new Promise<void>((resolve) => {
        listen(({ scheduled }) => {
          if (scheduled?.at === at) {
            const left = (Date.parse(at) - Date.now()) / 1000;
            const text = [t`This appliance ${happens[action]()}. Asked for by ${by}.`];
            return tell(
              scheduled.step ? { left, text: [...text, '', said(scheduled.step)], isOver: true } : { left, text },
            );
          }
          tell(null);
          resolve();
        });
      }),
  });
  if (!isOff || !(await permitted(surroundings))) return;
  const off = await ui.busy(t`Calling it off`, (signal) => appliance.power.cancel({}, { signal }));
  if (off.ok) await ui.message({ title: doing[action](), text: [{ text: t`It was called off.`, role: 'good' }] });
  else await ui.problem(doing[action](), off.problem);
}

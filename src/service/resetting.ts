/** How the service goes about a reset: decided, then the platform told, then the machine restarted, or it is taken back. */
import type { Appliance } from '../appliance.ts';
import { fail, problemOf, sentence } from '../errors.ts';
import { within } from '../within.ts';
import { messageOf, type System } from './system.ts';

/** Milliseconds. */
const limits = { deregister: 20_000, restart: 300_000 };

type Step = (text: string) => void;

/**
 * First of all it is decided: from then on whatever happens ends in a complete reset.
 * @returns why the platform could not be told; undefined where it was, or has nothing to be told
 */
export async function decideReset(
  system: System,
  registration: Appliance['registration'],
  by: string,
  step: Step,
): Promise<string | undefined> {
  const { machine, log } = system;
  step('Deciding it');
  await machine.power.reset.decide(by);
  step('Telling the platform');
  const said = await tellPlatform(system, registration, by);
  if (said !== undefined) {
    log.warning(`Reset: ${said}`);
    await machine.power.reset.remark(said).catch((error: unknown) => log.warning(messageOf(error)));
  }
  return said;
}

async function tellPlatform(
  { pace, closing }: System,
  registration: Appliance['registration'],
  by: string,
): Promise<string | undefined> {
  const leave = async (signal: AbortSignal) => {
    const { registered } = await registration.read({});
    if (registered) await registration.deregister({}, { signal, by });
  };
  try {
    await within(limits.deregister * pace, 'The platform', leave, closing);
    return undefined;
  } catch (error) {
    const why = sentence(problemOf(error, messageOf(error)));
    return `The platform could not be told; remove the appliance there. ${why}`;
  }
}

/**
 * Where the machine does not restart, the reset is taken back: it goes on as it was, and can be asked again.
 * @throws Failure
 */
export async function restartForReset({ machine, log, closing, pace }: System): Promise<void> {
  const ended = () =>
    new Promise<void>((resolve) => closing.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await machine.power.reboot(closing);
    if (!closing.aborted) await within(limits.restart * pace, 'The reboot', ended);
  } catch (error) {
    if (closing.aborted) throw error;
    log.error(`Reset: the machine does not restart: ${messageOf(error)}`);
    await machine.power.reset.takeBack().catch((worse: unknown) => {
      const why = 'The machine does not restart, and it could not be taken back: it happens at the next start.';
      throw fail('unavailable', { what: 'Reset', why }, worse);
    });
    throw error;
  }
}

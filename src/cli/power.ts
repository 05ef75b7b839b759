/** `gatehouse power …`, `gatehouse reset`. */
import type { PowerAction, PowerState } from '../appliance.ts';
import { Failure, fail, sentence } from '../errors.ts';
import { harmless } from '../values/harmless.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';

export interface ResetOptions {
  yesDeleteEverything?: true;
  in?: number;
  plan?: true;
}

export async function status({ appliance, output, signal }: Context): Promise<number> {
  const state = await appliance.power.read({}, { signal });
  output.text(stateText(state));
  output.value(state);
  return exits.done;
}

/** `seconds`: until it happens; without them the usual. */
export async function schedule(context: Context, action: PowerAction, seconds?: number): Promise<number> {
  const { appliance, output, signal } = context;
  const state = await appliance.power.schedule({ action, ...(seconds === undefined ? {} : { seconds }) }, { signal });
  output.text(stateText(state));
  output.value(state);
  // The lab's machine, and what was scheduled, end with this command.
  return context.isOwn ? follow(context, action) : exits.done;
}

export async function cancel({ appliance, output, signal }: Context): Promise<number> {
  const { scheduled } = await appliance.power.read({}, { signal });
  const state = await appliance.power.cancel({}, { signal });
  output.text(scheduled ? `The ${scheduled.action} is called off.` : 'Nothing was scheduled.');
  output.value(state);
  return exits.done;
}

export async function reset(context: Context, options: ResetOptions): Promise<number> {
  if (options.plan) return plan(context);
  if (!options.yesDeleteEverything)
    throw fail('bad-value', {
      field: 'reset',
      why: 'it deletes everything, and cannot be undone',
      right: 'gatehouse reset --plan to see what, and gatehouse reset --yes-delete-everything to do it',
    });
  return schedule(context, 'reset', options.in);
}

async function plan({ appliance, output, signal }: Context): Promise<number> {
  const planned = await appliance.power.resetPlan({}, { signal });
  output.text(['A reset deletes:', ...planned.deletes.map((what) => `  ${line(what)}`)].join('\n'));
  output.value(planned);
  return exits.done;
}

/** Until the machine has gone down. */
async function follow({ appliance, output, signal }: Context, action: PowerAction): Promise<number> {
  const over = new AbortController();
  let step: string | undefined;
  let failed: PowerState['failed'];
  const progress = (state: PowerState) => {
    if (state.scheduled?.step !== undefined && state.scheduled.step !== step) {
      step = state.scheduled.step;
      output.text(`${line(step)} …`);
      output.value(state);
    }
    failed = state.failed;
    if (!state.scheduled) over.abort();
  };
  try {
    await appliance.power.watch({}, { signal: AbortSignal.any([signal, over.signal]), progress });
  } catch (error) {
    // Switched off, it answers no more.
    if (!(error instanceof Failure) || error.problem.code !== 'service-gone') throw error;
  }
  if (!over.signal.aborted && signal.aborted) return exits.interrupted;
  if (failed) throw new Failure(failed.problem);
  output.text(step === undefined ? `The ${action} was called off.` : `Done: ${action}.`);
  return step === undefined ? exits.refused : exits.done;
}

const happens = { reboot: 'reboots', shutdown: 'shuts down', reset: 'is reset' } as const;
const line = (text: string) => harmless(text, { most: 300 });

function stateText({ scheduled, failed, sessions, jobs, pending }: PowerState): string {
  return [
    scheduled
      ? `This appliance ${happens[scheduled.action]} at ${scheduled.at}, asked for by ${line(scheduled.by)}.${
          scheduled.step ? ` ${line(scheduled.step)} …` : ' To call it off: gatehouse power cancel'
        }`
      : 'Nothing is scheduled.',
    ...(failed ? [`The ${failed.action} of ${failed.at} did not come about. ${sentence(failed.problem)}`] : []),
    ...sessions.map(({ user, from, since }) => `${line(user)} is logged in from ${line(from)} since ${since}.`),
    ...jobs.map((job) => `${line(job)}.`),
    ...(pending ? [`${line(pending)} waits for an answer, and would be taken back.`] : []),
  ].join('\n');
}

/** `gatehouse setup …`: how far the first steps were gone. */
import type { SetupState, SetupStep, SetupStepName } from '../appliance.ts';
import { sentence } from '../errors.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { table } from './table.ts';

export async function status({ appliance, output, signal }: Context): Promise<number> {
  return told(output, await appliance.setup.read({}, { signal }));
}

export async function finish({ appliance, output, signal }: Context, finished: boolean): Promise<number> {
  return told(output, await appliance.setup.finish({ finished }, { signal }));
}

export async function pass(
  { appliance, output, signal }: Context,
  step: SetupStepName,
  passed: boolean,
): Promise<number> {
  return told(output, await appliance.setup.pass({ step, passed }, { signal }));
}

function told(output: Context['output'], state: SetupState): number {
  const { finished, steps, unattended } = state;
  const way = finished ? 'The first steps are over.' : 'The console opens with the first steps.';
  const lines = [way, table(steps.map((step) => [step.name, stateOf(step), step.said]))];
  if (unattended) {
    const { from, at, outcome, problem } = unattended;
    lines.push(`${from}: ${outcome} at ${at}${problem ? `. ${sentence(problem)}` : ''}`);
  }
  output.text(lines.join('\n'));
  output.value(state);
  return exits.done;
}

function stateOf({ done, passed }: SetupStep): string {
  if (done) return 'done';
  return passed ? 'passed over' : 'to do';
}

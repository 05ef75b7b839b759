/** `gatehouse capture …`. */
import type { Capture, CapturePlan, CaptureState, RunningCapture } from '../appliance.ts';
import { sentence } from '../errors.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields } from './table.ts';

export interface StartOptions {
  seconds: number;
  whole?: true;
  wait?: boolean;
}

export async function plan({ appliance, output, signal }: Context, { whole = false }): Promise<number> {
  const planned = await appliance.capture.plan({ whole }, { signal });
  output.text(planText(planned));
  output.value(planned);
  return exits.done;
}

export async function start(context: Context, { seconds, whole, wait }: StartOptions): Promise<number> {
  const { appliance, output, signal } = context;
  const state = await appliance.capture.start({ seconds, whole: whole === true }, { signal });
  if (state.running) output.text(planText(state.running));
  // The lab's appliance, and its capture, end with this command.
  if (wait || context.isOwn) return follow(context);
  output.text(`It records until ${state.running?.endsAt}. See: gatehouse capture status`);
  output.value(state);
  return exits.done;
}

export async function status({ appliance, output, signal }: Context): Promise<number> {
  const state = await appliance.capture.read({}, { signal });
  output.text(stateText(state));
  output.value(state);
  return exits.done;
}

export async function stop({ appliance, output, signal }: Context): Promise<number> {
  const { running } = await appliance.capture.read({}, { signal });
  const state = await appliance.capture.stop({}, { signal });
  if (!running) output.text('No packets are being recorded.');
  return told({ output }, state);
}

/** Until it has ended. */
async function follow(context: Context): Promise<number> {
  const { appliance, output, signal } = context;
  const over = new AbortController();
  let last: CaptureState | undefined;
  const progress = (state: CaptureState) => {
    last = state;
    if (!state.running) return over.abort();
    output.text(runningText(state.running));
    output.value(state);
  };
  await appliance.capture.watch({}, { signal: AbortSignal.any([signal, over.signal]), progress });
  if (!over.signal.aborted) return interrupted(context);
  return told(context, last ?? (await appliance.capture.read({})));
}

async function interrupted({ appliance, output, isOwn }: Context): Promise<number> {
  if (isOwn) {
    output.text('The lab ends with this command, and the capture with it.');
    told({ output }, await appliance.capture.stop({}));
  } else output.text('No longer watching; it goes on recording. See: gatehouse capture status, gatehouse capture stop');
  return exits.interrupted;
}

function told({ output }: Pick<Context, 'output'>, state: CaptureState): number {
  output.text(stateText(state));
  output.value(state);
  return state.failed ? exits.failed : exits.done;
}

const count = (amount: number, what: string) => `${amount} ${what}${amount === 1 ? '' : 's'}`;

function planText({ device, filter, towards, bytesEach, most, spare, warnings }: CapturePlan): string {
  return [
    fields([
      ['Towards', towards],
      ['Device', device],
      ['Filter', filter],
      ['Of each packet', bytesEach === 0 ? 'everything' : `${bytesEach} bytes`],
      ['At most', `${Math.floor(most / 1e6)} MB; ${Math.ceil(spare / 1e6)} MB of the disk stay free`],
    ]),
    ...warnings,
  ].join('\n');
}

function runningText({ packets, bytes, dropped, endsAt }: RunningCapture): string {
  const left = Math.max(0, Math.ceil((Date.parse(endsAt) - Date.now()) / 1000));
  return `${count(packets, 'packet')}, ${count(bytes, 'byte')}, ${dropped} dropped; ${left} s left`;
}

function captureText({ path, packets, size, dropped, startedAt, endedAt, by, ended, filter }: Capture): string {
  return fields([
    ['File', path],
    ['Packets', `${packets}, ${count(size, 'byte')}, ${dropped} dropped`],
    ['Recorded', `${startedAt} to ${endedAt} by ${by}`],
    ['Ended', ended],
    ['Filter', filter],
  ]);
}

function stateText({ running, latest, interrupted: cut, failed }: CaptureState): string {
  const parts = [
    ...(running ? [`Recording, begun by ${running.by}.\n${runningText(running)}\n${planText(running)}`] : []),
    ...(failed ? [`${failed.at}: ${sentence(failed.problem)}`] : []),
    ...(cut ? [`Cut off, newer than the complete one:\n${captureText(cut)}`] : []),
    ...(latest ? [captureText(latest)] : []),
  ];
  return parts.length > 0 ? parts.join('\n\n') : 'No packets were recorded yet.';
}

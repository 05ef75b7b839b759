/** `gatehouse apply` and `gatehouse export`: the whole set-up of an appliance as one file. */
import { open } from 'node:fs/promises';
import type { Difference, UnattendedNews, UnattendedOutcome } from '../appliance.ts';
import { Failure, fail } from '../errors.ts';
import { testText } from './change-text.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { table } from './table.ts';

export interface ApplyOptions {
  dryRun?: true;
  /** false: ends as soon as it is under way (--no-wait). */
  wait: boolean;
}

/** Bytes; whatever is longer is judged by the service. */
const most = 128 * 1024;

/** @param file path, or - for standard input */
export async function apply(context: Context, file: string, { dryRun, wait }: ApplyOptions): Promise<number> {
  const { appliance, output, signal } = context;
  const text = file === '-' ? await context.input() : await textOf(file);
  if (dryRun) {
    const plan = await appliance.unattended.plan({ text }, { signal });
    output.text(differencesText(plan.differences, 'Nothing would change: it is as the file says.'));
    for (const warning of plan.warnings) output.text(`Warning: ${warning}`);
    if (plan.newAddress !== undefined) output.text(`Afterwards the appliance is reached at ${plan.newAddress}.`);
    output.value({ plan });
    return exits.done;
  }
  if (!wait && context.isOwn)
    throw fail('not-allowed', { what: '--no-wait', why: 'The lab ends with this command, and the work with it.' });
  return told(context, await carriedOut(context, text, wait));
}

/** @returns undefined where it goes on without us */
async function carriedOut({ appliance, output, signal }: Context, text: string, wait: boolean) {
  const enough = new AbortController();
  const progress = (news: UnattendedNews) => {
    output.text(newsText(news));
    output.value(news);
    // From the second step on all of it was found right.
    if (!wait && 'step' in news && news.step !== 'Checking') enough.abort();
  };
  try {
    return await appliance.unattended.apply({ text }, { signal: AbortSignal.any([signal, enough.signal]), progress });
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code !== 'aborted') throw error;
    output.text('No longer waiting; the service goes on with it. See: gatehouse setup status');
    if (enough.signal.aborted && !signal.aborted) return undefined;
    throw error;
  }
}

function told({ output }: Context, outcome: UnattendedOutcome | undefined): number {
  if (!outcome) return exits.done;
  const { differences, registered } = outcome;
  output.text(differencesText(differences, 'Nothing was changed: it is as the file says.'));
  if (registered) output.text(`Registered as ${registered.name} (${registered.id}).`);
  output.value({ outcome });
  return exits.done;
}

function differencesText(differences: readonly Difference[], none: string): string {
  if (differences.length === 0) return none;
  return table(differences.map(({ what, now, will }) => [what, now, '->', will]));
}

function newsText(news: UnattendedNews): string {
  if ('step' in news) return `${news.step} …`;
  if ('test' in news) return testText(news.test);
  const { step, outcome } = news.registration;
  return outcome ? `${outcome.passed ? 'passed' : 'FAILED'}  ${step}: ${outcome.said}` : `${step} …`;
}

/** By whoever asks: the service opens no file that a client names. */
async function textOf(path: string): Promise<string> {
  const refused = (why: string, error?: unknown) =>
    fail('bad-value', { field: 'FILE', why, right: 'the path of a file, or - for standard input' }, error);
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw refused(`it cannot be read (${error.code})`, error);
  });
  try {
    const buffer = Buffer.alloc(most);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, most - length, null);
      length += bytesRead;
      if (bytesRead === 0) return buffer.toString('utf8', 0, length);
      if (length === most) throw refused(`it has more than ${most / 1024} KiB`);
    }
  } catch (error) {
    throw error instanceof Failure
      ? error
      : refused(`it cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  } finally {
    await file.close();
  }
}

/** The file itself, as it is: also without a line of ours. */
export async function exportFile({ appliance, output, signal }: Context, secrets: boolean): Promise<number> {
  const { text } = await appliance.unattended.export(secrets ? { secrets } : {}, { signal });
  output.text(text.trimEnd());
  output.value({ text });
  return exits.done;
}

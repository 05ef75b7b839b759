/**
 * A change from the command line: its plan, then applied with its steps and tests live, then the answer of an operator
 * at this terminal, of the tests, or of whoever answers elsewhere. What a change is about, its command knows.
 */
import type { ChangeDraft, EndedChange, PendingChange, TestResult } from '../appliance.ts';
import { Failure, fail } from '../errors.ts';
import { endedText, planText, testText, waitingText } from './change-text.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import type { Terminal } from './terminal.ts';

export interface TransactionOptions {
  /** The plan only. */
  dryRun?: true;
  /** Kept where all tests passed; nobody is asked then. */
  keepIfTested?: true;
  /** false: ends when it is begun. */
  wait?: boolean;
}

/** Gives the exit code. */
export async function transaction(context: Context, draft: ChangeDraft, options: TransactionOptions): Promise<number> {
  const { appliance, output, signal } = context;
  const plan = await appliance.changes.plan({ draft }, { signal });
  output.text(planText(plan));
  output.value({ plan });
  if (options.dryRun) return exits.done;
  if (context.isOwn && !context.terminal && !options.keepIfTested)
    throw fail('not-allowed', {
      what: 'A change that waits for an answer',
      why: 'The lab ends with this command. Add --keep-if-tested, or run gatehouse service with --lab beside it.',
    });
  if (options.wait === false && !context.isOwn) return begun(context, draft, options);
  const pending = await applied(context, draft);
  const { tests } = pending;
  if (options.keepIfTested && tests.length > 0 && tests.every(({ passed }) => passed)) return keep(context, pending.id);
  if (context.terminal) return answered(context, context.terminal, pending);
  if (options.keepIfTested) return undo(context, pending.id);
  output.text(waitingText(pending));
  output.value({ pending });
  return exits.waiting;
}

/** Until its first step is told: the way back is armed then, and the service goes on with it. */
async function begun(context: Context, draft: ChangeDraft, { keepIfTested }: TransactionOptions): Promise<number> {
  const { output, signal } = context;
  if (keepIfTested)
    throw fail('bad-value', { field: '--no-wait', why: 'tests are waited for', right: '--keep-if-tested without it' });
  const gone = new AbortController();
  const left = AbortSignal.any([signal, gone.signal]);
  const progress = (news: { step: string } | { test: TestResult }) => {
    output.value(news);
    gone.abort();
  };
  await context.appliance.changes.apply({ draft }, { signal: left, progress }).catch((error: unknown) => {
    if (!gone.signal.aborted || !(error instanceof Failure) || error.problem.code !== 'aborted') throw error;
  });
  output.text(
    'It is applied and tested without this command, and then waits for an answer. See: gatehouse changes show',
  );
  return exits.waiting;
}

async function applied({ appliance, output, signal }: Context, draft: ChangeDraft): Promise<PendingChange> {
  try {
    return await appliance.changes.apply(
      { draft },
      {
        signal,
        progress(news) {
          output.text('step' in news ? `${news.step} …` : testText(news.test));
          output.value(news);
        },
      },
    );
  } catch (error) {
    if (error instanceof Failure && error.problem.code === 'aborted')
      output.text('No longer waiting; the service goes on with it. See: gatehouse changes show');
    throw error;
  }
}

export async function keep({ appliance, output, signal }: Context, id: string): Promise<number> {
  return told(output, await appliance.changes.keep({ id }, { signal }));
}

/** What was undone as it was asked for is done; `exit` where something else was wanted. */
export async function undo(
  { appliance, output, signal }: Context,
  id: string,
  exit: number = exits.failed,
): Promise<number> {
  const progress = (news: { step: string }) => {
    output.text(`${news.step} …`);
    output.value(news);
  };
  const ended = await appliance.changes.undo({ id }, { signal, progress });
  told(output, ended);
  return exit;
}

function told(output: Context['output'], ended: EndedChange): number {
  output.text(endedText(ended));
  output.value({ ended });
  return ended.outcome === 'kept' ? exits.done : exits.failed;
}

/** "yes" keeps; any other answer undoes. Ends also when somebody else answers, or nobody in time. */
async function answered(context: Context, terminal: Terminal, pending: PendingChange): Promise<number> {
  const { output, signal } = context;
  const over = new AbortController();
  let left = pending.left ?? 0;
  const question = terminal.ask({
    prompt: () => `Keep these settings? [y/N] (${left} s left) `,
    isShown: true,
    signal: AbortSignal.any([signal, over.signal]),
  });
  const elsewhere = endOf(context, pending.id, over.signal, (seconds) => {
    left = seconds;
    question.redraw();
  });
  try {
    const first = await Promise.race([question.answer, elsewhere]);
    if (typeof first !== 'string') return told(output, first);
    return await (/^y(es)?$/i.test(first.trim()) ? keep(context, pending.id) : undo(context, pending.id));
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code !== 'aborted') throw error;
    // Ctrl-C or Ctrl-D: the answer is open still.
    output.text(context.isOwn ? 'It is undone when this lab is opened the next time.' : waitingText(pending));
    return exits.interrupted;
  } finally {
    over.abort();
    await Promise.allSettled([question.answer, elsewhere]);
  }
}

/** How the change ended, as soon as it has. `tell`: the seconds left, each second. */
async function endOf(
  { appliance }: Context,
  id: string,
  signal: AbortSignal,
  tell: (left: number) => void,
): Promise<EndedChange> {
  const seen = new AbortController();
  let ended: EndedChange | undefined;
  await appliance.changes.watch(
    {},
    {
      signal: AbortSignal.any([signal, seen.signal]),
      progress({ pending, last }) {
        if (pending?.id === id && pending.left !== undefined) tell(pending.left);
        if (last?.id !== id) return;
        ended = last;
        seen.abort();
      },
    },
  );
  if (!ended) throw fail('aborted', {});
  return ended;
}

/** What commands have in common that show a state: --watch shows it again at each change. Knows no command. */
import type { Command } from 'commander';
import { type OperationName, operations } from '../operations.ts';
import { operationOf, remoteAppliance } from '../rpc/remote.ts';
import { exits } from './exit.ts';
import type { Asking, Context } from './options.ts';

/** An operation that reads, and the one that tells the same at each change. */
type Pair = readonly [read: OperationName, watch: OperationName];

/** Makes `run` the command's action, with and without --watch. */
export function asState(
  command: Command,
  asking: Asking,
  pair: Pair,
  run: (context: Context) => Promise<number>,
): Command {
  return command
    .option('--watch', 'again at each change, until Ctrl-C')
    .action(({ watch = false }: { watch?: boolean }) =>
      asking((context) => (watch ? again(context, pair, run) : run(context))),
    );
}

/** Runs the command for each state that is told, on an appliance that answers it. */
async function again(context: Context, [read, watch]: Pair, run: (context: Context) => Promise<number>) {
  const { appliance, signal } = context;
  if (operations[watch] !== 'watch') throw new Error(`${watch} is no watch`);
  let shown: Promise<unknown> = Promise.resolve();
  const progress = (state: unknown) => {
    const knowing = remoteAppliance(async (name, args, call = {}) =>
      name === read ? state : operationOf(appliance, name)(args, call),
    );
    shown = shown.then(async () => signal.aborted || (await run({ ...context, appliance: knowing })));
  };
  await operationOf(appliance, watch)({}, { signal, progress });
  await shown.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return exits.done;
}

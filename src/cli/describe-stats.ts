/** The words of the command line for stats. They act in stats.ts. */
import { Argument, type Command } from 'commander';
import type { StatsSubject } from '../appliance.ts';
import type { Asking } from './options.ts';

export function describeStats(program: Command, asking: Asking): void {
  const stats = program
    .command('stats')
    .description('processor, memory, network and disk: of all, its units, its containers');
  const commands = () => import('./stats.ts');
  stats
    .command('show', { isDefault: true })
    .description('what is used now')
    .action(() => asking(async (context) => (await commands()).show(context)));
  stats
    .command('watch')
    .description('again every two seconds, until Ctrl-C')
    .action(() => asking(async (context) => (await commands()).watch(context)));
  stats
    .command('history')
    .addArgument(new Argument('<kind>').choices(['appliance', 'unit', 'container']))
    .argument('[id]', "a unit's name, a container's name or id", 'appliance')
    .description('the last 15 minutes of one of them')
    .action((kind: StatsSubject['kind'], id: string) =>
      asking(async (context) => (await commands()).history(context, kind, id)),
    );
}

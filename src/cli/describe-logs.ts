/** The commands `gatehouse logs …`: their options and help. */
import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { FindOptions, ShowOptions } from './logs.ts';
import type { Asking } from './options.ts';

export function describeLogs(program: Command, asking: Asking): void {
  const logs = program
    .command('logs')
    .description('the journal, files below /var/log (FILE: "nginx/access.log") and containers');
  const commands = () => import('./logs.ts');
  logs
    .command('files')
    .description('which files there are')
    .action(() => asking(async (context) => (await commands()).files(context)));
  logs
    .command('units')
    .description('units that the journal has lines of')
    .action(() => asking(async (context) => (await commands()).units(context)));
  withSource(logs.command('show [file]'))
    .option('-n, --lines <n>', 'how many', wholeNumber, 50)
    .option('--oldest', 'the first lines instead of the last')
    .option('--only <text>', 'only lines that hold this text')
    .option('--regex <expression>', 'only lines that this JavaScript expression matches')
    .option('--case', 'capitals and small letters differ; without it, only where there is a capital')
    .option('-f, --follow', 'then tell what is added, until Ctrl-C')
    .description('lines of a log, the newest last; without FILE of the journal')
    .action((file: string | undefined, options: ShowOptions) =>
      asking(async (context) => (await commands()).show(context, file, options)),
    );
  withSource(logs.command('search <text> [file]'))
    .option('--regex', 'the text is a JavaScript expression')
    .option('--case', 'capitals and small letters differ; without it, only where there is a capital')
    .option('--oldest', 'the oldest first')
    .option('--limit <n>', 'how many lines at most', wholeNumber, 100)
    .description('lines that hold a text, the newest first; ends with 5 where there is none')
    .action((text: string, file: string | undefined, options: FindOptions) =>
      asking(async (context) => (await commands()).search(context, text, file, options)),
    );
  withSource(logs.command('count <text> [file]'))
    .option('--regex', 'the text is a JavaScript expression')
    .option('--case', 'capitals and small letters differ; without it, only where there is a capital')
    .description('how many lines hold a text')
    .action((text: string, file: string | undefined, options: Omit<FindOptions, 'limit'>) =>
      asking(async (context) => (await commands()).count(context, text, file, options)),
    );
}

function withSource(command: Command): Command {
  return command
    .option('--journal', 'of the journal')
    .option('--unit <name>', 'of the journal, of this unit')
    .option('--priority <p>', 'of the journal, this severity and worse: err, warning, 0 to 7')
    .option('--since <time>', 'of the journal: "2026-11-21 10:00", today, yesterday, 2h')
    .option('--until <time>', 'of the journal')
    .option('--container <id>', 'of a container');
}

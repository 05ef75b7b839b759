/** `gatehouse capture …`: its commands, options and help. */
import type { Command } from 'commander';
import { asState } from './again.ts';
import { wholeNumber } from './arguments.ts';
import type { StartOptions } from './capture.ts';
import { asJob } from './job.ts';
import type { Asking } from './options.ts';

export function describeCapture(program: Command, asking: Asking): void {
  const capture = program.command('capture').description('packets towards the upstream hop: plan, start, status, stop');
  const commands = () => import('./capture.ts');
  const whole = [
    '--whole',
    'packets with all they carry, passwords for a proxy too; without it: 128 bytes each',
  ] as const;
  capture
    .command('plan')
    .option(...whole)
    .description('what would be recorded: device, filter, bounds')
    .action((options: { whole?: true }) => asking(async (context) => (await commands()).plan(context, options)));
  asJob(capture.command('start'), false)
    .option('--seconds <n>', 'how long, 10 to 1800', wholeNumber, 300)
    .option(...whole)
    .description('record; it goes on without this command')
    .action((options: StartOptions) => asking(async (context) => (await commands()).start(context, options)));
  const status = capture.command('status').description('the one that runs, and the files that there are');
  asState(status, asking, ['capture.read', 'capture.watch'], async (context) => (await commands()).status(context));
  capture
    .command('stop')
    .description('end it; what was caught stays')
    .action(() => asking(async (context) => (await commands()).stop(context)));
}

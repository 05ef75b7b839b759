/** The words of `gatehouse power` and `gatehouse reset`: commands, arguments and options. They act in power.ts. */
import type { Command } from 'commander';
import { asState } from './again.ts';
import { wholeNumber } from './arguments.ts';
import type { Asking } from './options.ts';
import type { ResetOptions } from './power.ts';

export function describePower(program: Command, asking: Asking): void {
  const power = program.command('power').description('reboot, shutdown: status, reboot, shutdown, cancel');
  const commands = () => import('./power.ts');
  const seconds = ['--in <seconds>', 'when: 0 to 600 seconds from now; every console shows it (default 10)'] as const;
  const status = power.command('status').description('what is scheduled, and what it would interrupt');
  asState(status, asking, ['power.read', 'power.watch'], async (context) => (await commands()).status(context));
  for (const action of ['reboot', 'shutdown'] as const)
    power
      .command(action)
      .description(action === 'reboot' ? 'off and on again' : 'off, until somebody switches it on where it stands')
      .option(...seconds, wholeNumber)
      .action((options: { in?: number }) =>
        asking(async (context) => (await commands()).schedule(context, action, options.in)),
      );
  power
    .command('cancel')
    .description('call off what is scheduled')
    .action(() => asking(async (context) => (await commands()).cancel(context)));
  program
    .command('reset')
    .description('delete everything and begin as at the first boot')
    .option('--plan', 'say what would be deleted, and do nothing')
    .option('--yes-delete-everything', 'do it; it cannot be undone')
    .option(...seconds, wholeNumber)
    .action((options: ResetOptions) => asking(async (context) => (await commands()).reset(context, options)));
}

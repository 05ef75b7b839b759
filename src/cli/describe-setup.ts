/** The words of `gatehouse setup`, `gatehouse apply` and `gatehouse export`. */
import type { Command } from 'commander';
import type { Asking } from './options.ts';

export function describeSetup(program: Command, asking: Asking): void {
  const setup = program.command('setup').description('the first steps: status, finish, again');
  const commands = () => import('./setup.ts');
  setup
    .command('status')
    .description('what is set up and what is not, and what came of an unattended file')
    .action(() => asking(async (context) => (await commands()).status(context)));
  setup
    .command('finish')
    .description('the console opens with the menu from now on')
    .action(() => asking(async (context) => (await commands()).finish(context, true)));
  setup
    .command('again')
    .description('the console opens with the first steps')
    .action(() => asking(async (context) => (await commands()).finish(context, false)));
}

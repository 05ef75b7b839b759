/** The words of `gatehouse setup`, `gatehouse apply` and `gatehouse export`. */
import { Argument, type Command } from 'commander';
import type { SetupStepName } from '../appliance.ts';
import type { ApplyOptions } from './apply.ts';
import type { Asking } from './options.ts';

const steps: SetupStepName[] = ['password', 'network', 'time', 'proxy', 'suffix', 'registration'];

const aboutFile = `
What the file does not name stays as it is; all of it is checked before anything is changed. A change of network, DNS
or proxy is kept where its tests pass, and undone where not. Sections, each as "gatehouse export" writes it:
  network, dns, proxy, hosts, time, platform (suffix, code), ssh, console, operator (password, passwordHash, sshKeys)`;

export function describeSetup(program: Command, asking: Asking): void {
  const setup = program.command('setup').description('the first steps: status, pass, finish, again');
  const commands = () => import('./setup.ts');
  setup
    .command('status')
    .description('what is set up and what is not, and what came of an unattended file')
    .action(() => asking(async (context) => (await commands()).status(context)));
  setup
    .command('pass')
    .addArgument(new Argument('<step>').choices(steps))
    .option('--take-up', 'take it up again')
    .description('go on without that step')
    .action((step: SetupStepName, { takeUp = false }: { takeUp?: boolean }) =>
      asking(async (context) => (await commands()).pass(context, step, !takeUp)),
    );
  setup
    .command('finish')
    .description('the console opens with the menu from now on')
    .action(() => asking(async (context) => (await commands()).finish(context, true)));
  setup
    .command('again')
    .description('the console opens with the first steps')
    .action(() => asking(async (context) => (await commands()).finish(context, false)));
  program
    .command('apply <file>')
    .description('set the whole appliance up by a YAML file; - reads it from standard input')
    .option('--dry-run', 'only what it would change')
    .option('--wait', 'tell how it goes until it is done; so without either', true)
    .option('--no-wait', 'until all of it was found right; what came of it: gatehouse setup status')
    .addHelpText('after', aboutFile)
    .action((file: string, options: ApplyOptions) =>
      asking(async (context) => (await import('./apply.ts')).apply(context, file, options)),
    );
  program
    .command('export')
    .description('the file that sets another appliance up as this one')
    .option('--secrets', 'with its passwords; for root only')
    .action(({ secrets = false }: { secrets?: boolean }) =>
      asking(async (context) => (await import('./apply.ts')).exportFile(context, secrets)),
    );
}

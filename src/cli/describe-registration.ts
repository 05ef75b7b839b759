/** The words of `gatehouse registration` and `gatehouse connectivity`. */
import type { Command } from 'commander';
import { asState } from './again.ts';
import type { Asking } from './options.ts';

export function describeRegistration(program: Command, asking: Asking): void {
  const registration = program.command('registration').description('show, register CODE, deregister');
  const commands = () => import('./registration.ts');
  const show = registration.command('show').description('name, ID, since when, connection and configuration');
  asState(show, asking, ['registration.read', 'registration.watch'], async (context) =>
    (await commands()).show(context),
  );
  registration
    .command('register <code>')
    .description('register with a personalization code; - reads it from standard input')
    .action((code: string) => asking(async (context) => (await commands()).register(context, code)));
  registration
    .command('deregister')
    .option('--without-platform', 'also where the platform cannot be told')
    .description('leave the platform')
    .action(({ withoutPlatform = false }: { withoutPlatform?: boolean }) =>
      asking(async (context) => (await commands()).deregister(context, withoutPlatform)),
    );
  program
    .command('connectivity')
    .description('each service of the platform, with and without the proxy')
    .action(() => asking(async (context) => (await import('./connectivity.ts')).connectivity(context)));
}

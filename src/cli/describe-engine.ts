/** The commands `gatehouse containers …` and `gatehouse images …`: their options and help. */
import type { Command } from 'commander';
import { asState } from './again.ts';
import { wholeNumber } from './arguments.ts';
import type { Asking } from './options.ts';

export function describeContainers(program: Command, asking: Asking): void {
  const containers = program
    .command('containers')
    .description('containers of the Docker Engine; ID is the name, or 12 digits or more of the id');
  const commands = () => import('./containers.ts');
  const list = containers.command('list').description('all of them and their state');
  asState(list, asking, ['containers.list', 'containers.watch'], async (context) => (await commands()).list(context));
  containers
    .command('show <id>')
    .description('one in detail; values that may be secret are masked')
    .action((id: string) => asking(async (context) => (await commands()).show(context, id)));
  containers
    .command('log <id>')
    .option('-n, --lines <n>', 'how many, newest last', wholeNumber, 50)
    .option('-f, --follow', 'then tell what is added, until Ctrl-C')
    .description('its log; more with: gatehouse logs show --container ID')
    .action((id: string, options: { lines: number; follow?: true }) =>
      asking(async (context) => (await import('./logs.ts')).show(context, undefined, { container: id, ...options })),
    );
  for (const action of ['start', 'stop', 'restart'] as const) {
    containers
      .command(`${action} <id>`)
      .description(`${action} it and say what came of it, a moment later`)
      .action((id: string) => asking(async (context) => (await commands()).act(context, action, id)));
  }
}

export function describeImages(program: Command, asking: Asking): void {
  const images = program.command('images').description('images of the Docker Engine; ID may be "repository:tag"');
  const commands = () => import('./images.ts');
  const list = images.command('list').description('all of them');
  asState(list, asking, ['images.list', 'images.watch'], async (context) => (await commands()).list(context));
  images
    .command('show <id>')
    .description('one in detail; values that may be secret are masked')
    .action((id: string) => asking(async (context) => (await commands()).show(context, id)));
}

/** The words of the command line for the rest of System: commands, arguments and options. They act in other files. */
import { type Command, Option } from 'commander';
import { asState } from './again.ts';
import { collect, wholeNumber } from './arguments.ts';
import { asChange } from './describe-network.ts';
import type { Asking } from './options.ts';
import type { TransactionOptions } from './transaction.ts';

export function describeHosts(program: Command, asking: Asking): void {
  const hosts = program.command('hosts').description('static host names: list, set, add, remove');
  const commands = () => import('./hosts.ts');
  hosts
    .command('list')
    .description('those of Gatehouse, and others in the same file')
    .action(() => asking(async (context) => (await commands()).list(context)));
  const verbs = {
    set: ['[entries...]', 'NAME=ADDRESS …: these and no others; none: no entry at all'],
    add: ['<entries...>', 'NAME=ADDRESS …'],
    remove: ['<entries...>', 'NAME …, or NAME=ADDRESS …'],
  } as const;
  for (const verb of ['set', 'add', 'remove'] as const)
    hosts
      .command(`${verb} ${verbs[verb][0]}`)
      .description(verbs[verb][1])
      .action((entries: string[]) => asking(async (context) => (await commands())[verb](context, entries)));
}

export function describeTime(program: Command, asking: Asking): void {
  const time = program.command('time').description('clock, time servers and time zone: show, set, zones');
  const commands = () => import('./time.ts');
  const show = time.command('show').description('time, server in use, offset');
  asState(show, asking, ['time.read', 'time.watch'], async (context) => (await commands()).show(context));
  time
    .command('set')
    .description('change them; what is not named stays')
    .option('--server <host>', 'a time server; up to four times', collect)
    .option('--no-server', 'none: the defaults again')
    .option('--zone <name>', 'time zone: Europe/Madrid')
    .action((options: object) => asking(async (context) => (await commands()).set(context, options)));
  time
    .command('zones')
    .description('all that this machine knows')
    .action(() => asking(async (context) => (await commands()).zones(context)));
}

export function describePlatform(program: Command, asking: Asking): void {
  const platform = program.command('platform').description("suffix of the platform's host names: show, set");
  const commands = () => import('./platform.ts');
  platform
    .command('show')
    .description('suffix, and the host names that follow from it')
    .action(() => asking(async (context) => (await commands()).show(context)));
  platform
    .command('set <suffix>')
    .description('a suffix, or a name of the list: "US 1"')
    .action((suffix: string) => asking(async (context) => (await commands()).set(context, suffix)));
}

export function describeSsh(program: Command, asking: Asking): void {
  const ssh = program.command('ssh').description('log-in over the network: show, enable, disable');
  const commands = () => import('./ssh.ts');
  const show = ssh.command('show').description('on or off, fingerprints of the host keys, open sessions');
  asState(show, asking, ['ssh.read', 'ssh.watch'], async (context) => (await commands()).show(context));
  for (const [verb, isEnabled] of [['enable', true] as const, ['disable', false] as const])
    ssh
      .command(verb)
      .description(isEnabled ? 'now and at each start' : 'now and at each start; open sessions stay')
      .action(() => asking(async (context) => (await commands()).set(context, isEnabled)));
}

export function describeAccess(program: Command, asking: Asking): void {
  const access = program.command('console').description('password and lock of the console: show, set-password, set');
  const commands = () => import('./access.ts');
  access
    .command('show')
    .description('what is set')
    .action(() => asking(async (context) => (await commands()).show(context)));
  access
    .command('set-password')
    .description('typed unseen, or from standard input: a line for the present one where one is set, then the new one')
    .action(() => asking(async (context) => (await commands()).setPassword(context)));
  access
    .command('set')
    .description('what the console asks; what is not named stays')
    .addOption(new Option('--ask <on|off>', 'ask for the password before changes').choices(['on', 'off']))
    .option('--lock <minutes>', 'lock when idle for so long; 0: never', wholeNumber)
    .option('--window <seconds>', 'how long a change waits for its answer, 5 to 3600', wholeNumber)
    .addOption(new Option('--language <language>', 'language of the screens').choices(['en', 'es']))
    .action((options: object) => asking(async (context) => (await commands()).set(context, options)));
}

export function describeSettings(program: Command, asking: Asking): void {
  const settings = program.command('settings').description('earlier versions: versions, difference, restore');
  const commands = () => import('./settings.ts');
  settings
    .command('versions')
    .description('newest first: number, when, by whom, what')
    .action(() => asking(async (context) => (await commands()).versions(context)));
  settings
    .command('difference')
    .argument('<from>', 'number of a version', wholeNumber)
    .argument('<to>', 'number of another', wholeNumber)
    .description('what differs between two')
    .action((from: number, to: number) => asking(async (context) => (await commands()).difference(context, from, to)));
  asChange(settings.command('restore'))
    .argument('<version>', 'its number', wholeNumber)
    .description('back to an earlier version, as a change with a way back')
    .action((revision: number, options: TransactionOptions) =>
      asking(async (context) => (await commands()).restore(context, revision, options)),
    );
}

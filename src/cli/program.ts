/** The command line: its commands, options and help. What each command does is in the files beside this one. */
import { Command, CommanderError } from 'commander';
import type { Appliance } from '../appliance.ts';
import { fail, problemOf } from '../errors.ts';
import { harmlessLines } from '../values/harmless.ts';
import { version } from '../version.ts';
import { asState } from './again.ts';
import { wholeNumber } from './arguments.ts';
import { describeCapture } from './describe-capture.ts';
import { describeContainers, describeImages } from './describe-engine.ts';
import { describeLogs } from './describe-logs.ts';
import { describeChanges, describeDns, describeNetwork, describeProxy } from './describe-network.ts';
import { describePlatformServer } from './describe-platform-server.ts';
import { describePower } from './describe-power.ts';
import { describeRegistration } from './describe-registration.ts';
import { describeReport } from './describe-report.ts';
import { describeSetup } from './describe-setup.ts';
import { describeStats } from './describe-stats.ts';
import {
  describeAccess,
  describeHosts,
  describePlatform,
  describeSettings,
  describeSsh,
  describeTime,
} from './describe-system.ts';
import { describeTools } from './describe-tools.ts';
import { exitOf, exits, exitTable } from './exit.ts';
import { openLink } from './link.ts';
import { type Asking, type Context, defaultSocket, type LinkOptions } from './options.ts';
import { outputTo } from './output.ts';
import { readAll } from './password.ts';
import { withPassword } from './permission.ts';
import { terminalOf } from './terminal.ts';

type Options = LinkOptions & { plain?: true; json?: true; group?: string; state?: string };

const notes = `
Without a command: the console; with GATEHOUSE_PLAIN=1 in the environment as with --plain.
As --lab takes a name, write --lab=NAME before a command.
With --json a result is one JSON value on one line, what is told live is one line each, and an error is
{"error": {code, details, what, why, advice}} on standard output; without it errors go to standard error.

${exitTable}`;

/** What a command line is held to that is not to do everything. */
export interface Bounds {
  /** Takes commands and options away. */
  cut(program: Command): void;
  /** The appliance, as far as it may be asked. */
  only(appliance: Appliance): Appliance;
}

/** Whoever read us has seen enough: `gatehouse … | head -1`. */
const whenUnread = () => process.exit(exits.done);
/** What went wrong, nobody has to want to read. */
const whenUnheard = () => undefined;

/** Gives the exit code. */
export async function runProgram(args: readonly string[], bounds?: Bounds): Promise<number> {
  process.stdout.off('error', whenUnread).on('error', whenUnread);
  process.stderr.off('error', whenUnheard).on('error', whenUnheard);
  let exit: number = exits.done;
  const isJson = args.includes('--json');
  const program = describe(
    isJson,
    (code) => {
      exit = code;
    },
    bounds,
  );
  bounds?.cut(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || !isJson))
      return error.exitCode === 0 ? exits.done : exits.usage;
    const problem = error instanceof CommanderError ? wrongUsage(error) : problemOf(error, messageOf(error));
    outputTo(process.stdout, process.stderr, isJson).problem(problem);
    return exitOf(problem.code);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : 'none');

function wrongUsage({ message }: CommanderError) {
  const why = message.replace(/^error: /, '');
  return fail('bad-value', { field: 'command line', why, right: 'as gatehouse --help says' }).problem;
}

/** All commands, to look at. */
export function commandTree(): Command {
  return describe(false, () => undefined);
}

function describe(isJson: boolean, end: (code: number) => void, bounds?: Bounds): Command {
  const program = new Command('gatehouse')
    .description('The console of a gateway appliance, and the service behind it.')
    .version(version, '--version')
    .option('--json', 'answer in JSON')
    .option('--socket <path>', `the service's socket (default ${defaultSocket})`)
    .option('--lab [machine]', 'on a simulated machine, in this process')
    .option('--lab-folder <dir>', 'where that machine is kept')
    .option('--brand <name>', 'whose texts and units: of the lab and the service')
    .option('--viewer', 'look only, also where you may change things')
    .option('--plain', 'the console as lines of text: for screen readers and the poorest lines')
    .option('--operator-password-file <file>', "the operator's password, where changes need it; - is standard input")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', notes)
    .configureOutput({ writeErr: (text) => void (isJson || process.stderr.write(harmlessLines(text))) })
    .exitOverride()
    .action(async () => {
      const [unknown] = program.args;
      if (unknown !== undefined) program.error(`error: there is no command ${unknown}; see gatehouse --help`);
      const { runConsole } = await import('./console.ts');
      end(await runConsole(program.opts<Options>()));
    });
  const asking: Asking = (run) => withLink(program.opts<Options>(), run, bounds).then(end);

  program.commandsGroup('See and try:');
  const info = program.command('info').description('general information');
  asState(info, asking, ['info.read', 'info.watch'], async (context) => (await import('./info.ts')).info(context));
  const status = program.command('status').description('name, address, registration, failed units');
  asState(status, asking, ['status.read', 'status.watch'], async (context) =>
    (await import('./info.ts')).status(context),
  );
  program
    .command('ping')
    .argument('[host]', 'name, IPv4 or IPv6 address', '8.8.8.8')
    .option('--count <n>', 'echo requests, 1 to 1000', wholeNumber, 4)
    .description('ping a host; Ctrl-C stops and gives the summary')
    .action((host: string, { count }: { count: number }) =>
      asking(async (context) => (await import('./ping.ts')).ping(context, { host, count })),
    );
  describeUnits(program, asking);
  describeContainers(program, asking);
  describeImages(program, asking);
  describeLogs(program, asking);
  describeStats(program, asking);
  describeReport(program, asking, end);
  describeCapture(program, asking);
  program.commandsGroup('Set up:');
  describeSetup(program, asking);
  program.commandsGroup('Platform:');
  describeRegistration(program, asking);
  program.commandsGroup('Network (changes are tested, and undone where nobody keeps them):');
  for (const part of [describeNetwork, describeDns, describeProxy, describeChanges]) part(program, asking);
  program.commandsGroup('System:');
  const system = [describeHosts, describeTime, describePlatform, describeSsh, describeAccess, describeSettings];
  for (const part of system) part(program, asking);
  program
    .command('audit')
    .description('who changed what, and what came of it; newest last')
    .option('-n, --lines <n>', 'how many', wholeNumber, 50)
    .option('--follow', 'and each new one, until Ctrl-C')
    .action((options: { lines: number; follow?: true }) =>
      asking(async (context) => (await import('./audit.ts')).audit(context, options)),
    );
  describePlatformServer(program, end);
  program.commandsGroup('Commands:');
  describePower(program, asking);
  program.commandsGroup('Beneath:');
  describeService(program, end);
  describeTools(program, end);
  // So that the action above can say it better. Commands made after this would inherit it.
  return program.allowExcessArguments();
}

function describeService(program: Command, end: (code: number) => void): void {
  program
    .command('service')
    .description('run the service, until SIGTERM')
    .option('--group <name>', 'whose members may use it', 'gatehouse')
    .option('--viewer-group <name>', 'whose members may look only, where there is such a group', 'gatehouse-viewer')
    .option('--state <dir>', 'what it keeps (default /var/lib/gatehouse)')
    .option('--watched', 'end it when it hangs; as the first option only')
    .action(async (options: { group: string; viewerGroup: string; state?: string }) => {
      const { serviceCommand } = await import('./service.ts');
      end(await serviceCommand({ ...program.opts<Options>(), ...options }));
    });
  program
    .command('way-back', { hidden: true })
    .description('put back what a change was before that nobody has kept; run by systemd')
    .action(async () => {
      const { runWayBack } = await import('../service/way-back.ts');
      end(await runWayBack());
    });
  program
    .command('settings-for', { hidden: true })
    .description('write the settings as an older release reads them; run by its package before it is installed')
    .argument('<release>')
    .action(async (release: string) => {
      const [{ takeBack }, { settingsFolder }] = await Promise.all([
        import('../settings/taken-back.ts'),
        import('../service/changes.ts'),
      ]);
      await takeBack(settingsFolder('/var/lib/gatehouse'), release);
    });
  program
    .command('reset-now', { hidden: true })
    .description('carry out a reset that was decided; run by systemd at the early boot')
    .action(async () => {
      const [{ resetNow }, { ownLog }] = await Promise.all([import('../reset/now.ts'), import('../service/log.ts')]);
      end(await resetNow(ownLog()));
    });
}

function describeUnits(program: Command, asking: Asking): void {
  const units = program.command('units').description("the appliance's service units; NAME may be without .service");
  const commands = () => import('./units.ts');
  const list = units.command('list').description('all of them and their state');
  asState(list, asking, ['units.list', 'units.watch'], async (context) => (await commands()).list(context));
  units
    .command('status <name>')
    .description('one in detail')
    .action((name: string) => asking(async (context) => (await commands()).show(context, name)));
  units
    .command('log <name>')
    .option('-n, --lines <n>', 'how many, newest last; 0 to 1000', wholeNumber, 50)
    .description('its log')
    .action((name: string, { lines }: { lines: number }) =>
      asking(async (context) => (await commands()).log(context, name, lines)),
    );
  for (const action of ['start', 'stop', 'restart'] as const) {
    units
      .command(`${action} <name>`)
      .description(`${action} it and say what came of it`)
      .action((name: string) => asking(async (context) => (await commands()).act(context, action, name)));
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C gives the command up; a second one ends the program at once. */
async function withLink(
  options: Options,
  run: (context: Context) => Promise<number>,
  bounds?: Bounds,
): Promise<number> {
  const output = outputTo(process.stdout, process.stderr, options.json === true);
  const interrupted = new AbortController();
  const onSignal = () => (interrupted.signal.aborted ? process.exit(exits.interrupted) : interrupted.abort());
  for (const signal of signals) process.on(signal, onSignal);
  const { link, close } = await openLink(options);
  try {
    const terminal = options.json ? undefined : terminalOf(process.stdin, process.stderr);
    const context: Context = {
      appliance: bounds?.only(link.appliance) ?? link.appliance,
      output,
      signal: interrupted.signal,
      ...(terminal ? { terminal } : {}),
      input: () => readAll(process.stdin),
      isOwn: options.lab !== undefined || options.labFolder !== undefined,
    };
    return await run(withPassword(context, options.operatorPasswordFile));
  } finally {
    await close();
    for (const signal of signals) process.off(signal, onSignal);
  }
}

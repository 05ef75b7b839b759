/**
 * The words of the command line for a platform of one's own: serve, code, appliance. They stand in the group `platform`
 * beside those for the suffix. They act in other files, and on the platform's folder: no service is asked.
 */
import { type Command, Option } from 'commander';
import type { GatewayConfiguration } from '../appliance.ts';
import { collect, wholeNumber } from './arguments.ts';
import { outputTo } from './output.ts';
import type { AdminContext, ConfigureOptions } from './platform-admin.ts';

interface Given {
  json?: true;
  brand?: string;
}

// Not those of the protocol: with them every command would load its schemas.
const tlsVersions: GatewayConfiguration['minimumTls'][] = ['1.0', '1.1', '1.2', '1.3'];
const certificateKinds: GatewayConfiguration['certificateKind'][] = ['appliance', 'common', 'customer'];

type Run = (context: AdminContext) => Promise<number>;

/** @param end told of the exit code */
export function describePlatformServer(program: Command, end: (code: number) => void): void {
  const platform = program.commands.find((command) => command.name() === 'platform') ?? program.command('platform');
  platform.description(
    "suffix of the platform's host names: show, set; a platform of one's own: serve, code, appliance",
  );
  const output = () => outputTo(process.stdout, process.stderr, program.opts<Given>().json === true);
  const onFolder = (command: Command) =>
    command.option('--folder <dir>', 'where the platform keeps everything', '/var/lib/gatehouse-platform');
  const acting = async ({ folder }: { folder: string }, run: Run) => {
    const { openAdmin } = await import('../platform/server/admin.ts');
    end(await run({ admin: await openAdmin(folder), output: output() }));
  };

  onFolder(platform.command('serve'))
    .description('run a platform to register with, until SIGTERM')
    .requiredOption('--suffix <suffix>', 'of the host names of its services')
    .option('--port <n>', 'where it listens', wholeNumber, 443)
    .option('--address <address>', 'where it listens', '::')
    .option('--check-in <seconds>', 'how often appliances check in', wholeNumber, 60)
    .option('--certificate-days <n>', "how long an appliance's certificate holds", wholeNumber, 90)
    .action(async (options) => {
      const { servePlatform } = await import('./platform-serve.ts');
      end(await servePlatform({ ...options, brand: program.opts<Given>().brand }, output()));
    });
  describeCodes(platform, onFolder, acting);
  describeAppliances(platform, onFolder, acting);
}

type OnFolder = (command: Command) => Command;
type Acting = (options: { folder: string }, run: Run) => Promise<void>;

const commands = () => import('./platform-admin.ts');

function describeCodes(platform: Command, onFolder: OnFolder, acting: Acting): void {
  const code = platform.command('code').description('personalization codes: create, list, revoke');
  onFolder(code.command('create <name>'))
    .description('a new one for an appliance of that name; for one enrolment')
    .option('--location <text>', 'where the appliance will be')
    .option('--days <n>', 'until it expires', wholeNumber, 30)
    .addOption(certificateOption())
    .action((name, options) =>
      acting(options, async (context) => (await commands()).createCode(context, name, options)),
    );
  onFolder(code.command('list'))
    .description('newest first')
    .action((options) => acting(options, async (context) => (await commands()).listCodes(context)));
  onFolder(code.command('revoke <code>'))
    .description('nobody can use it any more')
    .action((given, options) => acting(options, async (context) => (await commands()).revokeCode(context, given)));
}

function describeAppliances(platform: Command, onFolder: OnFolder, acting: Acting): void {
  const appliance = platform
    .command('appliance')
    .description('registered appliances: list, show, configure, remove; NAME may be an id');
  onFolder(appliance.command('list'))
    .option('--all', 'those too that are no longer registered')
    .description('by name: since when, when it checked in last')
    .action((options) => acting(options, async (context) => (await commands()).listAppliances(context, options)));
  onFolder(appliance.command('show <name>'))
    .description('one in detail')
    .action((name, options) => acting(options, async (context) => (await commands()).showAppliance(context, name)));
  onFolder(appliance.command('configure <name>'))
    .description('what it gets when it checks in next; what is not named stays')
    .option('--proxy-port <n>', 'where it listens for agents', wholeNumber)
    .option('--cache-port <n>', 'where it listens in cache and patch mode', wholeNumber)
    .addOption(new Option('--cache <on|off>', 'cache mode').choices(['on', 'off']))
    .addOption(new Option('--patch <on|off>', 'patch mode; needs a second disk').choices(['on', 'off']))
    .option('--domain <name>', 'let through; without https:// and www.; up to ten times', collect)
    .option('--no-domain', 'none')
    .addOption(new Option('--minimum-tls <version>', 'for connections of agents').choices(tlsVersions))
    .addOption(certificateOption())
    .action((name, options: ConfigureOptions & { folder: string }) =>
      acting(options, async (context) => (await commands()).configure(context, name, options)),
    );
  onFolder(appliance.command('remove <name>'))
    .description('its certificates are void from now on')
    .action((name, options) => acting(options, async (context) => (await commands()).removeAppliance(context, name)));
}

function certificateOption(): Option {
  return new Option('--certificate <kind>', 'whose certificate it shows to agents').choices(certificateKinds);
}

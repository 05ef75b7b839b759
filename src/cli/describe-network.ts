/** The words of the command line for the network: commands, arguments and options. What they do is in other files. */
import { Argument, type Command, Option } from 'commander';
import type { ChangeDraft } from '../appliance.ts';
import { asState } from './again.ts';
import { collect, numberOrNone, wholeNumber } from './arguments.ts';
import { asJob } from './job.ts';
import type { Asking } from './options.ts';
import type { GivenProxy, ProxyOptions } from './proxy.ts';
import type { TransactionOptions } from './transaction.ts';

const sections: ChangeDraft['section'][] = ['interface', 'dns', 'proxy', 'settings', 'reset-network'];

/** So for every command that makes a change with a way back. */
export function asChange(command: Command): Command {
  return asJob(command, true)
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--keep-if-tested', 'keep it where all tests pass, undo it where not; asks only at a terminal');
}

export function describeNetwork(program: Command, asking: Asking): void {
  const network = program.command('network').description('interfaces: list, show, set, reset');
  const commands = () => import('./network.ts');
  const list = network.command('list').description('all of them, their addresses and who manages them');
  asState(list, asking, ['network.read', 'network.watch'], async (context) => (await commands()).list(context));
  network
    .command('show <name>')
    .description('one in detail: configured, and in effect')
    .action((name: string) => asking(async (context) => (await commands()).show(context, name)));
  const set = network
    .command('set <name>')
    .description('change one; what is not named stays')
    .addOption(new Option('--dhcp', 'address by DHCP').conflicts(['static', 'unconfigured', 'gateway']))
    .addOption(new Option('--static <address>', 'fixed address with its prefix: 10.0.0.5/24').conflicts('unconfigured'))
    .addOption(new Option('--unconfigured', 'no address').conflicts('gateway'))
    .option('--gateway <address>', 'default gateway')
    .option('--ipv6 <how>', 'auto, off, or a fixed address with its prefix')
    .option('--ipv6-gateway <address>', 'default gateway of IPv6')
    .option('--vlan <n>', 'VLAN 1 to 4094, or none', numberOrNone)
    .option('--mtu <n>', 'bytes, or none for its own', numberOrNone);
  asChange(set).action((name: string, options: object) =>
    asking(async (context) => (await commands()).set(context, name, options)),
  );
  asChange(network.command('reset'))
    .description('all network settings back to what they are at first')
    .action((options: TransactionOptions) => asking(async (context) => (await commands()).reset(context, options)));
}

export function describeDns(program: Command, asking: Asking): void {
  const dns = program.command('dns').description('DNS servers and search domains: show, set, clear');
  const commands = () => import('./dns.ts');
  dns
    .command('show')
    .description('those that are set, and those in effect')
    .action(() => asking(async (context) => (await commands()).show(context)));
  const set = dns
    .command('set')
    .description('change them; what is not named stays')
    .option('--server <address>', 'a server; up to three times', collect)
    .option('--search <domain>', 'a search domain; may be repeated', collect)
    .option('--no-search', 'no search domain');
  asChange(set).action((options: object) => asking(async (context) => (await commands()).set(context, options)));
  asChange(dns.command('clear'))
    .description('none: what DHCP gives')
    .action((options: TransactionOptions) => asking(async (context) => (await commands()).clear(context, options)));
}

export function describeProxy(program: Command, asking: Asking): void {
  const proxy = program.command('proxy').description('upstream proxies: show, set, enable, disable, test');
  const commands = () => import('./proxy.ts');
  proxy
    .command('show')
    .description('without passwords')
    .action(() => asking(async (context) => (await commands()).show(context)));
  proxy
    .command('test')
    .description('a connection to the platform through each, step by step')
    .action(() => asking(async (context) => (await import('./connectivity.ts')).proxyTest(context)));
  describeProxySet(proxy, asking);
  for (const [verb, isEnabled] of [['enable', true] as const, ['disable', false] as const])
    asChange(proxy.command(verb))
      .description(isEnabled ? 'use those that are set' : 'go without; they stay set')
      .action((options: TransactionOptions) =>
        asking(async (context) => (await commands()).enable(context, isEnabled, options)),
      );
}

/** What belongs to the proxy named last before it is gathered in order. */
function describeProxySet(proxy: Command, asking: Asking): void {
  const proxies: GivenProxy[] = [];
  const noProxy: string[] = [];
  const last = (): GivenProxy => {
    if (proxies.length === 0) proxies.push({ host: '' });
    return proxies.at(-1) as GivenProxy;
  };
  // Not the opposite of --proxy, as commander would have it.
  const direct = new Option('--no-proxy <host>', 'reached without proxy: name, .domain, network; may be repeated');
  direct.negate = false;
  const set = proxy
    .command('set')
    .description('up to five, in their order; they replace those before and are enabled')
    .option(
      '--proxy <host:port>',
      'a proxy; up to five times (port 443 where none is given)',
      (text) => void proxies.push({ host: text }),
    )
    .option('--host <host>', 'host of the only one', (host) => void Object.assign(last(), { host }))
    .option('--port <n>', 'port of the one before', (text) => void Object.assign(last(), { port: wholeNumber(text) }))
    .option('--user <name>', 'user at the one before', (user) => void Object.assign(last(), { user }))
    .option('--password-stdin', 'passwords from standard input: a line for each proxy with a user')
    .option('--password-file <path>', 'the same from a file of mode 0600')
    .addOption(new Option('--order <how>', 'which is asked first').choices(['sequential', 'random']))
    .addOption(direct.argParser((host: string) => void noProxy.push(host)))
    .option('--without-exceptions', 'nothing is reached without proxy');
  asChange(set).action((options: Omit<ProxyOptions, 'proxies' | 'noProxy'> & { withoutExceptions?: true }) =>
    asking(async (context) => {
      const { proxyOf, set: change } = await import('./proxy.ts');
      const given = proxies.map(({ host, ...rest }) => ({ ...proxyOf(host), ...rest }));
      const exceptions = noProxy.length > 0 || options.withoutExceptions ? { noProxy } : {};
      return change(context, { ...options, proxies: given, ...exceptions });
    }),
  );
}

export function describeChanges(program: Command, asking: Asking): void {
  const changes = program.command('changes').description('the change that waits for an answer: show, keep, undo, hold');
  const commands = () => import('./changes.ts');
  const show = changes.command('show').description('the one under way, and how the last one ended');
  asState(show, asking, ['changes.read', 'changes.watch'], async (context) => (await commands()).show(context));
  changes
    .command('keep [id]')
    .description('keep it')
    .action((id?: string) => asking(async (context) => (await commands()).answer(context, true, id)));
  changes
    .command('undo [id]')
    .description('undo it now')
    .action((id?: string) => asking(async (context) => (await commands()).answer(context, false, id)));
  changes
    .command('hold')
    .addArgument(new Argument('<part>').choices(sections))
    .description('nobody else edits that part until Ctrl-C')
    .action((part: ChangeDraft['section']) => asking(async (context) => (await commands()).hold(context, part)));
}

/** The tree: every entry with its label, description and screen, or why it is greyed. A new screen is one line here. */
import type { Appliance, Status } from '../src/appliance.ts';
import type { Segment } from './kit/canvas.ts';
import type { Screen } from './kit/screen.ts';
import { t } from './texts/texts.ts';

export interface Entry {
  /** Its place in the tree: "system.network.dns". A brand changes texts by it. */
  id: string;
  /** As in the guide. `{platform}` stands for the platform's name. */
  label: string;
  description: string;
  /** Shown over the entries below it. */
  title?: string;
  entries?: readonly Entry[];
  /** Entries that the machine decides, before the others; read each time the menu opens. */
  more?(appliance: Appliance, signal: AbortSignal): Promise<readonly Entry[]>;
  /** What the machine says of entries now: another label, or why one is greyed; read each time the menu is seen. */
  now?(appliance: Appliance, signal: AbortSignal): Promise<Record<string, Partial<Entry>>>;
  screen?: Screen;
  /** It is there to change something, or shows what a viewer must not see: greyed for whoever may only look. */
  operatorOnly?: true;
  /** Why it cannot be chosen. */
  greyed?: string;
  /** Beside the label, while it is true. */
  status?: (status: Status) => Segment | undefined;
}

/** A screen that is loaded when it is opened, as the first paint needs none. */
function late(load: () => Promise<Screen>): Screen {
  return async (surroundings) => (await surroundings.ui.load(load()))(surroundings);
}

/** Reads them all, since they lie together: to be called when there is nothing to do, so that opening one takes no time. */
export const loadScreens = (): Promise<unknown> => import('./info.ts');

const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'];

/** One entry an interface, the first first. */
async function interfaces(appliance: Appliance, signal: AbortSignal): Promise<Entry[]> {
  return (await appliance.network.read({}, { signal })).map(({ name }, at) => ({
    id: `system.network.${name}`,
    label: ordinals[at] ?? name,
    description: `Network Interface Settings (${name})`,
    screen: networkInterface(name),
    operatorOnly: true as const,
  }));
}

async function nowOfSystem(appliance: Appliance, signal: AbortSignal): Promise<Record<string, Partial<Entry>>> {
  const [ssh, platform] = await Promise.all([
    appliance.ssh.read({}, { signal }),
    appliance.platform.read({}, { signal }),
  ]);
  const label = ssh.enabled ? 'Disable SSH' : 'Enable SSH';
  return {
    'system.ssh': { label, description: label },
    ...(platform.fixed ? { 'system.suffix': { greyed: platform.fixed } } : {}),
  };
}

/** The interface that the machine is known by. */
const firstInterface: Screen = async (surroundings) => {
  const { ui, appliance } = surroundings;
  const read = await ui.busy(t`Reading the interfaces`, (signal) => appliance.network.read({}, { signal }));
  const [first] = read.ok ? read.value : [];
  if (first) await networkInterface(first.name)(surroundings);
  else if (!read.ok) await ui.problem(t`Network`, read.problem);
};

const networkInterface = (name: string) =>
  late(async () => (await import('./system/network/interface.ts')).networkInterface(name));

/** The guided way of the first boot. */
export const firstSteps = late(async () => {
  const { setup } = await import('./setup.ts');
  return setup({
    password: late(async () => (await import('./system/console.ts')).operatorPassword),
    network: firstInterface,
    time: late(async () => (await import('./system/time.ts')).time),
    proxy: late(async () => (await import('./system/network/proxy.ts')).proxy),
    suffix: late(async () => (await import('./system/suffix.ts')).suffix),
    registration: late(async () => (await import('./registration.ts')).registration),
  });
});

export const tree: Entry = {
  id: 'main',
  label: '',
  description: '',
  title: 'Configuration',
  entries: [
    {
      id: 'registration',
      label: 'Registration',
      description: 'Register the Appliance with {platform}',
      screen: late(async () => (await import('./registration.ts')).registration),
      operatorOnly: true,
    },
    {
      id: 'system',
      label: 'System',
      description: 'System Settings',
      title: 'System Configuration',
      entries: [
        {
          id: 'system.network',
          label: 'Network',
          description: 'Network Settings',
          title: 'Network Configuration',
          more: interfaces,
          entries: [
            {
              id: 'system.network.dns',
              label: 'DNS',
              description: 'DNS Settings',
              screen: late(async () => (await import('./system/network/dns.ts')).dns),
              operatorOnly: true,
            },
            {
              id: 'system.network.proxy',
              label: 'Proxy',
              description: 'Proxy Server',
              screen: late(async () => (await import('./system/network/proxy.ts')).proxy),
              operatorOnly: true,
            },
            {
              id: 'system.network.hosts',
              label: 'Hosts',
              description: 'Static host names',
              screen: late(async () => (await import('./system/network/hosts.ts')).hosts),
              operatorOnly: true,
            },
          ],
        },
        {
          id: 'system.suffix',
          label: 'POD Suffix',
          description: 'Platform URL Suffix',
          screen: late(async () => (await import('./system/suffix.ts')).suffix),
          operatorOnly: true,
        },
        {
          id: 'system.time',
          label: 'Time',
          description: 'System Time Settings',
          screen: late(async () => (await import('./system/time.ts')).time),
        },
        {
          id: 'system.ssh',
          label: 'SSH',
          description: 'Enable or disable SSH',
          screen: late(async () => (await import('./system/ssh.ts')).ssh),
          operatorOnly: true,
        },
        {
          id: 'system.console',
          label: 'Console',
          description: 'Console password, idle lock, operator account',
          screen: late(async () => (await import('./system/console.ts')).consoleAccess),
          operatorOnly: true,
        },
        {
          id: 'system.setup',
          label: 'First steps',
          description: 'Guided set-up, from password to registration',
          screen: firstSteps,
          operatorOnly: true,
        },
        {
          id: 'system.settings',
          label: 'Settings',
          description: 'Earlier settings: compare and restore',
          screen: late(async () => (await import('./system/settings.ts')).settings),
          operatorOnly: true,
        },
      ],
      now: nowOfSystem,
    },
    {
      id: 'info',
      label: 'Info',
      description: 'General Information',
      screen: late(async () => (await import('./info.ts')).info),
    },
    {
      id: 'diagnostics',
      label: 'Diagnostics',
      description: 'Information',
      title: 'Diagnostics',
      status: ({ failedUnits }) =>
        failedUnits > 0
          ? { text: failedUnits === 1 ? t`1 unit failed` : t`${failedUnits} units failed`, role: 'bad' }
          : undefined,
      entries: [
        {
          id: 'diagnostics.containers',
          label: 'Containers',
          description: 'Docker containers',
          screen: late(async () => (await import('./diagnostics/containers.ts')).containers),
        },
        {
          id: 'diagnostics.images',
          label: 'Images',
          description: 'Docker images',
          screen: late(async () => (await import('./diagnostics/images.ts')).images),
        },
        {
          id: 'diagnostics.units',
          label: 'Units',
          description: 'Service units',
          screen: late(async () => (await import('./diagnostics/units.ts')).units),
          status: ({ failedUnits }) =>
            failedUnits > 0 ? { text: t`${failedUnits} failed`, role: 'bad' } : { text: t`no failures`, role: 'good' },
        },
        {
          id: 'diagnostics.logs',
          label: 'Logs',
          description: 'Logs',
          screen: late(async () => (await import('./diagnostics/logs.ts')).logs),
          operatorOnly: true,
        },
        {
          id: 'diagnostics.proxy',
          label: 'Proxy',
          description: 'Upstream proxy test',
          screen: late(async () => (await import('./diagnostics/proxy.ts')).proxyTest),
        },
        {
          id: 'diagnostics.stats',
          label: 'Stats',
          description: 'Container Stats',
          screen: late(async () => (await import('./diagnostics/stats.ts')).stats),
        },
        {
          id: 'diagnostics.connectivity',
          label: 'Connectivity',
          description: 'Platform connectivity',
          screen: late(async () => (await import('./diagnostics/connectivity.ts')).connectivity),
        },
        {
          id: 'diagnostics.audit',
          label: 'Audit',
          description: 'Who changed what',
          screen: late(async () => (await import('./diagnostics/audit.ts')).audit),
        },
        {
          id: 'diagnostics.report',
          label: 'Generate report',
          description: 'Encrypted diagnostics report',
          screen: late(async () => (await import('./diagnostics/report.ts')).report),
          operatorOnly: true,
        },
        {
          id: 'diagnostics.capture',
          label: 'Generate TCP dump',
          description: 'Upstream packet capture',
          screen: late(async () => (await import('./diagnostics/capture.ts')).capture),
          operatorOnly: true,
        },
      ],
    },
    {
      id: 'commands',
      label: 'Commands',
      description: 'Various commands',
      title: 'Configuration',
      entries: [
        {
          id: 'commands.ping',
          label: 'Ping',
          description: 'Perform IPv4 Ping',
          screen: late(async () => (await import('./commands/ping.ts')).ping),
        },
        {
          id: 'commands.reboot',
          label: 'Reboot',
          description: 'Reboot',
          screen: late(async () => (await import('./commands/power.ts')).reboot),
          operatorOnly: true,
        },
        {
          id: 'commands.shutdown',
          label: 'Shutdown',
          description: 'Shutdown',
          screen: late(async () => (await import('./commands/power.ts')).shutdown),
          operatorOnly: true,
        },
        {
          id: 'commands.reset-network',
          label: 'Reset network',
          description: 'Network settings only',
          screen: late(async () => (await import('./commands/reset-network.ts')).resetNetwork),
          operatorOnly: true,
        },
        {
          id: 'commands.reset',
          label: 'Reset',
          description: 'Reset appliance',
          screen: late(async () => (await import('./commands/reset.ts')).reset),
          operatorOnly: true,
        },
      ],
    },
  ],
};

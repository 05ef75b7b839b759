/** The tree: every entry with its label, description and screen, or why it is greyed. A new screen is one line here. */
import type { Status } from '../src/appliance.ts';
import { ping } from './commands/ping.ts';
import { units } from './diagnostics/units.ts';
import { info } from './info.ts';
import type { Segment } from './kit/canvas.ts';
import type { Screen } from './kit/screen.ts';

export interface Entry {
  /** Its place in the tree: "system.network.dns". A brand changes texts by it. */
  id: string;
  /** As in the guide. `{platform}` stands for the platform's name. */
  label: string;
  description: string;
  /** Shown over the entries below it. */
  title?: string;
  entries?: readonly Entry[];
  screen?: Screen;
  /** Why it cannot be chosen. */
  greyed?: string;
  /** Beside the label, while it is true. */
  status?: (status: Status) => Segment | undefined;
}

const notBuilt = (what: string) => `${what} is not part of this version yet.`;

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
      greyed: notBuilt('Registration'),
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
          title: 'Configuration',
          entries: [
            {
              id: 'system.network.first',
              label: 'First',
              description: 'Network Interface Settings',
              greyed: notBuilt('Changing an interface'),
            },
            { id: 'system.network.dns', label: 'DNS', description: 'DNS Settings', greyed: notBuilt('Changing DNS') },
            {
              id: 'system.network.proxy',
              label: 'Proxy',
              description: 'Proxy Server',
              greyed: notBuilt('Setting a proxy'),
            },
            {
              id: 'system.network.hosts',
              label: 'Hosts',
              description: 'Static host names',
              greyed: notBuilt('Setting host names'),
            },
          ],
        },
        {
          id: 'system.suffix',
          label: 'POD Suffix',
          description: 'Platform URL Suffix',
          greyed: notBuilt('Setting the suffix'),
        },
        { id: 'system.time', label: 'Time', description: 'System Time Settings', greyed: notBuilt('Setting the time') },
        { id: 'system.ssh', label: 'Disable SSH', description: 'Disable SSH', greyed: notBuilt('Switching SSH') },
        {
          id: 'system.console',
          label: 'Console',
          description: 'Console password, idle lock, operator account',
          greyed: notBuilt('Console access'),
        },
      ],
    },
    { id: 'info', label: 'Info', description: 'General Information', screen: info },
    {
      id: 'diagnostics',
      label: 'Diagnostics',
      description: 'Information',
      title: 'Diagnostics',
      status: ({ failedUnits }) =>
        failedUnits > 0
          ? { text: failedUnits === 1 ? '1 unit failed' : `${failedUnits} units failed`, role: 'bad' }
          : undefined,
      entries: [
        {
          id: 'diagnostics.containers',
          label: 'Containers',
          description: 'Docker containers',
          greyed: notBuilt('The list of containers'),
        },
        {
          id: 'diagnostics.images',
          label: 'Images',
          description: 'Docker images',
          greyed: notBuilt('The list of images'),
        },
        {
          id: 'diagnostics.units',
          label: 'Units',
          description: 'Service units',
          screen: units,
          status: ({ failedUnits }) =>
            failedUnits > 0 ? { text: `${failedUnits} failed`, role: 'bad' } : { text: 'no failures', role: 'good' },
        },
        { id: 'diagnostics.logs', label: 'Logs', description: 'Logs', greyed: notBuilt('Reading all logs') },
        {
          id: 'diagnostics.proxy',
          label: 'Proxy',
          description: 'Upstream proxy test',
          greyed: notBuilt('The proxy test'),
        },
        { id: 'diagnostics.stats', label: 'Stats', description: 'Container Stats', greyed: notBuilt('Stats') },
        {
          id: 'diagnostics.connectivity',
          label: 'Connectivity',
          description: 'Platform connectivity',
          greyed: notBuilt('The connectivity check'),
        },
        {
          id: 'diagnostics.report',
          label: 'Generate report',
          description: 'Encrypted diagnostics report',
          greyed: notBuilt('The diagnostics report'),
        },
        {
          id: 'diagnostics.capture',
          label: 'Generate TCP dump',
          description: 'Upstream packet capture',
          greyed: notBuilt('Packet capture'),
        },
      ],
    },
    {
      id: 'commands',
      label: 'Commands',
      description: 'Various commands',
      title: 'Configuration',
      entries: [
        { id: 'commands.ping', label: 'Ping', description: 'Perform IPv4 Ping', screen: ping },
        { id: 'commands.reboot', label: 'Reboot', description: 'Reboot', greyed: notBuilt('Reboot') },
        { id: 'commands.shutdown', label: 'Shutdown', description: 'Shutdown', greyed: notBuilt('Shutdown') },
        {
          id: 'commands.reset-network',
          label: 'Reset network',
          description: 'Network settings only',
          greyed: notBuilt('Resetting the network'),
        },
        {
          id: 'commands.reset',
          label: 'Reset',
          description: 'Reset appliance',
          greyed: notBuilt('Resetting the appliance'),
        },
      ],
    },
  ],
};

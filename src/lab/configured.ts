/** What the lab's networkd runs with: the files of ours in the machine's folder, understood. Reads only. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { linesOf, textOf, valuesOf } from './root.ts';

export interface Configured {
  dhcp: boolean;
  linkLocal: boolean;
  /** Routers' announcements are followed. */
  announced: boolean;
  /** With prefix. */
  addresses: string[];
  gateways: string[];
  mtu?: number;
  /** Device of the VLAN on it. */
  vlan?: string;
  /** DNS servers that DHCP gives are used. */
  useDns: boolean;
  useDomains: boolean;
}

export interface Configuration {
  /** By device. One without a file of ours is as the machine file says. */
  devices: ReadonlyMap<string, Configured>;
  /** VLAN ID by device. */
  vlans: ReadonlyMap<string, number>;
}

/** @param prefix how paths of files of ours begin: ROOT/etc/systemd/network/10-gatehouse- */
export async function readConfiguration(prefix: string): Promise<Configuration> {
  const folder = dirname(prefix);
  const names = await readdir(folder).catch(() => []);
  const devices = new Map<string, Configured>();
  const vlans = new Map<string, number>();
  for (const name of names.filter((one) => one.startsWith(basename(prefix)))) {
    const lines = linesOf(await textOf(join(folder, name)));
    const first = (section: string, key: string) => valuesOf(lines, section, key)[0];
    const device = first('Match', 'Name');
    if (name.endsWith('.netdev')) vlans.set(first('NetDev', 'Name') ?? '', Number(first('VLAN', 'Id')));
    else if (name.endsWith('.network') && device !== undefined) {
      const mtu = first('Link', 'MTUBytes');
      const vlan = first('Network', 'VLAN');
      devices.set(device, {
        dhcp: first('Network', 'DHCP') === 'ipv4',
        linkLocal: first('Network', 'LinkLocalAddressing') === 'ipv6',
        announced: first('Network', 'IPv6AcceptRA') === 'yes',
        addresses: valuesOf(lines, 'Network', 'Address'),
        gateways: valuesOf(lines, 'Network', 'Gateway'),
        ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
        ...(vlan === undefined ? {} : { vlan }),
        useDns: first('DHCPv4', 'UseDNS') !== 'no',
        useDomains: first('DHCPv4', 'UseDomains') !== 'no',
      });
    }
  }
  return { devices, vlans };
}

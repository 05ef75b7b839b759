/**
 * The files of systemd.network(5) and systemd.netdev(5) that make interfaces what the settings say. Pure; every
 * value is parsed again here, so that nothing but addresses and numbers can get into a file.
 */
import type { InterfaceSettings } from '../../appliance.ts';
import { fail } from '../../errors.ts';
import { type Cidr, parseCidr, parseGateway } from '../../values/cidr.ts';
import { parseMtu } from '../../values/mtu.ts';
import type { Parsed } from '../../values/result.ts';
import { parseVlan } from '../../values/vlan.ts';
import type { EffectOf, ManagedFile } from '../files.ts';

const folder = '/etc/systemd/network';
/** Begins the name of each file of ours. */
export const ours = `${folder}/10-gatehouse-`;

/** Interfaces as the settings have them, by name. */
export type Interfaces = Readonly<Record<string, InterfaceSettings>>;

export interface FromNetwork {
  /** DNS servers that DHCP and routers announce are used: so where none are set. */
  dns: boolean;
  /** The same for the search domains. */
  domains: boolean;
}

/**
 * The name of a VLAN's device: "eth0.20", or where that is longer than the kernel's 15 characters, "v20-" and the end
 * of the interface's name.
 */
export function vlanDevice(name: string, vlan: number): string {
  const usual = `${name}.${vlan}`;
  if (usual.length <= 15) return usual;
  const start = `v${vlan}-`;
  return `${start}${name.slice(start.length - 15)}`;
}

/**
 * All files of ours for those interfaces. `before`: what the settings were; its files that are no longer needed are
 * in the list as files that must not exist.
 * @throws Failure 'bad-value'
 */
export function renderInterfaces(interfaces: Interfaces, from: FromNetwork, before: Interfaces = {}): ManagedFile[] {
  const files = Object.entries(interfaces).flatMap(([name, settings]) => filesOf(name, settings, from));
  const needed = new Set(files.map(({ path }) => path));
  const stale = Object.entries(before)
    .flatMap(([name, settings]) => filesOf(name, settings, from))
    .filter(({ path }) => !needed.has(path));
  return [...files, ...stale.map((file) => ({ ...file, content: null }))];
}

/**
 * What networkd has to be told when `before` became `after`, and when it becomes `before` again.
 * @param mtus what each interface has now, under `before`: networkd leaves an MTU that no file names any more
 */
export function networkEffects(
  before: Interfaces,
  after: Interfaces,
  mtus: Readonly<Record<string, number>>,
): { there: EffectOf<'networkd'>; back: EffectOf<'networkd'> } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const own = Object.fromEntries(
    changed.map((name) => [name, before[name]?.mtu === undefined ? (mtus[name] ?? usualMtu) : usualMtu]),
  );
  return { there: effect(before, after, changed, own), back: effect(after, before, changed, own) };
}

/** Ethernet's. */
const usualMtu = 1500;

function effect(from: Interfaces, to: Interfaces, changed: string[], own: Record<string, number>) {
  const kept = devices(to);
  const among = (name: string): string[] => {
    const vlan = to[name]?.vlan;
    return vlan === undefined ? [name] : [name, vlanDevice(name, vlan)];
  };
  return {
    kind: 'networkd' as const,
    reconfigure: changed.flatMap(among),
    remove: devices(from).filter((device) => !kept.includes(device)),
    mtu: Object.fromEntries(
      changed
        .filter((name) => to[name]?.mtu === undefined)
        .flatMap((name) => among(name).map((device) => [device, own[name] ?? usualMtu])),
    ),
  };
}

function devices(interfaces: Interfaces): string[] {
  return Object.entries(interfaces).flatMap(([name, { vlan }]) => (vlan === undefined ? [] : [vlanDevice(name, vlan)]));
}

function filesOf(name: string, settings: InterfaceSettings, from: FromNetwork): ManagedFile[] {
  // Match Name= takes shell patterns, and the name is part of a path.
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(name))
    throw fail('bad-value', { field: 'interface', why: 'it is not the name of an interface', right: 'eth0' });
  const addresses = networkOf(settings, from);
  const link = linkOf(settings);
  if (settings.vlan === undefined) return [file(name, 'network', [match(name), link, ...addresses])];
  const id = checked('VLAN', parseVlan(String(settings.vlan)));
  const device = vlanDevice(name, id);
  return [
    file(name, 'network', [match(name), link, section('Network', [...nothing, ['VLAN', device]])]),
    file(device, 'netdev', [
      section('NetDev', [
        ['Name', device],
        ['Kind', 'vlan'],
      ]),
      section('VLAN', [['Id', String(id)]]),
    ]),
    file(device, 'network', [match(device), link, ...addresses]),
  ];
}

type Line = readonly [key: string, value: string];

/** Up, and without any address. */
const nothing: Line[] = [
  ['DHCP', 'no'],
  ['LinkLocalAddressing', 'no'],
  ['IPv6AcceptRA', 'no'],
];

function networkOf(settings: InterfaceSettings, from: FromNetwork): string[] {
  const { method, ipv6 } = settings;
  const lines: Line[] = [
    ['DHCP', method === 'dhcp' ? 'ipv4' : 'no'],
    ['LinkLocalAddressing', ipv6.method === 'off' ? 'no' : 'ipv6'],
    ['IPv6AcceptRA', yes(ipv6.method === 'automatic')],
    // Addresses of DHCP go with their lease, and at once when another method is set.
    ['KeepConfiguration', 'no'],
    ...(method === 'static' ? addressLines('address', settings.address, settings.gateway) : []),
    ...(ipv6.method === 'static' ? addressLines('IPv6 address', ipv6.address, ipv6.gateway) : []),
  ];
  const use: Line[] = [
    ['UseDNS', yes(from.dns)],
    ['UseDomains', yes(from.domains)],
  ];
  // Time servers of a link come before those that are set (timesyncd.conf(5)).
  const noTime: Line = ['UseNTP', 'no'];
  return [
    section('Network', lines),
    // Machines made of one image share what a DUID is made of, and would be given one address.
    ...(method === 'dhcp' ? [section('DHCPv4', [['ClientIdentifier', 'mac'], ...use, noTime])] : []),
    ...(ipv6.method === 'automatic' ? [section('DHCPv6', [...use, noTime]), section('IPv6AcceptRA', use)] : []),
  ];
}

function addressLines(field: string, address = '', gateway?: string): Line[] {
  const cidr: Cidr = checked(field, parseCidr(address));
  return [
    ['Address', cidr],
    ...(gateway === undefined ? [] : [['Gateway', checked('gateway', parseGateway(gateway, cidr))] as const]),
  ];
}

function linkOf({ mtu, ipv6 }: InterfaceSettings): string {
  if (mtu === undefined) return '';
  return section('Link', [
    ['MTUBytes', String(checked('MTU', parseMtu(String(mtu), { ipv6: ipv6.method !== 'off' })))],
  ]);
}

function checked<T>(field: string, parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw fail('bad-value', { field, why: parsed.why, right: parsed.right });
}

const yes = (claim: boolean) => (claim ? 'yes' : 'no');
const match = (name: string) => section('Match', [['Name', name]]);

function section(name: string, lines: readonly Line[]): string {
  return `[${name}]\n${lines.map(([key, value]) => `${key}=${value}\n`).join('')}`;
}

function file(name: string, kind: 'network' | 'netdev', sections: readonly string[]): ManagedFile {
  const content = `# Written by Gatehouse; changes made here are lost.\n${sections.filter(Boolean).join('\n')}`;
  return { path: `${ours}${name}.${kind}`, content, mode: 0o644 };
}

/** What of an interface's new settings cannot be, and what should be known before: against the machine and the link. */
import type { Found } from '../adapters/network/parse.ts';
import { vlanDevice } from '../adapters/network/render.ts';
import type { InterfaceSettings } from '../appliance.ts';
import type { Settings } from '../settings/schema.ts';
import { type Cidr, isInside, networksOverlap, partsOf, subnetOf } from '../values/cidr.ts';
import { parseAddress } from '../values/host.ts';
import type { Mistakes } from './mistakes.ts';
import type { System } from './system.ts';

export interface Checked {
  name: string;
  settings: InterfaceSettings;
  before: Settings;
  found: readonly Found[];
}

/** Notes mistakes by the draft's fields; gives warnings, a sentence each. Changes nothing. 6 s at most. */
export async function checkInterface(
  { machine }: System,
  checked: Checked,
  mistakes: Mistakes,
  signal: AbortSignal,
): Promise<string[]> {
  const { name, settings, found } = checked;
  const own = found.find((one) => one.name === name);
  if (!own) {
    mistakes.add('name', `this machine has no interface ${name}`, found[0]?.name ?? 'none');
    return [];
  }
  const warnings = [...managed(own, mistakes), ...neighbours(checked, mistakes)];
  if (settings.method === 'static' && settings.address !== undefined)
    warnings.push(...(await inUse(machine, own, settings, mistakes, signal)));
  return warnings;
}

/** Files of networkd count in the order of their names, wherever they lie (systemd.network(5)). */
function managed({ name, managedBy }: Found, mistakes: Mistakes): string[] {
  if (managedBy === undefined) return [];
  const isFile = managedBy.startsWith('/');
  if (isFile && (managedBy.split('/').at(-1) ?? '') > '10-gatehouse-')
    return [`${name} is set up by ${managedBy} now; the file stays, and what is set here comes before it.`];
  mistakes.add('name', `it is managed by ${managedBy}`, 'an interface that nothing else manages');
  return [];
}

/** No address twice on this machine, neither set nor in effect; networks that overlap are only told. */
function neighbours({ name, settings, before, found }: Checked, mistakes: Mistakes): string[] {
  const warnings: string[] = [];
  for (const [field, cidr] of [
    ['address', settings.address],
    ['ipv6.address', settings.ipv6.address],
  ] as const) {
    if (cidr === undefined) continue;
    const others = othersOf(name, before, found);
    const same = others.find((one) => one.cidr.split('/')[0] === cidr.split('/')[0]);
    if (same) mistakes.add(field, `${same.name} has the same address`, 'another address');
    const overlapping = others.find((one) => one !== same && networksOverlap(one.cidr as Cidr, cidr as Cidr));
    if (overlapping)
      warnings.push(
        `${name} would be in the network ${subnetOf(cidr as Cidr)}, which overlaps that of ${overlapping.name} (${overlapping.cidr}).`,
      );
  }
  return warnings;
}

function othersOf(name: string, before: Settings, found: readonly Found[]): { name: string; cidr: string }[] {
  const set = Object.entries(before.interfaces).flatMap(([other, { address, ipv6 }]) =>
    [address, ipv6.address].flatMap((cidr) => (cidr === undefined ? [] : [{ name: other, cidr: String(cidr) }])),
  );
  const inEffect = found.flatMap(({ name: other, addresses }) =>
    addresses.filter(({ from }) => from !== 'link-local').map(({ address }) => ({ name: other, cidr: address })),
  );
  return [...set, ...inEffect].filter((one) => one.name !== name);
}

/** Asked on the link that the address will be on, which for a new VLAN is not there yet. */
async function inUse(
  { network }: System['machine'],
  own: Found,
  { address: cidr = '', vlan }: InterfaceSettings,
  mistakes: Mistakes,
  signal: AbortSignal,
): Promise<string[]> {
  const { address } = partsOf(cidr as Cidr);
  if (vlan === own.vlan && own.addresses.some((one) => one.address.split('/')[0] === address)) return [];
  if (vlan !== undefined && vlan !== own.vlan)
    return [`Whether ${address} is free in VLAN ${vlan} of ${own.name} is seen only when it is applied.`];
  const device = vlan === undefined ? own.name : vlanDevice(own.name, vlan);
  const found = await network.probeDuplicate(device, address, signal);
  if (found.state === 'in use')
    mistakes.add('address', `it is in use on the link, by ${found.mac}`, 'an address that nobody has');
  return found.state === 'unknown' ? [`Whether ${address} is free could not be told: ${found.why}`] : [];
}

/** SSH sessions that come in through the interface, and will be cut where its addresses change. */
export async function cutSessions(
  { machine }: System,
  { name, settings, found }: Pick<Checked, 'name' | 'settings' | 'found'>,
  signal: AbortSignal,
): Promise<string[]> {
  const own = found.find((one) => one.name === name);
  if (!own || staysReachable(own, settings)) return [];
  const { sessions } = await machine.ssh.state(signal);
  const through = sessions.filter(({ from }) => interfaceTo(from, found) === name);
  return through.map(
    ({ user, from }) => `The SSH session of ${user} from ${from} comes through ${name} and will be cut.`,
  );
}

/** Is nothing changed that a connection lives on? With DHCP the same address is likely, but not sure. */
function staysReachable(own: Found, { method, address, vlan }: InterfaceSettings): boolean {
  if (vlan !== own.vlan) return false;
  if (method === 'static') return own.addresses.some((one) => one.address === address);
  return method === 'dhcp' && own.addresses.some(({ from }) => from === 'dhcp');
}

/** The interface that reaches the address: the one in its network, or else the one with a gateway. */
function interfaceTo(address: string, found: readonly Found[]): string | undefined {
  const parsed = parseAddress(address.split('%')[0] ?? '');
  if (!parsed.ok) return undefined;
  const near = found.find(({ addresses }) =>
    addresses.some((one) => isInside(parsed.value, subnetOf(one.address as Cidr))),
  );
  return (near ?? found.find(({ gateways }) => gateways.length > 0))?.name;
}

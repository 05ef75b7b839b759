/** `gatehouse network …`. How a change is made is in transaction.ts. */
import type { InterfaceSettings, InterfaceState } from '../appliance.ts';
import { fail } from '../errors.ts';
import { exits } from './exit.ts';
import type { Context } from './options.ts';
import { fields, table } from './table.ts';
import { type TransactionOptions, transaction } from './transaction.ts';

export interface NetworkOptions extends TransactionOptions {
  dhcp?: true;
  static?: string;
  unconfigured?: true;
  gateway?: string;
  /** "auto", "off" or an address with its prefix. */
  ipv6?: string;
  ipv6Gateway?: string;
  vlan?: number | 'none';
  mtu?: number | 'none';
}

export async function list({ appliance, output, signal }: Context): Promise<number> {
  const interfaces = await appliance.network.read({}, { signal });
  output.text(
    table(
      interfaces.map((one) => [
        one.name,
        one.link,
        one.managedBy === undefined ? configuredText(one.configured) : `managed by ${one.managedBy}`,
        one.addresses.map(({ address }) => address).join(', '),
      ]),
    ),
  );
  output.value(interfaces);
  return exits.done;
}

export async function show({ appliance, output, signal }: Context, name: string): Promise<number> {
  const one = named(await appliance.network.read({}, { signal }), name);
  const { configured } = one;
  const from = (all: readonly { address: string; from: string }[]) =>
    all.map(({ address, from }) => `${address} (${from})`).join(', ') || 'none';
  output.text(
    fields([
      ['Interface', one.name],
      ['Link', one.speed === undefined ? one.link : `${one.link}, ${one.speed} Mbit/s`],
      ['MAC', one.mac],
      ['Managed by', one.managedBy],
      ['Configured', configuredText(configured)],
      ['  gateway', configured?.gateway],
      ['  IPv6', configured && ipv6Text(configured)],
      ['  VLAN', configured?.vlan],
      ['  MTU', configured?.mtu],
      ['In effect', from(one.addresses)],
      ['  gateways', from(one.gateways)],
      ['  VLAN', one.vlan],
      ['  MTU', one.mtu],
    ]),
  );
  output.value(one);
  return exits.done;
}

export async function set(context: Context, name: string, options: NetworkOptions): Promise<number> {
  const { configured } = named(await context.appliance.network.read({}, { signal: context.signal }), name);
  const settings = settingsOf(configured, options);
  return transaction(context, { section: 'interface', name, settings }, options);
}

export function reset(context: Context, options: TransactionOptions): Promise<number> {
  return transaction(context, { section: 'reset-network' }, options);
}

/**
 * What the options make of the present settings: what they do not name stays.
 * @throws Failure 'bad-value' where neither says how the interface gets its address
 */
export function settingsOf(now: InterfaceSettings | undefined, options: NetworkOptions): InterfaceSettings {
  const { dhcp, static: address, unconfigured } = options;
  const method = dhcp ? 'dhcp' : unconfigured ? 'unconfigured' : address === undefined ? now?.method : 'static';
  if (method === undefined)
    throw fail('bad-value', {
      field: 'method',
      why: 'this interface is not set up by Gatehouse yet',
      right: '--dhcp, --static ADDRESS or --unconfigured',
    });
  const isNew = dhcp || unconfigured || address !== undefined;
  const gateway = options.gateway ?? (isNew ? undefined : now?.gateway);
  const own = address ?? (isNew ? undefined : now?.address);
  const vlan = kept(options.vlan, now?.vlan);
  const mtu = kept(options.mtu, now?.mtu);
  return {
    method,
    ...(own === undefined ? {} : { address: own }),
    ...(gateway === undefined ? {} : { gateway }),
    ipv6: ipv6Of(now?.ipv6 ?? { method: 'automatic' }, options),
    ...(vlan === undefined ? {} : { vlan }),
    ...(mtu === undefined ? {} : { mtu }),
  };
}

const kept = (given: number | 'none' | undefined, now: number | undefined) =>
  given === undefined ? now : given === 'none' ? undefined : given;

function ipv6Of(now: InterfaceSettings['ipv6'], { ipv6, ipv6Gateway }: NetworkOptions): InterfaceSettings['ipv6'] {
  const gateway = ipv6Gateway === undefined ? {} : { gateway: ipv6Gateway };
  if (ipv6 === undefined) return { ...now, ...gateway };
  if (ipv6 === 'auto' || ipv6 === 'automatic') return { method: 'automatic', ...gateway };
  return ipv6 === 'off' ? { method: 'off', ...gateway } : { method: 'static', address: ipv6, ...gateway };
}

function named(interfaces: readonly InterfaceState[], name: string): InterfaceState {
  const found = interfaces.find((one) => one.name === name);
  if (found) return found;
  const names = interfaces.map((one) => one.name).join(', ');
  throw fail('unavailable', { what: `The interface ${name}`, why: names ? `there are ${names}` : 'there is none' });
}

function configuredText(settings: InterfaceSettings | undefined): string {
  if (!settings) return 'not set up';
  return settings.method === 'static' ? `static ${settings.address}` : settings.method;
}

function ipv6Text({ ipv6 }: InterfaceSettings): string {
  return [ipv6.method, ipv6.address, ipv6.gateway && `gateway ${ipv6.gateway}`].filter(Boolean).join(' ');
}

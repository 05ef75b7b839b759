/** The settings of the network interfaces, and the rules between their fields and between one another. */
import * as z from 'zod';
import { type Cidr, parseCidr, parseGateway, partsOf } from '../values/cidr.ts';
import { isIpv6, parseAddress } from '../values/host.ts';
import { leastMtu, parseMtu } from '../values/mtu.ts';
import { good, wrong } from '../values/result.ts';
import { parseVlan } from '../values/vlan.ts';
import { mistake, numberField, textField } from './fields.ts';

/** Characters and length that systemd takes for an interface (IFNAMSIZ: 15). */
const interfaceName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/;

const cidrOf = (ipv6: boolean) =>
  textField((text) => {
    const parsed = parseCidr(text);
    if (!parsed.ok || isIpv6(partsOf(parsed.value).address) === ipv6) return parsed;
    return ipv6 ? wrong('not an IPv6 address', '2001:db8::5/64') : wrong('not an IPv4 address', '10.0.0.5/24');
  });
/** Judged with its address, below. */
const gateway = textField((text) => parseAddress(text));

const ipv6 = z.strictObject({
  method: z.enum(['automatic', 'static', 'off']).default('automatic'),
  address: cidrOf(true).exactOptional(),
  gateway: gateway.exactOptional(),
});

type Mistake = (path: string[], why: string, right?: string) => void;
interface Family {
  method: string;
  address?: Cidr;
  gateway?: string;
}

const oneInterface = z
  .strictObject({
    method: z.enum(['dhcp', 'static', 'unconfigured']),
    address: cidrOf(false).exactOptional(),
    gateway: gateway.exactOptional(),
    ipv6: ipv6.prefault({}),
    vlan: numberField(parseVlan).exactOptional(),
    mtu: numberField((text) => parseMtu(text, { ipv6: false })).exactOptional(),
  })
  .superRefine((given, context) => {
    const tell: Mistake = (path, why, right) => mistake(context, path, why, right);
    judge(given, tell, '10.0.0.5/24');
    judge(given.ipv6, (path, why, right) => tell(['ipv6', ...path], why, right), '2001:db8::5/64');
    if (given.ipv6.method !== 'off' && given.mtu !== undefined && given.mtu < leastMtu(true))
      tell(['mtu'], `with IPv6 it is at least ${leastMtu(true)}`, '1500');
  });

function judge(given: Family, tell: Mistake, example: string): void {
  if (given.method !== 'static') {
    for (const field of ['address', 'gateway'] as const)
      if (given[field] !== undefined) tell([field], 'given, but the method is not static');
    return;
  }
  if (given.address === undefined) tell(['address'], 'nothing is given', example);
  if (given.address === undefined || given.gateway === undefined) return;
  const parsed = parseGateway(given.gateway, given.address);
  if (!parsed.ok) tell(['gateway'], parsed.why, parsed.right);
}

/** By name. No address is on two interfaces; the second is told. */
export const interfaces = z
  .record(
    z.string().transform((name, context) => {
      const parsed = interfaceName.test(name) ? good(name) : wrong('not the name of an interface', 'eth0');
      if (!parsed.ok) mistake(context, [], parsed.why, parsed.right);
      return name;
    }),
    oneInterface,
  )
  .default({})
  .superRefine((all, context) => {
    const owners = new Map<string, string>();
    for (const [name, { address, ipv6 }] of Object.entries(all))
      for (const [path, cidr] of [
        [['address'], address],
        [['ipv6', 'address'], ipv6.address],
      ] as const) {
        if (cidr === undefined) continue;
        const owner = owners.get(partsOf(cidr).address);
        if (owner) mistake(context, [name, ...path], `${owner} has the same address`);
        else owners.set(partsOf(cidr).address, name);
      }
  });

/**
 * An interface's address with its prefix, the subnet it lies in, and its gateway. Pure reckoning: whether an address
 * is in use on the link, or on another interface, others find out.
 */
import { type Address, addressOf, bitsOf, isIpv6, numberOf, parseAddress, parseIpv4 } from './address.ts';
import { good, type Known, type Parsed, wrong } from './result.ts';
import { specialUse } from './special.ts';

/** "10.0.0.5/24": an address that an interface can have. */
export type Cidr = Known<string, 'cidr'>;
/** "10.0.0.0/24": all bits after the prefix are zero. */
export type Subnet = Known<string, 'subnet'>;

const right = '10.0.0.5/24';

/**
 * "10.0.0.5/24", "10.0.0.5/255.255.255.0", "10.0.0.5 255.255.255.0", "2001:db8::5/64". Addresses that name the whole
 * subnet are refused, but for the two of a /31 (RFC 3021) or /127 (RFC 6164), and a single /32 or /128.
 */
export function parseCidr(text: string): Parsed<Cidr> {
  const split = splitPrefix(text, right);
  if (!split.ok) return split;
  const { address, prefix } = split.value;
  const reason = whyNoInterface(address, prefix);
  return reason ? wrong(reason, isIpv6(address) ? '2001:db8::5/64' : right) : good(`${address}/${prefix}` as Cidr);
}

/** A network, for lists of them: "10.0.0.0/8". */
export function parseSubnet(text: string): Parsed<Subnet> {
  const split = splitPrefix(text, '10.0.0.0/8');
  if (!split.ok) return split;
  const subnet = subnetOf(`${split.value.address}/${split.value.prefix}`);
  if (subnet !== `${split.value.address}/${split.value.prefix}`)
    return wrong('an address inside a network is given', subnet);
  return good(subnet);
}

/**
 * The gateway of that address: inside its subnet, not the address itself, no network or broadcast address. An IPv6
 * gateway may be link-local, as routers announce themselves.
 */
export function parseGateway(text: string, of: Cidr): Parsed<Address> {
  const example = exampleGateway(of);
  const parsed = parseAddress(text);
  if (!parsed.ok) return wrong(parsed.why, example);
  const gateway = parsed.value;
  const { address, prefix } = partsOf(of);
  if (isIpv6(gateway) !== isIpv6(address))
    return wrong(`the address is ${family(address)}, this is ${family(gateway)}`, example);
  if (gateway === address) return wrong('it is the same as the address', example);
  if (isIpv6(gateway) && specialUse(gateway) === 'link-local') return good(gateway);
  if (subnetOf(`${gateway}/${prefix}`) !== subnetOf(of))
    return wrong(`it is outside the subnet ${subnetOf(of)}`, example);
  const reason = whyNoInterface(gateway, prefix);
  return reason ? wrong(reason, example) : good(gateway);
}

/** "10.0.0.5/24" as address and prefix. */
export function partsOf(cidr: Cidr | Subnet): { address: Address; prefix: number } {
  const [address = '', prefix = ''] = cidr.split('/');
  return { address: address as Address, prefix: Number(prefix) };
}

/** The subnet that an address with prefix lies in. */
export function subnetOf(cidr: Cidr | Subnet | `${Address}/${number}`): Subnet {
  const { address, prefix } = partsOf(cidr as Cidr);
  const rest = BigInt(bitsOf(address) - prefix);
  return `${addressOf((numberOf(address) >> rest) << rest, bitsOf(address))}/${prefix}` as Subnet;
}

/** Have the two subnets an address in common? */
export function networksOverlap(a: Cidr | Subnet, b: Cidr | Subnet): boolean {
  const [one, other] = [partsOf(a), partsOf(b)];
  if (bitsOf(one.address) !== bitsOf(other.address)) return false;
  const rest = BigInt(bitsOf(one.address) - Math.min(one.prefix, other.prefix));
  return numberOf(one.address) >> rest === numberOf(other.address) >> rest;
}

/** Does the address lie in that subnet? */
export function isInside(address: Address, subnet: Subnet): boolean {
  return networksOverlap(`${address}/${bitsOf(address)}` as Subnet, subnet);
}

/** 24 is 255.255.255.0. */
export function netmaskOf(prefix: number): string {
  return addressOf((2n ** 32n - 1n) ^ (2n ** BigInt(32 - prefix) - 1n), 32);
}

interface Split {
  address: Address;
  prefix: number;
}

function splitPrefix(text: string, example: string): Parsed<Split> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', example);
  const [first = '', second, ...more] = given.split(/\s*\/\s*|\s+/);
  if (more.length > 0) return wrong('not an address with a prefix', example);
  const parsed = parseAddress(first);
  if (!parsed.ok) return wrong(parsed.why, example);
  const address = parsed.value;
  if (!second) return wrong('the prefix is missing', `${address}/${isIpv6(address) ? 64 : 24}`);
  const prefix = prefixFrom(second, address);
  return prefix.ok ? good({ address, prefix: prefix.value }) : prefix;
}

function prefixFrom(text: string, address: Address): Parsed<number> {
  const bits = bitsOf(address);
  const example = `${address}/${bits === 128 ? 64 : 24}`;
  if (bits === 32 && text.includes('.')) return prefixFromNetmask(text, example);
  if (!/^\d{1,3}$/.test(text)) return wrong('the prefix is not a number', example);
  if (Number(text) < 1 || Number(text) > bits) return wrong(`the prefix is 1 to ${bits}`, example);
  return good(Number(text));
}

function prefixFromNetmask(text: string, example: string): Parsed<number> {
  const mask = parseIpv4(text);
  if (!mask.ok) return wrong('not a netmask', example);
  const ones = numberOf(mask.value).toString(2).padStart(32, '0');
  if (!/^1+0*$/.test(ones)) return wrong('not a netmask: its ones are not all in front', example);
  return good(ones.lastIndexOf('1') + 1);
}

/** Why no interface can have the address, or undefined. */
function whyNoInterface(address: Address, prefix: number): string | undefined {
  const special = specialUse(address);
  if (special) return reasons[special];
  const rest = bitsOf(address) - prefix;
  if (rest < 2) return undefined;
  const inside = numberOf(address) & (2n ** BigInt(rest) - 1n);
  if (inside === 0n) return `it is the network address of ${address}/${prefix}`;
  if (!isIpv6(address) && inside === 2n ** BigInt(rest) - 1n)
    return `it is the broadcast address of ${subnetOf(`${address}/${prefix}`)}`;
  return undefined;
}

const reasons = {
  loopback: 'it is a loopback address, which never leaves the machine',
  multicast: 'it is a multicast address, which stands for a group',
  unspecified: 'it stands for no address in particular',
  'link-local': 'it is a link-local address, which no router passes on',
  reserved: 'it is of a reserved range',
  broadcast: 'it is the broadcast address',
  mapped: 'it is an IPv4 address in the form of IPv6',
} as const;

function exampleGateway(of: Cidr): string {
  const { address, prefix } = partsOf(of);
  const bits = bitsOf(address);
  if (prefix === bits) return 'none, as the subnet holds nothing but the address';
  const network = numberOf(partsOf(subnetOf(of)).address);
  const first = bits - prefix === 1 ? network : network + 1n;
  return addressOf(first === numberOf(address) ? first + 1n : first, bits);
}

function family(address: Address): string {
  return isIpv6(address) ? 'IPv6' : 'IPv4';
}

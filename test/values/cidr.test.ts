/** Addresses with prefix, gateways and subnets: tables, and agreement with ipaddr.js. */
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  type Cidr,
  isInside,
  netmaskOf,
  networksOverlap,
  parseCidr,
  parseGateway,
  parseSubnet,
  type Subnet,
  subnetOf,
} from '../../src/values/cidr.ts';
import { parseAddress } from '../../src/values/host.ts';
import { sure } from '../../src/values/result.ts';
import { table } from './table.ts';

const right = '10.0.0.5/24';
const right6 = '2001:db8::5/64';

table(
  'address with prefix',
  parseCidr,
  [
    ['10.0.0.5/24', '10.0.0.5/24'],
    [' 10.0.0.5 / 24 ', '10.0.0.5/24'],
    ['10.0.0.5/255.255.255.0', '10.0.0.5/24'],
    ['10.0.0.5 255.255.255.0', '10.0.0.5/24'],
    ['10.0.0.5 255.255.255.252', '10.0.0.5/30'],
    ['10.0.0.4/31', '10.0.0.4/31'],
    ['10.0.0.5/31', '10.0.0.5/31'],
    ['10.0.0.5/32', '10.0.0.5/32'],
    ['10.0.0.5/255.255.255.255', '10.0.0.5/32'],
    ['10.0.0.255/16', '10.0.0.255/16'],
    ['2001:DB8::5/64', '2001:db8::5/64'],
    ['2001:db8::ffff:ffff:ffff:ffff/64', '2001:db8::ffff:ffff:ffff:ffff/64'],
    ['2001:db8::/127', '2001:db8::/127'],
    ['2001:db8::5/128', '2001:db8::5/128'],
  ],
  [
    ['', 'nothing is given', right],
    ['10.0.0.5', 'the prefix is missing', '10.0.0.5/24'],
    ['10.0.0.5/', 'the prefix is missing', '10.0.0.5/24'],
    ['2001:db8::5', 'the prefix is missing', '2001:db8::5/64'],
    ['10.0.0.5/0', 'the prefix is 1 to 32', '10.0.0.5/24'],
    ['10.0.0.5/33', 'the prefix is 1 to 32', '10.0.0.5/24'],
    ['2001:db8::5/129', 'the prefix is 1 to 128', '2001:db8::5/64'],
    ['10.0.0.5/x', 'the prefix is not a number', '10.0.0.5/24'],
    ['10.0.0.5/-1', 'the prefix is not a number', '10.0.0.5/24'],
    ['2001:db8::5/255.255.255.0', 'the prefix is not a number', '2001:db8::5/64'],
    ['10.0.0.5/255.0.255.0', 'not a netmask: its ones are not all in front', '10.0.0.5/24'],
    ['10.0.0.5 0.0.0.255', 'not a netmask: its ones are not all in front', '10.0.0.5/24'],
    ['10.0.0.5 0.0.0.0', 'not a netmask: its ones are not all in front', '10.0.0.5/24'],
    ['10.0.0.5/255.255.256.0', 'not a netmask', '10.0.0.5/24'],
    ['10.0.0.5 255.255.255.0 10.0.0.1', 'not an address with a prefix', right],
    ['10.0.0/24', 'an IPv4 address has four parts, this has 3', right],
    ['host/24', 'not an address', right],
    ['10.0.0.0/24', 'it is the network address of 10.0.0.0/24', right],
    ['10.0.0.255/24', 'it is the broadcast address of 10.0.0.0/24', right],
    ['10.0.0.7/30', 'it is the broadcast address of 10.0.0.4/30', right],
    ['127.0.0.1/8', 'it is a loopback address, which never leaves the machine', right],
    ['224.0.0.5/24', 'it is a multicast address, which stands for a group', right],
    ['0.0.0.0/8', 'it stands for no address in particular', right],
    ['169.254.1.1/16', 'it is a link-local address, which no router passes on', right],
    ['240.0.0.1/8', 'it is of a reserved range', right],
    ['255.255.255.255/32', 'it is the broadcast address', right],
    ['::1/128', 'it is a loopback address, which never leaves the machine', right6],
    ['::/64', 'it stands for no address in particular', right6],
    ['fe80::1/64', 'it is a link-local address, which no router passes on', right6],
    ['ff02::1/64', 'it is a multicast address, which stands for a group', right6],
    ['::ffff:10.0.0.5/96', 'it is an IPv4 address in the form of IPv6', right6],
    ['2001:db8::/64', 'it is the network address of 2001:db8::/64', right6],
  ],
);

const of = (address: string) => (text: string) => parseGateway(text, sure(parseCidr(address)));

table(
  'gateway of 10.0.0.5/24',
  of('10.0.0.5/24'),
  [
    ['10.0.0.1', '10.0.0.1'],
    [' 10.0.0.254 ', '10.0.0.254'],
  ],
  [
    ['', 'nothing is given', '10.0.0.1'],
    ['10.0.1.1', 'it is outside the subnet 10.0.0.0/24', '10.0.0.1'],
    ['10.0.0.5', 'it is the same as the address', '10.0.0.1'],
    ['10.0.0.0', 'it is the network address of 10.0.0.0/24', '10.0.0.1'],
    ['10.0.0.255', 'it is the broadcast address of 10.0.0.0/24', '10.0.0.1'],
    ['2001:db8::1', 'the address is IPv4, this is IPv6', '10.0.0.1'],
    ['router', 'not an address', '10.0.0.1'],
  ],
);
table('gateway of 10.0.0.1/24', of('10.0.0.1/24'), [], [['10.0.0.1', 'it is the same as the address', '10.0.0.2']]);
table(
  'gateway of 10.0.0.4/31',
  of('10.0.0.4/31'),
  [['10.0.0.5', '10.0.0.5']],
  [['10.0.0.6', 'it is outside the subnet 10.0.0.4/31', '10.0.0.5']],
);
table(
  'gateway of 10.0.0.4/32',
  of('10.0.0.4/32'),
  [],
  [['10.0.0.5', 'it is outside the subnet 10.0.0.4/32', 'none, as the subnet holds nothing but the address']],
);
table(
  'gateway of 2001:db8::5/64',
  of('2001:db8::5/64'),
  [
    ['2001:DB8::1', '2001:db8::1'],
    ['fe80::1', 'fe80::1'],
  ],
  [
    ['2001:db8:0:1::1', 'it is outside the subnet 2001:db8::/64', '2001:db8::1'],
    ['2001:db8::', 'it is the network address of 2001:db8::/64', '2001:db8::1'],
    ['10.0.0.1', 'the address is IPv6, this is IPv4', '2001:db8::1'],
  ],
);
table(
  'network',
  parseSubnet,
  [
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:db8::/32', '2001:db8::/32'],
  ],
  [['10.0.0.5/8', 'an address inside a network is given', '10.0.0.0/8']],
);

// ipaddr.js takes "::1.2.3.4" for "::ffff:1.2.3.4"; host.test.ts has the dotted ones judged by another.
const ipv6 = fc.ipV6().filter((text) => !text.includes('.'));
const address = fc.oneof(fc.ipV4(), ipv6);
const withPrefix = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })),
  fc.tuple(ipv6, fc.integer({ min: 1, max: 128 })),
);
const subnet = withPrefix.map(([text, prefix]) => subnetOf(`${sure(parseAddress(text))}/${prefix}`));

describe('agreement with ipaddr.js', () => {
  test('an IPv4 address is taken exactly where it is an ordinary one, not the subnet’s first or last', () => {
    const ordinary = ['unicast', 'private', 'carrierGradeNat', 'benchmarking'];
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (text, prefix) => {
        const reference = ipaddr.IPv4.parse(text);
        const range = reference.range();
        // ipaddr.js knows documentation and other small assignments as "reserved"; only 240/4 is refused here.
        const usable = ordinary.includes(range) || (!(range in refused) && (reference.octets[0] ?? 0) < 224);
        const cidr = `${text}/${prefix}`;
        const edge =
          prefix < 31 &&
          [ipaddr.IPv4.networkAddressFromCIDR(cidr), ipaddr.IPv4.broadcastAddressFromCIDR(cidr)]
            .map(String)
            .includes(text);
        expect(parseCidr(cidr).ok).toBe(usable && !edge);
      }),
      { numRuns: 3000 },
    );
  });
  test('subnets', () => {
    fc.assert(
      fc.property(withPrefix, ([text, prefix]) => {
        const network = text.includes(':')
          ? ipaddr.IPv6.networkAddressFromCIDR(`${text}/${prefix}`)
          : ipaddr.IPv4.networkAddressFromCIDR(`${text}/${prefix}`);
        const ours = subnetOf(`${sure(parseAddress(text))}/${prefix}`);
        expect(ipaddr.parse(ours.split('/')[0] ?? '').toByteArray()).toEqual(network.toByteArray());
      }),
    );
  });
  test('netmasks, both ways', () => {
    for (let prefix = 1; prefix <= 32; prefix += 1) {
      expect(netmaskOf(prefix)).toBe(ipaddr.IPv4.subnetMaskFromPrefixLength(prefix).toString());
      expect(parseSubnet(`128.0.0.0/${netmaskOf(prefix)}`)).toEqual({ ok: true, value: `128.0.0.0/${prefix}` });
    }
  });
  test('whether an address lies inside a subnet', () => {
    fc.assert(
      fc.property(address, subnet, (text, network) => {
        const parsed = ipaddr.parse(text);
        const [base, bits] = ipaddr.parseCIDR(network);
        const inside = parsed.kind() === base.kind() && parsed.match(base as never, bits);
        expect(isInside(sure(parseAddress(text)), network)).toBe(inside);
      }),
    );
  });
});

test('two networks overlap exactly when one holds the other’s first address, whichever is asked first', () => {
  fc.assert(
    fc.property(subnet, subnet, (a, b) => {
      const first = (network: Subnet) => sure(parseAddress(network.split('/')[0] ?? ''));
      const overlap = isInside(first(a), b) || isInside(first(b), a);
      expect(networksOverlap(a, b)).toBe(overlap);
      expect(networksOverlap(b, a)).toBe(overlap);
    }),
  );
  expect(networksOverlap('10.0.0.5/24' as Cidr, '10.0.0.9/25' as Cidr)).toBe(true);
  expect(networksOverlap('10.0.0.5/24' as Cidr, '10.0.1.5/24' as Cidr)).toBe(false);
});

const refused = { unspecified: 1, broadcast: 1, multicast: 1, linkLocal: 1, loopback: 1 };

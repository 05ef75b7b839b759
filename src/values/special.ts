/** Addresses that no machine on a network can be given or be reached at (RFC 6890). */
import { type Address, bitsOf, numberOf } from './address.ts';

export type SpecialUse = 'loopback' | 'multicast' | 'unspecified' | 'link-local' | 'reserved' | 'broadcast' | 'mapped';

/** First bits of the block as a number, how many they are, and what it is for. The first that fits counts. */
type Block = readonly [first: bigint, prefix: number, use: SpecialUse];

const ipv4: readonly Block[] = [
  [0n, 8, 'unspecified'],
  [127n, 8, 'loopback'],
  [0xa9fen, 16, 'link-local'],
  [0xen, 4, 'multicast'],
  [0xffffffffn, 32, 'broadcast'],
  [0xfn, 4, 'reserved'],
];

const ipv6: readonly Block[] = [
  [0n, 128, 'unspecified'],
  [1n, 128, 'loopback'],
  [0xffffn, 96, 'mapped'],
  [0xfe80n >> 6n, 10, 'link-local'],
  [0xffn, 8, 'multicast'],
];

/** What the address is set aside for, or undefined for an ordinary one. */
export function specialUse(address: Address): SpecialUse | undefined {
  const bits = bitsOf(address);
  const number = numberOf(address);
  const blocks = bits === 128 ? ipv6 : ipv4;
  return blocks.find(([first, prefix]) => number >> BigInt(bits - prefix) === first)?.[2];
}

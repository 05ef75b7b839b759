/** VLAN IDs: 1 to 4094; 0 and 4095 are reserved (IEEE 802.1Q, 9.6). */
import type { Known, Parsed } from './result.ts';
import { parseWhole } from './whole.ts';

export type VlanId = Known<number, 'vlan'>;

export function parseVlan(text: string): Parsed<VlanId> {
  return parseWhole(text, { from: 1, to: 4094, right: '100' }) as Parsed<VlanId>;
}

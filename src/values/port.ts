/** TCP and UDP port numbers: 1 to 65535. */
import type { Known, Parsed } from './result.ts';
import { parseWhole } from './whole.ts';

export type Port = Known<number, 'port'>;

export function parsePort(text: string, right = '443'): Parsed<Port> {
  return parseWhole(text, { from: 1, to: 65535, right }) as Parsed<Port>;
}

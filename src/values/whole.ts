/** Whole numbers in decimal, for ports, VLAN IDs, MTUs and the like. */
import { good, type Parsed, wrong } from './result.ts';

/** Digits only; zeros in front are dropped, as the front panel shows port "0443". */
export function parseWhole(
  text: string,
  { from, to, right }: { from: number; to: number; right: string },
): Parsed<number> {
  const given = text.trim();
  if (given === '') return wrong('nothing is given', right);
  if (!/^[0-9]+$/.test(given)) return wrong('not a whole number', right);
  const number = Number(given);
  if (number < from || number > to) return wrong(`it is ${from} to ${to}`, right);
  return good(number);
}

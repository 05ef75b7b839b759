/** Lists of values: typed with blanks or commas between, or one to a field. Nothing about what the values are. */
import { good, type Parsed, wrong } from './result.ts';

export interface ListRule<T> {
  parse(entry: string): Parsed<T>;
  /** How many at most. */
  most: number;
  /** An example of a right list. */
  right: string;
  /** What two entries must not share. Default: the entry as text. */
  key?(value: T): string;
}

/** Empty entries are left out; no entry at all is a right, empty list. A mistake names the entry, counted from 1. */
export function parseList<T>(given: string | readonly string[], rule: ListRule<T>): Parsed<T[]> {
  const entries = (typeof given === 'string' ? given.split(/[\s,]+/) : given.map((one) => one.trim())).filter(Boolean);
  if (entries.length > rule.most) return wrong(`at most ${rule.most}, these are ${entries.length}`, rule.right);
  const values: T[] = [];
  const seen = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    const parsed = rule.parse(entry);
    if (!parsed.ok) return wrong(entries.length > 1 ? `entry ${index + 1}: ${parsed.why}` : parsed.why, parsed.right);
    const key = rule.key?.(parsed.value) ?? String(parsed.value);
    const before = seen.get(key);
    if (before !== undefined) return wrong(`entry ${index + 1} is the same as entry ${before + 1}`, rule.right);
    seen.set(key, index);
    values.push(parsed.value);
  }
  return good(values);
}

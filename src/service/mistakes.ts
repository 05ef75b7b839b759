/** Collects all that is wrong with what somebody typed, by field. What is right and wrong of a value lies in values/. */
import { fail } from '../errors.ts';
import type { Parsed } from '../values/result.ts';

export interface Mistake {
  /** As the draft names it: "address", "ipv6.gateway", "proxies.0.host". */
  field: string;
  why: string;
  right: string;
}

export class Mistakes {
  readonly all: Mistake[] = [];

  /** The value; undefined where it is wrong, which is noted. */
  take<T>(field: string, parsed: Parsed<T>): T | undefined {
    if (parsed.ok) return parsed.value;
    this.add(field, parsed.why, parsed.right);
    return undefined;
  }

  add(field: string, why: string, right: string): void {
    this.all.push({ field, why, right });
  }

  /** @throws Failure 'bad-values' where there is any */
  check(): void {
    if (this.all.length > 0) throw fail('bad-values', { fields: this.all });
  }
}

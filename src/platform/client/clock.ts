/** The appliance's clock against the platform's, which is in the Date of every answer (RFC 9110, 6.6.1). Pure. */
import { type Failure, fail } from '../../errors.ts';
import { limits } from '../protocol.ts';

/** Milliseconds that our clock is ahead of the header's; negative: behind; undefined without a date that is one. */
export function aheadOf(date: string | undefined, now: number): number | undefined {
  const theirs = Date.parse(date ?? '');
  return Number.isNaN(theirs) ? undefined : now - theirs;
}

/** Where it is off by more than the platform allows. */
export function clockFault(ahead: number | undefined): Failure | undefined {
  if (ahead === undefined || Math.abs(ahead) <= limits.clockMinutes * 60_000) return undefined;
  return fail('clock-wrong', { minutes: Math.round(ahead / 60_000) });
}

/** Personalization codes: what is kept of each, and what one is good for at a given time. Who uses it is elsewhere. */
import * as z from 'zod';
import { certificateKinds, enrolAnswer } from '../protocol.ts';

export const codeSchema = z.strictObject({
  code: z.uuid(),
  /** Of the appliance that will be enrolled with it. */
  name: enrolAnswer.shape.name,
  location: enrolAnswer.shape.location,
  certificateKind: z.enum(certificateKinds),
  /** ISO 8601, as all times here. */
  created: z.iso.datetime(),
  expires: z.iso.datetime(),
  revoked: z.iso.datetime().exactOptional(),
  /** Enough to go on with the enrolment where it was cut. `key`: SHA-256 of the public key. */
  used: z
    .strictObject({ at: z.iso.datetime(), applianceId: z.uuid(), key: z.string(), version: z.string() })
    .exactOptional(),
});

export type Code = z.output<typeof codeSchema>;
export type CodeState = 'open' | 'used' | 'revoked' | 'expired';

/** What was done with a code outlives its end. */
export function stateOf(code: Code, now: Date): CodeState {
  if (code.used) return 'used';
  if (code.revoked) return 'revoked';
  return new Date(code.expires) <= now ? 'expired' : 'open';
}

/** One check-in: what the appliance is goes out, what it is to be comes back; and taking leave. */
import * as z from 'zod';
import type { GatewayConfiguration } from '../../appliance.ts';
import { type CheckInRequest, checkInAnswer, configurationSchema, deregisterAnswer, paths } from '../protocol.ts';
import { said } from './enrol.ts';
import { exchange, mistakeIn } from './exchange.ts';
import type { Reach } from './reach.ts';
import type { Identity } from './tls.ts';

export interface CheckedIn {
  name: string;
  location?: string;
  checkInSeconds: number;
  /** The platform wants the certificate renewed now. */
  renew: boolean;
  /** What is to be; or why what was sent cannot be. */
  configuration: { ok: true; value: GatewayConfiguration } | { ok: false; why: string };
}

/** A configuration that is wrong must not cost the contact: it is judged by itself. */
const answerSchema = z.strictObject({ ...checkInAnswer.shape, configuration: z.unknown() });

/** @throws Failure */
export async function checkIn(
  reach: Reach,
  identity: Identity,
  report: CheckInRequest,
  signal: AbortSignal,
): Promise<CheckedIn> {
  const answer = await exchange(reach, { path: paths.checkIn, body: report, answer: answerSchema, identity }, signal);
  const parsed = configurationSchema.safeParse(answer.configuration);
  return {
    ...said(answer),
    checkInSeconds: answer.checkInSeconds,
    renew: answer.renew === true,
    configuration: parsed.success ? { ok: true, value: parsed.data } : { ok: false, why: mistakeIn(parsed.error) },
  };
}

/** @throws Failure */
export async function deregister(reach: Reach, identity: Identity, signal: AbortSignal): Promise<void> {
  await exchange(reach, { path: paths.deregister, body: {}, answer: deregisterAnswer, identity }, signal);
}

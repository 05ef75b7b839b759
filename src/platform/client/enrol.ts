/** Enrolment: a code and a certificate request go out, an identity comes back. Nothing of it is valid until saved. */
import { Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import type { PersonalizationCode } from '../../values/uuid.ts';
import { type EnrolRequest, enrolAnswer, paths, renewAnswer } from '../protocol.ts';
import { exchange } from './exchange.ts';
import { certificateFor, newKey, requestFor } from './key.ts';
import { type Reach, serviceHost } from './reach.ts';
import type { Registered, RegistrationStore } from './store.ts';
import type { Identity } from './tls.ts';

export type Enrolled = Pick<Registered, 'record' | 'identity'>;

/** What the platform may say of a code, after which its key is of no use. */
const final: readonly string[] = ['code-unknown', 'code-used', 'code-revoked', 'code-expired'];

/**
 * The key for that code: of an enrolment that was cut, or a new one. On the disk before it is used, so that no answer
 * that gets lost costs the code.
 */
export async function keyFor(code: PersonalizationCode, store: RegistrationStore): Promise<Identity['key']> {
  const started = await store.startedKey(code);
  if (started) return started;
  const key = await newKey();
  await store.keepKey(code, key);
  return key;
}

/** Asks again with the same code and key get the same appliance. @throws Failure */
export async function enrol(
  reach: Reach,
  store: RegistrationStore,
  given: Omit<EnrolRequest, 'csr' | 'code'> & { code: PersonalizationCode; key: Identity['key'] },
  signal: AbortSignal,
): Promise<Enrolled> {
  const { key, ...rest } = given;
  const body = { ...rest, csr: await requestFor(key) } satisfies EnrolRequest;
  try {
    const answer = await exchange(reach, { path: paths.enrol, body, answer: enrolAnswer }, signal);
    const { applianceId, certificate, checkInSeconds, configuration } = answer;
    return {
      record: { id: applianceId, ...said(answer), since: new Date().toISOString(), checkInSeconds, configuration },
      identity: proven({ key, certificate }, reach),
    };
  } catch (error) {
    if (error instanceof Failure && final.includes(error.problem.code)) await store.forgetKey();
    throw error;
  }
}

/** A new key with a new certificate for the same appliance. @throws Failure */
export async function renewed(reach: Reach, identity: Identity, signal: AbortSignal): Promise<Identity> {
  const key = await newKey();
  const body = { csr: await requestFor(key) };
  const { certificate } = await exchange(reach, { path: paths.renew, body, answer: renewAnswer, identity }, signal);
  return proven({ key, certificate }, reach);
}

/** Name and location as they may be shown anywhere. */
export function said({ name, location }: { name: string; location: string }): { name: string; location?: string } {
  const where = harmless(location, { most: 255 }).trim();
  return { name: harmless(name, { most: 100 }).trim(), ...(where ? { location: where } : {}) };
}

function proven(identity: Identity, reach: Reach): Identity {
  if (certificateFor(identity.key, identity.certificate)) return identity;
  const host = serviceHost(reach, 'management');
  throw fail('platform-garbage', { host, got: 'The certificate in it is not one for our key' });
}

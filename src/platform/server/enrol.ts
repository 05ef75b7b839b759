/**
 * Enrolment, renewal, deregistration: who gets a certificate, and whose is void. Cut at any point, an enrolment is
 * gone on with when the same key asks again, and completed when the platform starts.
 */
import { randomUUID } from 'node:crypto';
import type { EnrolAnswer, EnrolRequest, RenewAnswer, RenewRequest } from '../protocol.ts';
import { type ApplianceRecord, applianceOf, noteCertificate } from './appliances.ts';
import { type Authority, type CheckedRequest, checkRequest } from './authority.ts';
import { type Code, stateOf } from './codes.ts';
import type { PlatformFolder } from './folder.ts';
import { Refusal } from './refusal.ts';

export interface Registry {
  folder: PlatformFolder;
  authority: Authority;
  clock(): Date;
  certificateDays: number;
  checkInSeconds: number;
}

export async function enrol(registry: Registry, wanted: EnrolRequest): Promise<EnrolAnswer> {
  // The cheap and the telling first: what is wrong with the code is what the operator has to know.
  await openCode(registry, wanted.code);
  const request = await checkedRequest(wanted.csr);
  const used = await useCode(registry, wanted, request.key);
  const appliance = await completed(registry.folder, used);
  if (appliance.ended) throw refusedFor(used, 'used');
  const certificates = await certify(registry, appliance.id, request);
  const { id, name, location, configuration } = appliance;
  return { applianceId: id, name, location, ...certificates, checkInSeconds: registry.checkInSeconds, configuration };
}

/** Refuses codes that nobody can use any more; whether a used one may be used by this key, `useCode` decides. */
async function openCode({ folder, clock }: Registry, name: string): Promise<void> {
  const code = await folder.codes.read(name);
  if (!code) throw new Refusal('unknown-code', 'There is no such personalization code.');
  const state = stateOf(code, clock());
  if (state === 'revoked' || state === 'expired') throw refusedFor(code, state);
}

/** Of several at once one gets it, whatever becomes of this process. Who has it already may ask again. */
async function useCode({ folder, clock }: Registry, { code: name, version }: EnrolRequest, key: string): Promise<Code> {
  const applianceId = randomUUID();
  const taken = await folder.codes.change(name, (code) => {
    const now = clock();
    const state = stateOf(code, now);
    if (state === 'used' && code.used?.key === key) return undefined;
    if (state !== 'open') throw refusedFor(code, state);
    return { ...code, used: { at: now.toISOString(), applianceId, key, version } };
  });
  const code = taken ?? (await folder.codes.read(name));
  if (!code) throw new Refusal('unknown-code', 'There is no such personalization code.');
  return code;
}

function refusedFor({ used, revoked, expires }: Code, state: 'used' | 'revoked' | 'expired'): Refusal {
  if (state === 'used') return new Refusal('used-code', `The personalization code was used at ${used?.at}.`);
  if (state === 'revoked') return new Refusal('revoked-code', `The personalization code was revoked at ${revoked}.`);
  return new Refusal('expired-code', `The personalization code expired at ${expires}.`);
}

/** The appliance of a used code, made now where the platform was cut before it had. */
async function completed({ appliances }: PlatformFolder, code: Code): Promise<ApplianceRecord> {
  if (!code.used) throw new TypeError('this code is not used');
  const { applianceId } = code.used;
  const present = await appliances.read(applianceId);
  if (present) return present;
  await appliances.create(applianceId, applianceOf(code, code.used));
  const made = await appliances.read(applianceId);
  if (!made) throw new Error('an appliance that was just made is not there');
  return made;
}

/** Completes what was cut when the platform ended. */
export async function completeAll(folder: PlatformFolder): Promise<void> {
  for (const name of await folder.codes.names()) {
    const code = await folder.codes.read(name);
    if (code?.used) await completed(folder, code);
  }
}

export async function renew(registry: Registry, id: string, { csr }: RenewRequest): Promise<RenewAnswer> {
  return certify(registry, id, await checkedRequest(csr));
}

/** Asked again, as its answer may have been lost, it changes nothing. */
export async function deregister({ folder, clock }: Registry, id: string): Promise<Record<string, never>> {
  await folder.appliances.change(id, (appliance) =>
    appliance.ended ? undefined : { ...appliance, ended: { at: clock().toISOString(), by: 'appliance' } },
  );
  return {};
}

async function checkedRequest(csr: string): Promise<CheckedRequest> {
  const checked = await checkRequest(csr);
  if (typeof checked === 'string') throw new Refusal('bad-certificate-request', checked);
  return checked;
}

async function certify(registry: Registry, id: string, request: CheckedRequest): Promise<RenewAnswer> {
  const { authority, folder, clock, certificateDays } = registry;
  const issued = await authority.forAppliance(id, request, certificateDays);
  const noted = await noteCertificate(folder.appliances, id, issued, clock());
  if (!noted) throw new Refusal('revoked-certificate', 'This appliance is no longer registered.');
  return { certificate: issued.chain, until: issued.until };
}

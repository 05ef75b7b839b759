/** Which appliance a connection speaks for: by its client certificate, looked up with every request. */
import type { TLSSocket } from 'node:tls';
import * as z from 'zod';
import type { ApplianceRecord } from './appliances.ts';
import type { Registry } from './enrol.ts';
import { Refusal } from './refusal.ts';

export interface Speaker {
  appliance: ApplianceRecord;
  certificate: ApplianceRecord['certificates'][number];
}

const uuid = z.uuid();

/** @param evenEnded an appliance that is no longer registered is taken too, where the certificate was its own */
export async function speakerOf(
  { folder, clock }: Registry,
  socket: Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerCertificate'>,
  evenEnded: boolean,
): Promise<Speaker> {
  const { subject, serialNumber } = socket.getPeerCertificate();
  if (!serialNumber) throw new Refusal('no-certificate', 'No client certificate was shown.');
  const id = uuid.safeParse(subject.CN).data;
  if (!socket.authorized || !id) throw new Refusal('no-certificate', whyNot(String(socket.authorizationError)));
  const appliance = await folder.appliances.read(id);
  const certificate = appliance?.certificates.find(({ serial }) => serial === serialNumber.toLowerCase());
  if (!appliance || !certificate || (appliance.ended && !evenEnded))
    throw new Refusal('revoked-certificate', whyVoid(appliance));
  // The library looked when the connection began, and by its own clock.
  if (new Date(certificate.until) <= clock()) throw new Refusal('no-certificate', whyNot('CERT_HAS_EXPIRED'));
  return { appliance, certificate };
}

function whyNot(error: string): string {
  if (error === 'CERT_HAS_EXPIRED') return 'The client certificate has expired.';
  if (error === 'CERT_NOT_YET_VALID') return 'The client certificate is not valid yet.';
  return 'The client certificate is not one of this platform.';
}

function whyVoid(appliance: ApplianceRecord | undefined): string {
  if (!appliance) return 'This appliance is not known here.';
  if (!appliance.ended) return 'The appliance has a newer certificate.';
  return `This appliance was ${appliance.ended.by === 'appliance' ? 'deregistered' : 'removed'} at ${appliance.ended.at}.`;
}

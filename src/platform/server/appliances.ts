/**
 * Appliances: what is kept of each for good (one record), and which certificates speak for it. What an appliance told
 * when it checked in is kept apart (seen.ts).
 */
import * as z from 'zod';
import { configurationSchema, enrolAnswer, usualConfiguration } from '../protocol.ts';
import type { Issued } from './authority.ts';
import type { Code } from './codes.ts';
import type { Records } from './record.ts';

const certificate = z.strictObject({ serial: z.string(), until: z.iso.datetime(), issued: z.iso.datetime() });

export const applianceSchema = z.strictObject({
  id: z.uuid(),
  name: enrolAnswer.shape.name,
  location: enrolAnswer.shape.location,
  code: z.uuid(),
  enrolled: z.iso.datetime(),
  /** SHA-256 of the public key that it was enrolled with. */
  key: z.string(),
  /** Newest last. One is enough, but for the time between a renewal and its first use. */
  certificates: z.array(certificate),
  configuration: configurationSchema,
  /** By itself, or removed by an administrator: no certificate speaks for it any more. */
  ended: z.strictObject({ at: z.iso.datetime(), by: z.enum(['appliance', 'administrator']) }).exactOptional(),
});

export type ApplianceRecord = z.output<typeof applianceSchema>;

/** An answer may be lost again and again; older ones than these were never used. */
const mostCertificates = 4;

export function applianceOf(code: Code, used: NonNullable<Code['used']>): ApplianceRecord {
  const { name, location, certificateKind } = code;
  return {
    id: used.applianceId,
    name,
    location,
    code: code.code,
    enrolled: used.at,
    key: used.key,
    certificates: [],
    configuration: { revision: 1, ...usualConfiguration, certificateKind },
  };
}

/** Notes a certificate before it is handed out. Undefined where there is no such appliance, or no longer. */
export function noteCertificate(appliances: Records<ApplianceRecord>, id: string, issued: Issued, now: Date) {
  const { serial, until } = issued;
  return appliances.change(id, (appliance) => {
    if (appliance.ended) return undefined;
    const held = appliance.certificates.filter((one) => new Date(one.until) > now).slice(1 - mostCertificates);
    return { ...appliance, certificates: [...held, { serial, until, issued: now.toISOString() }] };
  });
}

/** Once a certificate is used, those before it are void. Gives the record as it is then. */
export async function dropOlder(
  appliances: Records<ApplianceRecord>,
  appliance: ApplianceRecord,
  serial: string,
): Promise<ApplianceRecord> {
  if (appliance.certificates[0]?.serial === serial) return appliance;
  const changed = await appliances.change(appliance.id, (present) => {
    const at = present.certificates.findIndex((one) => one.serial === serial);
    return at > 0 ? { ...present, certificates: present.certificates.slice(at) } : undefined;
  });
  return changed ?? appliance;
}

/** A third of its time is left, or less. */
export function isDue({ issued, until }: { issued: string; until: string }, now: Date): boolean {
  const [from, to] = [Date.parse(issued), Date.parse(until)];
  return now.getTime() >= to - (to - from) / 3;
}

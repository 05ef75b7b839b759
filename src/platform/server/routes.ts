/** What each path of the management service does with a request that has come in whole. No HTTP. */
import type * as z from 'zod';
import {
  type CheckInAnswer,
  type CheckInRequest,
  checkInRequest,
  deregisterRequest,
  enrolRequest,
  paths,
  renewRequest,
} from '../protocol.ts';
import { dropOlder, isDue } from './appliances.ts';
import type { Speaker } from './client-certificate.ts';
import { deregister, enrol, type Registry, renew } from './enrol.ts';
import { Refusal } from './refusal.ts';
import type { SeenBook } from './seen.ts';

/** `speaker`: looked up only by those that ask for it. */
export interface Asked {
  body: string;
  from: string;
  speaker(evenEnded?: boolean): Promise<Speaker>;
}

export type Route = (asked: Asked) => Promise<object>;

export function routesOf(registry: Registry, seen: SeenBook): Record<string, Route> {
  return {
    [paths.enrol]: async ({ body }) => enrol(registry, parsed(enrolRequest, body)),
    // Who asks is looked at before what is asked.
    async [paths.checkIn]({ body, from, speaker }) {
      const who = await speaker();
      return checkIn(registry, seen, { who, from, told: parsed(checkInRequest, body) });
    },
    async [paths.renew]({ body, speaker }) {
      const { appliance, certificate } = await speaker();
      const wanted = parsed(renewRequest, body);
      await dropOlder(registry.folder.appliances, appliance, certificate.serial);
      return renew(registry, appliance.id, wanted);
    },
    async [paths.deregister]({ body, speaker }) {
      const { appliance } = await speaker(true);
      parsed(deregisterRequest, body);
      return deregister(registry, appliance.id);
    },
  };
}

async function checkIn(
  { folder, clock, checkInSeconds }: Registry,
  seen: SeenBook,
  { who, from, told }: { who: Speaker; from: string; told: CheckInRequest },
): Promise<CheckInAnswer> {
  const { certificate } = who;
  const appliance = await dropOlder(folder.appliances, who.appliance, certificate.serial);
  seen.note(appliance.id, { at: clock().toISOString(), from, ...told });
  const { name, location, configuration } = appliance;
  const renewal = isDue(certificate, clock()) ? { renew: true as const } : {};
  return { name, location, configuration, checkInSeconds, ...renewal };
}

function parsed<T>(schema: z.ZodType<T>, body: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal('bad-request', 'The body is no JSON.');
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [first] = error.issues;
  // Names of fields that we know, and our own words; names that the asker made up are not repeated.
  const where = first?.path.filter((part) => typeof part === 'number' || /^[A-Za-z0-9]{1,30}$/.test(String(part)));
  const what = first?.code === 'unrecognized_keys' ? 'there are fields that are not known' : first?.message;
  throw new Refusal('bad-request', `In the body${where?.length ? ` at ${where.join('.')}` : ''}: ${what}.`);
}

/**
 * Registration: a code becomes an identity, step by step, all of it or nothing; and the contact kept from then on.
 * One registration at a time. How the platform is spoken to is in platform/client.
 */
import { arch } from 'node:os';
import type { Appliance, Call, RegistrationState } from '../appliance.ts';
import { fail, problemOf } from '../errors.ts';
import { checkService } from '../platform/client/connectivity.ts';
import type { Contact } from '../platform/client/contact.ts';
import { enrol, keyFor } from '../platform/client/enrol.ts';
import { type Reach, serviceHost, services } from '../platform/client/reach.ts';
import { Steps } from '../platform/client/steps.ts';
import type { RegistrationStore } from '../platform/client/store.ts';
import type { PersonalizationCode } from '../values/uuid.ts';
import type { Audit } from './audit.ts';
import type { Gauges } from './gauges.ts';
import type { Under } from './jobs.ts';

export interface RegistrationParts {
  contact: Contact;
  store: RegistrationStore;
  reach(): Promise<Reach>;
  gauges: Gauges;
  audit: Audit;
  version: string;
  /** Aborted when the service ends. */
  closing: AbortSignal;
  /** What is under way of it is known there, and can be ended there. */
  under: Under;
}

export function registrationOf(parts: RegistrationParts): Appliance['registration'] {
  const { contact, closing } = parts;
  let busy: { by: string; since: string } | undefined;

  /** One at a time, noted in the audit log; ends with the asker or with the service. */
  const alone = async (
    what: string,
    { signal = closing, by = 'nobody known' }: Partial<Call>,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<RegistrationState> => {
    if (busy) throw fail('busy', { what: 'The registration', ...busy });
    busy = { by, since: new Date().toISOString() };
    const entry = { by, what, before: words(contact) };
    try {
      await parts.under.run(what === 'register' ? 'registration' : 'deregistration', (ended) =>
        work(AbortSignal.any([signal, closing, ended])),
      );
      await parts.audit.note({ ...entry, after: words(contact), outcome: 'done' });
      return contact.state();
    } catch (error) {
      await parts.audit.note({ ...entry, after: words(contact), outcome: problemOf(error).code });
      throw error;
    } finally {
      busy = undefined;
    }
  };

  return {
    read: async () => contact.state(),
    watch: (_args, call) => watched(contact, call),
    register({ code }, call = {}) {
      const steps = new Steps(call.progress ?? (() => undefined));
      // Parsed when it came in.
      return alone('register', { ...call, progress: () => undefined }, (signal) =>
        registered(parts, code as PersonalizationCode, steps, signal),
      );
    },
    deregister({ withoutPlatform = false }, call = {}) {
      return alone('deregister', call, async (signal) => {
        if (!isRegistered(contact)) throw fail('not-registered', {});
        await contact.leave(withoutPlatform, signal);
      });
    },
  };
}

async function registered(
  parts: RegistrationParts,
  code: PersonalizationCode,
  steps: Steps,
  signal: AbortSignal,
): Promise<void> {
  const { store, contact } = parts;
  const reach = await parts.reach();
  for (const role of services)
    await steps.take(
      `Connectivity of ${serviceHost(reach, role)}`,
      () => checkService(reach, role, signal),
      (said) => said,
    );
  const key = await steps.take(
    'Key pair and certificate request',
    () => keyFor(code, store),
    () => 'made on this appliance',
  );
  const { version } = parts;
  const facts = await factsOf(parts.gauges);
  const enrolled = await steps.take(
    'Enrolment',
    () => enrol(reach, store, { code, key, version, facts }, signal),
    ({ record }) => `as ${record.name}`,
  );
  await steps.take(
    'First check-in',
    () => contact.adopt(enrolled, reach, signal),
    () => `configuration ${enrolled.record.configuration.revision}`,
  );
}

async function factsOf({ hostName, cpu, memory }: Gauges) {
  const [name, processor, size] = await Promise.all([
    hostName.latest(60_000),
    cpu.latest(60_000),
    memory.latest(60_000),
  ]);
  return {
    ...(name.state === 'known' ? { hostName: name.value.slice(0, 255) } : {}),
    architecture: arch(),
    ...(processor.state === 'known' ? { cpus: Math.max(1, processor.value.count) } : {}),
    ...(size.state === 'known' ? { memory: Math.round(size.value.total) } : {}),
  };
}

/** Tells the state at once, and then each change of it, until aborted. */
function watched(contact: Contact, { signal, progress }: Partial<Call<RegistrationState>> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    let told: string | undefined;
    const end = () => {
      stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const tell = () => {
      try {
        const state = contact.state();
        const text = JSON.stringify(state);
        if (text !== told) progress?.(state);
        told = text;
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const stop = contact.watch(tell);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) return end();
    tell();
  });
}

/** What Info and the status line say of it: a registration that cannot be read is none. */
export function stateOf(contact: Contact): RegistrationState {
  try {
    return contact.state();
  } catch {
    return { registered: false };
  }
}

/** Also where it is broken: then there is something to take away. */
function isRegistered(contact: Contact): boolean {
  try {
    return contact.state().registered;
  } catch {
    return true;
  }
}

function words(contact: Contact): string {
  const state = stateOf(contact);
  return state.registered ? `${state.name} (${state.id})` : 'not registered';
}

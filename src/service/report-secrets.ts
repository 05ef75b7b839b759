/** The secrets that the service knows by their value: a report must not hold any of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentSecrets } from '../jobs/report/environment.ts';
import type { KnownSecret } from '../jobs/report/known.ts';
import { RegistrationStore } from '../platform/client/store.ts';
import type { Settings } from '../settings/schema.ts';
import type { System } from './system.ts';

/** @throws Failure where the settings cannot be read: without them nothing can be said to be free of secrets */
export async function knownSecrets(system: System, signal: AbortSignal): Promise<KnownSecret[]> {
  const { store, state, machine } = system;
  const present = await system.settings();
  const revisions = (await store.versions()).map(({ revision }) => revision);
  const earlier = await Promise.all(
    revisions.map((one) =>
      store.version(one).then(
        (saved) => saved.settings,
        () => undefined,
      ),
    ),
  );
  const all = [present, ...earlier].filter((settings) => settings !== undefined);
  const [own, registration, containers] = await Promise.all([
    machine.diagnostics.secrets(signal),
    ofRegistration(state),
    // An engine that does not answer has no logs in the report either.
    machine.containers.environments(signal).catch(() => []),
  ]);
  const given = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  return [...all.flatMap(ofSettings), ...registration, ...own, ...environmentSecrets([...given, ...containers])];
}

function ofSettings({ proxy }: Settings): KnownSecret[] {
  return proxy.proxies.flatMap(({ user, password }) =>
    password
      ? [
          { kind: 'proxy password', text: password.reveal() },
          { kind: 'proxy password', text: `${user ?? ''}:${password.reveal()}` },
        ]
      : [],
  );
}

/** Lines of the private keys: that of the registration, and that of one under way. */
async function ofRegistration(state: string): Promise<KnownSecret[]> {
  const key = await new RegistrationStore(state).read().then(
    (found) => found?.identity.key.reveal(),
    () => undefined,
  );
  const paths = ['registration/key.pem', 'registration.new/key.pem', 'registration.old/key.pem', 'enrolment.json'];
  const texts = await Promise.all(paths.map((path) => readFile(join(state, path), 'utf8').catch(() => '')));
  const lines = [key ?? '', ...texts].flatMap((text) => text.split(/\r?\n|\\n|"/));
  return lines.filter((line) => /^[\w+/=]{16,}$/.test(line)).map((text) => ({ kind: 'registration key', text }));
}

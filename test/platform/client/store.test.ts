/** The registration on the disk after each cut that a power failure can leave, and the pauses between check-ins. */
import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { enrol, keyFor } from '../../../src/platform/client/enrol.ts';
import { pauseAfter } from '../../../src/platform/client/pause.ts';
import { RegistrationStore } from '../../../src/platform/client/store.ts';
import { codeOf, emptyFolder, never, openWorld, problemIn } from './world.ts';

/** A folder with a registration, and another one to put in its place. */
async function two() {
  const world = await openWorld();
  const state = await emptyFolder();
  const store = new RegistrationStore(state);
  const [first, second] = await Promise.all(
    ['First', 'Second'].map(async (name) => {
      const code = await world.code(name);
      const key = await keyFor(code, new RegistrationStore(await emptyFolder()));
      return enrol(world.reach(), store, { code, key, version: '1.0', facts: {} }, never);
    }),
  );
  if (!first || !second) throw new Error('two of them');
  return { state, store, first, second };
}

const nameIn = async (store: RegistrationStore) => (await store.read())?.record.name;

test('what is saved is read, whole', async () => {
  const { store, first } = await two();
  expect(await store.read()).toBeUndefined();
  await store.save(first);
  const read = await store.read();
  expect(read?.record).toEqual(first.record);
  expect(read?.identity.key.equals(first.identity.key)).toBe(true);
  expect(Date.parse(read?.until ?? '') - Date.now()).toBeGreaterThan(80 * 86_400_000);
});

test('cut while a new one is written, the one before holds', async () => {
  const { state, store, first } = await two();
  await store.save(first);
  await mkdir(join(state, 'registration.new'));
  await writeFile(join(state, 'registration.new/key.pem'), 'half');
  await store.recover();
  expect(await nameIn(store)).toBe('First');
  expect(await readdir(state)).toEqual(['registration']);
});

test('cut while the first one is written, there is none', async () => {
  const { state, store } = await two();
  await mkdir(join(state, 'registration.new'));
  await writeFile(join(state, 'registration.new/key.pem'), 'half');
  await store.recover();
  expect(await store.read()).toBeUndefined();
  expect(await readdir(state)).toEqual([]);
});

test('cut between taking the old one away and putting the new one there, the new one holds', async () => {
  const { state, store, first, second } = await two();
  const place = join(state, 'registration');
  await store.save(first);
  const other = new RegistrationStore(join(state, 'other'));
  await mkdir(join(state, 'other'));
  await other.save(second);
  await rename(place, `${place}.old`);
  await rename(join(state, 'other/registration'), `${place}.new`);
  await store.recover();
  expect(await nameIn(store)).toBe('Second');
  expect((await readdir(state)).sort()).toEqual(['other', 'registration']);
});

test('cut while it is taken away, it is gone', async () => {
  const { state, store, first } = await two();
  await store.save(first);
  await rename(join(state, 'registration'), join(state, 'registration.new'));
  await store.recover();
  expect(await store.read()).toBeUndefined();
  expect(await readdir(state)).toEqual([]);
});

test('the key of an enrolment under way stays for its code, and for no other, for its owner only', async () => {
  const { state, store, first } = await two();
  const code = codeOf('0123a17a-4c5d-4e6f-8a9b-16dc66900d1b');
  const key = await keyFor(code, store);
  expect((await stat(join(state, 'enrolment.json'))).mode & 0o777).toBe(0o600);
  await new RegistrationStore(state).recover();
  expect((await keyFor(code, new RegistrationStore(state))).equals(key)).toBe(true);
  const other = await keyFor(codeOf('aaaaaaaa-4c5d-4e6f-8a9b-16dc66900d1b'), store);
  expect(other.equals(key)).toBe(false);
  // Saved, but cut before it was forgotten.
  await store.keepKey(code, first.identity.key);
  const kept = await readFile(join(state, 'enrolment.json'), 'utf8');
  await store.save(first);
  await writeFile(join(state, 'enrolment.json'), kept);
  await store.recover();
  expect(await readdir(state)).toEqual(['registration']);
});

test('a certificate that is not one for the key is said', async () => {
  const { state, store, first, second } = await two();
  await store.save(first);
  await writeFile(join(state, 'registration/certificate.pem'), second.identity.certificate);
  expect(await problemIn(store.read())).toMatchObject({
    code: 'registration-broken',
    details: { why: 'the certificate is not one for the key' },
  });
});

test('a key that others could read is put right', async () => {
  const { state, store, first } = await two();
  await store.save(first);
  await chmod(join(state, 'registration/key.pem'), 0o644);
  await store.read();
  expect((await stat(join(state, 'registration/key.pem'))).mode & 0o777).toBe(0o600);
});

test('a disk that takes nothing is said', async () => {
  const { first } = await two();
  const problem = await problemIn(new RegistrationStore('/proc/self').save(first));
  expect(problem).toMatchObject({ code: 'registration-not-saved', details: { path: '/proc/self/registration' } });
});

test('pauses: the platform asks for 60 s; after failures ever longer, up to five minutes, by chance apart', () => {
  expect([0, 0.5, 1].map((chance) => Math.round(pauseAfter(0, 60, chance)))).toEqual([54_000, 60_000, 66_000]);
  expect([1, 2, 3, 4, 9].map((failures) => pauseAfter(failures, 60, 1))).toEqual([
    60_000, 120_000, 240_000, 300_000, 300_000,
  ]);
  expect(pauseAfter(9, 60, 0)).toBe(150_000);
  expect(pauseAfter(9, 3600, 1)).toBe(3_600_000);
});

/** Registration as the operator gets it, against the reference platform: all or nothing, and the contact from then on. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { RegistrationState, StepNews } from '../../../src/appliance.ts';
import { suffix } from '../server/machine.ts';
import { type Grown, grow, grown } from './appliance.ts';
import { closedPort, emptyFolder, openWorld, problemIn, reachTo, type World } from './world.ts';

type Registered = Extract<RegistrationState, { registered: true }>;

interface Place extends World, Grown {
  state: string;
}

/** Checks in ten times a second. */
async function place(options: Parameters<typeof openWorld>[0] = {}): Promise<Place> {
  const world = await openWorld({ checkInSeconds: 1, ...options });
  const state = await emptyFolder();
  const one = await grown(state, world.platform.ca, world.reach().open);
  onTestFinished(one.end);
  return { ...world, ...one, state };
}

async function registered({ appliance }: Grown): Promise<Registered> {
  const state = await appliance.registration.read({});
  if (!state.registered) throw new Error('not registered');
  return state;
}

const eventually = <T>(look: () => Promise<T> | T) => vi.waitFor(look, { timeout: 10_000, interval: 25 });
const leftIn = async (state: string) =>
  (await readdir(state)).filter((name) => /^registration|^enrol/.test(name)).sort();

test('a code makes it an appliance of the platform, each step told as it happens', async () => {
  const { appliance, audit, code, platform, state, log } = await place();
  const news: StepNews[] = [];
  const given = await code();
  const result = await appliance.registration.register({ code: given }, { progress: (one) => news.push(one) });
  expect(result).toMatchObject({ registered: true, name: 'North gate', location: 'Hall 3', connected: true });
  const steps = [
    `Connectivity of status.${suffix}`,
    `Connectivity of manage.${suffix}`,
    `Connectivity of packages.${suffix}`,
    `Connectivity of repository.${suffix}`,
    'Key pair and certificate request',
    'Enrolment',
    'First check-in',
  ];
  expect(news.filter(({ outcome }) => !outcome).map(({ step }) => step)).toEqual(steps);
  expect(news.filter(({ outcome }) => outcome?.passed).map(({ step }) => step)).toEqual(steps);
  expect(await platform.admin.appliances()).toMatchObject([{ name: 'North gate', id: (result as Registered).id }]);
  expect(await appliance.info.read({})).toMatchObject({
    platformStatus: { value: { registered: true, connected: true } },
    platformStatusUrl: { value: `https://status.${suffix}` },
    platformUrl: { value: `https://manage.${suffix}` },
    applianceId: { value: (result as Registered).id },
    applianceName: { value: 'North gate' },
  });
  expect(await appliance.status.read({})).toMatchObject({
    name: 'North gate',
    registered: true,
    platform: { connected: true },
  });
  expect(audit.at(-1)).toMatchObject({ what: 'register', before: 'not registered', outcome: 'done' });
  expect(await leftIn(state)).toEqual(['registration']);
  for (const name of await readdir(join(state, 'registration')))
    expect((await stat(join(state, 'registration', name))).mode & 0o777, name).toBe(0o600);
  const key = await readFile(join(state, 'registration/key.pem'), 'utf8');
  const said = JSON.stringify([news, result, audit, log]);
  expect(said).not.toContain(key.split('\n')[1]);
  expect(said).not.toContain(given);
});

test('without a suffix it says so', async () => {
  const one = await grow(await emptyFolder(), '', reachTo(1).open);
  onTestFinished(one.end);
  const problem = await problemIn(one.appliance.registration.register({ code: await aCode() }));
  expect(problem).toEqual({ code: 'suffix-missing', details: {} });
  expect(await one.appliance.registration.read({})).toEqual({ registered: false });
});

const aCode = async () => '0123a17a-4c5d-4e6f-8a9b-16dc66900d1b';

test('a service that is not reached stops it, by its name, and nothing is left', async () => {
  const { platform, code, state } = await place();
  const { open } = reachTo(platform.port);
  const refused = reachTo(await closedPort()).open;
  const one = await grown(state, platform.ca, (target, ...rest) =>
    (target.host.startsWith('packages.') ? refused : open)(target, ...rest),
  );
  onTestFinished(one.end);
  const news: StepNews[] = [];
  const register = one.appliance.registration.register({ code: await code() }, { progress: (said) => news.push(said) });
  expect(await problemIn(register)).toMatchObject({
    code: 'platform-refused',
    details: { host: `packages.${suffix}` },
  });
  expect(news.at(-1)).toMatchObject({ step: `Connectivity of packages.${suffix}`, outcome: { passed: false } });
  expect(await leftIn(state)).toEqual([]);
});

test('an answer that got lost costs no code: the same code makes it the same appliance', async () => {
  const { appliance, code, platform, faults, state } = await place();
  const given = await code();
  Object.assign(faults, { only: 'applianceId', body: 'garbage' });
  expect(await problemIn(appliance.registration.register({ code: given }))).toMatchObject({ code: 'platform-garbage' });
  expect(await appliance.registration.read({})).toEqual({ registered: false });
  const [before] = await platform.admin.appliances();
  expect(before).toBeDefined();
  expect(await leftIn(state)).toEqual(['enrolment.json']);
  expect(await readFile(join(state, 'enrolment.json'), 'utf8')).not.toContain(given);
  delete faults.body;
  // Also by a service that was started meanwhile.
  const next = await grown(state, platform.ca, reachTo(platform.port).open);
  onTestFinished(next.end);
  await next.appliance.registration.register({ code: given });
  expect((await registered(next)).id).toBe(before?.id);
  expect(await platform.admin.appliances()).toHaveLength(1);
  expect(await leftIn(state)).toEqual(['registration']);
});

test('a first check-in that fails leaves it unregistered, and the code of use', async () => {
  const { appliance, code, faults } = await place();
  const given = await code();
  Object.assign(faults, { only: 'checkInSeconds', configuration: 5 });
  expect(await problemIn(appliance.registration.register({ code: given }))).toMatchObject({ code: 'platform-garbage' });
  expect(await appliance.registration.read({})).toEqual({ registered: false });
  delete faults.configuration;
  expect(await appliance.registration.register({ code: given })).toMatchObject({ registered: true });
});

test('while the platform is away it goes on with what it has, says since when, and comes back by itself', async () => {
  const it = await place();
  const { appliance, platform, code, state, faults } = it;
  await appliance.registration.register({ code: await code() });
  await platform.admin.configure('North gate', { proxyPort: 1090 });
  await eventually(async () => expect((await registered(it)).configuration.proxyPort).toBe(1090));
  faults.status = 503;
  await eventually(async () => expect(await registered(it)).toMatchObject({ connected: false }));
  const away = await registered(it);
  expect(away.problem).toMatchObject({ code: 'platform-error' });
  expect(await appliance.status.read({})).toMatchObject({ platform: { connected: false, since: away.connectedSince } });
  // A service that is started meanwhile knows as much.
  it.end();
  const next = await grown(state, platform.ca, reachTo(platform.port).open);
  onTestFinished(next.end);
  expect(await registered(next)).toMatchObject({
    connected: false,
    connectedSince: away.connectedSince,
    lastCheckIn: away.lastCheckIn,
    configuration: { proxyPort: 1090 },
  });
  delete faults.status;
  await eventually(async () => expect(await registered(next)).toMatchObject({ connected: true }));
  expect((await registered(next)).problem).toBeUndefined();
});

// The platform writes down what it was told every five seconds.
test('a configuration that breaks the schema is refused, said here and there, and the one before stays', {
  timeout: 30_000,
}, async () => {
  const it = await place();
  await it.appliance.registration.register({ code: await it.code() });
  const { configuration: before } = await registered(it);
  Object.assign(it.faults, { only: 'configuration', configuration: { ...before, revision: 7, proxyPort: 22 } });
  await eventually(async () => expect((await registered(it)).problem).toMatchObject({ code: 'configuration-refused' }));
  expect(await registered(it)).toMatchObject({ connected: true, configuration: before });
  await eventually(async () =>
    expect((await it.platform.admin.appliance('North gate')).seen?.applied).toEqual({
      revision: before.revision,
      problem: expect.stringContaining('port 22 is used by the appliance itself'),
    }),
  );
  delete it.faults.configuration;
  await eventually(async () => expect((await registered(it)).problem).toBeUndefined());
});

test('escape sequences, garbage and endless answers to a check-in: refused, said, nothing lost', async () => {
  const it = await place();
  await it.appliance.registration.register({ code: await it.code() });
  for (const fault of [{ name: '\x1b]0;owned\x07\x1b[2J' }, { body: 'garbage' }, { body: 'endless' }] as const) {
    Object.assign(it.faults, fault);
    await eventually(async () => expect((await registered(it)).problem).toMatchObject({ code: 'platform-garbage' }));
    const state = await registered(it);
    expect(state.name).toBe('North gate');
    expect(JSON.stringify([state, it.log])).not.toMatch(/\\u001b|\\u0007|\\u009b/);
    for (const key of Object.keys(fault)) delete it.faults[key as keyof typeof fault & keyof typeof it.faults];
    it.appliance.connectivity.run({}).catch(() => undefined);
    await eventually(async () => expect(await registered(it)).toMatchObject({ connected: true }));
  }
});

test('in the last third of its time the certificate is renewed, with a new key', async () => {
  // Issued half a day ago for one day, and dated back by one more: a quarter of its time is left.
  const half = 43_200_000;
  const it = await place({ certificateDays: 1, clock: () => new Date(Date.now() - half) });
  it.faults.clockOffsetSeconds = half / 1000;
  await it.appliance.registration.register({ code: await it.code() });
  const read = (name: string) => readFile(join(it.state, 'registration', name), 'utf8');
  const before = await eventually(() => read('key.pem'));
  await eventually(async () => expect(await read('key.pem')).not.toBe(before));
  await eventually(async () => expect(await registered(it)).toMatchObject({ connected: true, name: 'North gate' }));
  await eventually(() => expect(it.log.join('')).toContain('the certificate is renewed until'));
  // The new one is as old as the first, and due again at once.
  await eventually(async () => expect(await leftIn(it.state)).toEqual(['registration']));
});

test('removed on the platform: it says so; deregistering takes it away here', async () => {
  const it = await place();
  await it.appliance.registration.register({ code: await it.code() });
  await it.platform.admin.removeAppliance('North gate');
  await eventually(async () => expect((await registered(it)).problem).toMatchObject({ code: 'certificate-refused' }));
  expect(await it.appliance.registration.deregister({})).toEqual({ registered: false });
  expect(await leftIn(it.state)).toEqual([]);
});

test('deregistering tells the platform; where that is away it is refused, unless asked for without', async () => {
  const it = await place();
  await it.appliance.registration.register({ code: await it.code() });
  it.faults.status = 500;
  expect(await problemIn(it.appliance.registration.deregister({}))).toMatchObject({ code: 'platform-error' });
  expect((await registered(it)).name).toBe('North gate');
  delete it.faults.status;
  await it.appliance.registration.deregister({});
  expect((await it.platform.admin.appliance('North gate')).ended).toMatchObject({ by: 'appliance' });
  expect(await problemIn(it.appliance.registration.deregister({}))).toMatchObject({ code: 'not-registered' });

  await it.appliance.registration.register({ code: await it.code('South gate') });
  it.faults.status = 500;
  expect(await it.appliance.registration.deregister({ withoutPlatform: true })).toEqual({ registered: false });
});

test('registering again with another code takes the place of what was; with a bad one all stays', async () => {
  const it = await place();
  await it.appliance.registration.register({ code: await it.code() });
  expect(await problemIn(it.appliance.registration.register({ code: await aCode() }))).toMatchObject({
    code: 'code-unknown',
  });
  expect((await registered(it)).name).toBe('North gate');
  await it.appliance.registration.register({ code: await it.code('South gate') });
  expect((await registered(it)).name).toBe('South gate');
  expect(await leftIn(it.state)).toEqual(['registration']);
});

test('only one registers at a time, and giving up leaves it unregistered', async () => {
  const { appliance, platform, code } = await place();
  const stop = new AbortController();
  const given = await code();
  const first = problemIn(
    appliance.registration.register(
      { code: given },
      { signal: stop.signal, by: 'client 1', progress: ({ step }) => step === 'Enrolment' && stop.abort() },
    ),
  );
  expect(await problemIn(appliance.registration.register({ code: given }))).toMatchObject({
    code: 'busy',
    details: { by: 'client 1' },
  });
  expect(await first).toEqual({ code: 'aborted', details: {} });
  expect(await appliance.registration.read({})).toEqual({ registered: false });
  expect(await appliance.registration.register({ code: given })).toMatchObject({ registered: true });
  expect(await platform.admin.appliances()).toHaveLength(1);
});

test('whoever watches is told the state at once and each change of it', async () => {
  const { appliance, code } = await place();
  const seen: RegistrationState[] = [];
  const stop = new AbortController();
  const watching = appliance.registration.watch({}, { signal: stop.signal, progress: (state) => seen.push(state) });
  await eventually(() => expect(seen).toEqual([{ registered: false }]));
  await appliance.registration.register({ code: await code() });
  await eventually(() => expect(seen.at(-1)).toMatchObject({ registered: true, connected: true }));
  stop.abort();
  await watching;
});

test('a registration that was damaged on the disk is said, and may be made anew', async () => {
  const it = await place();
  await it.appliance.registration.register({ code: await it.code() });
  it.end();
  await writeFile(join(it.state, 'registration/registration.json'), '{"id": "x", ');
  const next = await grown(it.state, it.platform.ca, reachTo(it.platform.port).open);
  onTestFinished(next.end);
  expect(await problemIn(next.appliance.registration.read({}))).toMatchObject({ code: 'registration-broken' });
  expect(await next.appliance.status.read({})).toMatchObject({ registered: false });
  await next.appliance.registration.register({ code: await it.code('South gate') });
  expect((await registered(next)).name).toBe('South gate');
});

/** Check-in, deregistration, configuration: who is listened to, and what an administrator may set. */
import { Agent } from 'node:https';
import { expect, it, onTestFinished } from 'vitest';
import { checkInAnswer, forbiddenPorts, paths } from '../../../src/platform/protocol.ts';
import type { ConfigurationChange } from '../../../src/platform/server/admin.ts';
import { ask, askAs, checkInBody, emptyFolder, enrolled, newKey, platformIn } from './machine.ts';

it('takes what the appliance tells, and gives it what an administrator has set meanwhile', async () => {
  const folder = await emptyFolder();
  const platform = await platformIn(folder, { checkInSeconds: 30 });
  const north = await enrolled(platform);
  const change = { proxyPort: 3128, cache: true, allowedDomains: ['example.com'], minimumTls: '1.0' as const };
  await platform.admin.configure('North', change);
  const { status, json } = await askAs(platform, north, paths.checkIn, checkInBody(1));
  expect(status).toBe(200);
  expect(checkInAnswer.parse(json)).toMatchObject({
    checkInSeconds: 30,
    configuration: { revision: 2, proxyPort: 3128, cachePort: 8080, modes: { cache: true, patch: false } },
  });
  await platform.close();
  const later = await platformIn(folder);
  expect(await later.admin.appliance(north.applianceId)).toMatchObject({
    name: 'North',
    seen: { applied: { revision: 1 }, addresses: ['10.0.0.5/24', 'fe80::1/64'], from: '127.0.0.1' },
  });
});

it('listens to nobody without a certificate of its own, of an appliance that is registered', async () => {
  const platform = await platformIn(await emptyFolder());
  const other = await platformIn(await emptyFolder());
  const stranger = await enrolled(other);
  const [gone, removed] = [await enrolled(platform, 'Gone'), await enrolled(platform, 'Removed')];
  const outcome = async (asked: ReturnType<typeof ask>) => {
    const { status, json } = await asked;
    return `${status} ${json.error ?? ''}`.trim();
  };
  for (const path of [paths.checkIn, paths.renew, paths.deregister]) {
    expect(await outcome(ask(platform, path, { body: '{}' }))).toBe('401 no-certificate');
    expect(await outcome(askAs(platform, stranger, path, {}))).toBe('401 no-certificate');
  }
  expect(await outcome(askAs(platform, gone, paths.deregister, {}))).toBe('200');
  expect(await outcome(askAs(platform, gone, paths.deregister, {}))).toBe('200');
  await platform.admin.removeAppliance('Removed');
  for (const who of [gone, removed]) {
    expect(await outcome(askAs(platform, who, paths.checkIn, checkInBody()))).toBe('403 revoked-certificate');
    const { csr } = await newKey();
    expect(await outcome(askAs(platform, who, paths.renew, { csr }))).toBe('403 revoked-certificate');
  }
  expect((await platform.admin.appliance('Gone')).ended?.by).toBe('appliance');
});

it('knows an appliance that resumes a TLS session, and shuts it out at once when it is removed', async () => {
  const platform = await platformIn(await emptyFolder());
  const north = await enrolled(platform);
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const agent = new Agent({ keepAlive: false });
    const resumed: boolean[] = [];
    const checkIn = async () => {
      const { status, isResumed } = await askAs(platform, north, paths.checkIn, checkInBody(), { agent, maxVersion });
      resumed.push(isResumed);
      return status;
    };
    expect([await checkIn(), await checkIn()]).toEqual([200, 200]);
    expect(resumed).toEqual([false, true]);
  }
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const kept = () => askAs(platform, north, paths.checkIn, checkInBody(), { agent });
  expect((await kept()).status).toBe(200);
  await platform.admin.removeAppliance('North');
  expect((await kept()).status).toBe(403);
});

it('takes no certificate after its end', async () => {
  let now = Date.now() - 5 * 86_400_000;
  const platform = await platformIn(await emptyFolder(), { clock: () => new Date(now), certificateDays: 30 });
  const north = await enrolled(platform);
  now += 31 * 86_400_000;
  const { status, json } = await askAs(platform, north, paths.checkIn, checkInBody());
  expect([status, json.said]).toEqual([401, 'The client certificate has expired.']);
});

it("refuses the appliance's own ports and what else the guide forbids, each with a sentence", async () => {
  const platform = await platformIn(await emptyFolder());
  await enrolled(platform);
  const refused = (change: ConfigurationChange) =>
    platform.admin.configure('North', change).then(
      () => 'taken',
      (error) => error.problem.details.fields?.[0].why ?? error.problem.details.why,
    );
  for (const port of forbiddenPorts) {
    const why = expect.stringMatching(new RegExp(`^port ${port} is used by the appliance itself`));
    expect(await refused({ proxyPort: port })).toEqual(why);
    expect(await refused({ cachePort: port })).toEqual(why);
  }
  expect(forbiddenPorts).toHaveLength(13);
  for (const port of [0, 65_536, -1, 1.5]) expect(await refused({ proxyPort: port })).toMatch(/^a port is /);
  expect(await refused({ proxyPort: 8080 })).toBe('proxy and cache need a port each');
  expect(await refused({ allowedDomains: ['https://www.example.com'] })).toMatch(/^without what stands before/);
  expect(await refused({ allowedDomains: ['www.example.com'] })).toMatch(/^without what stands before/);
  expect(await refused({ allowedDomains: Array.from({ length: 11 }, (_, at) => `d${at}.example.com`) })).toMatch(
    /^at most 10/,
  );
  expect(await refused({ patch: true })).toBe('It needs a second disk of 250 GB; it has told of no second disk.');
  expect((await platform.admin.appliance('North')).configuration.revision).toBe(1);
  expect(await refused({ proxyPort: 65_535, cachePort: 1, allowedDomains: ['example.com'] })).toBe('taken');
});

it('allows patch mode once the appliance has told of a second disk that is large enough', async () => {
  const folder = await emptyFolder();
  const platform = await platformIn(folder);
  const north = await enrolled(platform);
  const body = checkInBody();
  body.health.disk2 = { size: 250e9 };
  expect((await askAs(platform, north, paths.checkIn, body)).status).toBe(200);
  await platform.close();
  const { admin } = await platformIn(folder);
  expect((await admin.configure('North', { patch: true })).configuration.modes.patch).toBe(true);
});

it('names what is wrong with a new code, and refuses to revoke a used one', async () => {
  const { admin, ...platform } = await platformIn(await emptyFolder());
  const fields = (wanted: Parameters<typeof admin.createCode>[0]) =>
    admin.createCode(wanted).then(
      () => 'taken',
      (error) => error.problem.details.fields.map(({ field }: { field: string }) => field).join(),
    );
  expect(await fields({ name: '' })).toBe('name');
  expect(await fields({ name: 'n'.repeat(101), location: 'l'.repeat(256) })).toBe('name,location');
  expect(await fields({ name: 'n'.repeat(100), location: 'l'.repeat(255) })).toBe('taken');
  expect(await fields({ name: 'red\x1b[31m' })).toBe('name');
  expect(await fields({ name: 'n', days: 0 })).toBe('expires');
  const north = await enrolled({ admin, ...platform });
  const used = (await admin.codes()).find(({ state }) => state === 'used');
  await expect(admin.revokeCode(used?.code ?? '')).rejects.toMatchObject({ problem: { code: 'not-allowed' } });
  await expect(admin.revokeCode('../../etc')).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  await expect(admin.appliance('South')).rejects.toMatchObject({ problem: { code: 'unavailable' } });
  expect((await admin.appliance(north.applianceId.toUpperCase())).name).toBe('North');
});

it('loses no change of two administrators at once', async () => {
  const folder = await emptyFolder();
  const [one, other] = [await platformIn(folder), await platformIn(folder)];
  await enrolled(one);
  const ports = Array.from({ length: 20 }, (_, at) => 20_000 + at);
  await Promise.all(ports.map((port, at) => (at % 2 ? one : other).admin.configure('North', { proxyPort: port })));
  expect((await one.admin.appliance('North')).configuration.revision).toBe(21);
});

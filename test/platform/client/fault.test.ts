/** Each way to miss the platform, provoked for real: the operator gets the one problem that it is. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer as createHttps } from 'node:https';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { NoConnection } from '../../../src/adapters/proxy/no-connection.ts';
import type { Problem } from '../../../src/errors.ts';
import { checkService } from '../../../src/platform/client/connectivity.ts';
import { enrol } from '../../../src/platform/client/enrol.ts';
import { faultOf } from '../../../src/platform/client/fault.ts';
import { newKey } from '../../../src/platform/client/key.ts';
import type { Reach } from '../../../src/platform/client/reach.ts';
import { RegistrationStore } from '../../../src/platform/client/store.ts';
import type { PersonalizationCode } from '../../../src/values/uuid.ts';
import {
  closedPort,
  codeOf,
  emptyFolder,
  listening,
  never,
  openProxy,
  openTcp,
  openWorld,
  problemIn,
  reachTo,
  suffix,
  through,
} from './world.ts';

const status = `status.${suffix}`;
const manage = `manage.${suffix}`;

/** Undefined: the service is well. */
async function problemOn(reach: Reach): Promise<Problem | undefined> {
  return checkService(reach, 'status', never).then(
    () => undefined,
    (error: unknown) => problemIn(Promise.reject(error)),
  );
}

/** For the name of the status service, trusted by itself. */
async function ownCertificate(): Promise<{ key: string; certificate: string }> {
  const folder = await emptyFolder();
  const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
  const name = ['-subj', `/CN=${status}`, '-addext', `subjectAltName=DNS:${status}`];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await promisify(execFile)('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', certificate]);
  return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') };
}

async function enrolling(reach: Reach, code: PersonalizationCode): Promise<Problem> {
  const store = new RegistrationStore(await emptyFolder());
  const given = { code, key: await newKey(), version: '1.0', facts: {} };
  return problemIn(enrol(reach, store, given, never));
}

test('a platform that is well', async () => {
  expect(await problemOn((await openWorld()).reach())).toBeUndefined();
});

test('a name that no DNS server knows', async () => {
  const reach = (await openWorld()).reach({ suffix: 'nowhere.invalid' as Reach['suffix'] });
  expect(await problemOn(reach)).toEqual({ code: 'platform-name', details: { host: 'status.nowhere.invalid' } });
});

test('nobody listens there', async () => {
  const reach = reachTo(await closedPort());
  expect(await problemOn(reach)).toEqual({ code: 'platform-refused', details: { host: status, port: 443 } });
});

test('somebody takes the connection and says nothing', async () => {
  const reach = reachTo(await openTcp(() => undefined), { patience: 200 });
  expect(await problemOn(reach)).toEqual({ code: 'platform-timeout', details: { host: status, seconds: 1 } });
});

test('the connection is cut', async () => {
  const reach = reachTo(await openTcp((socket) => socket.destroy()));
  expect(await problemOn(reach)).toEqual({ code: 'platform-cut', details: { host: status } });
});

test('what answers speaks no TLS', async () => {
  const reach = reachTo(await openTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  expect(await problemOn(reach)).toEqual({
    code: 'tls-failed',
    details: { host: status, why: 'what answers does not speak TLS' },
  });
});

test('no way leads there', () => {
  const place = { host: status, port: 443, way: undefined, seconds: 5, isIdentified: false };
  const { problem } = faultOf(new NoConnection('unreachable', status), 'connection', place);
  expect(problem).toEqual({ code: 'platform-route', details: { host: status } });
});

test('a certificate of an issuer that is not known here: the issuer is named', async () => {
  const [ours, theirs] = [await openWorld(), await openWorld()];
  const reach = ours.reach({ trusted: theirs.platform.ca });
  expect(await problemOn(reach)).toEqual({
    code: 'tls-not-trusted',
    details: {
      host: status,
      issuer: expect.stringContaining('Gatehouse platform CA'),
      why: 'its issuer is not known here',
    },
  });
  expect(await problemOn(reachTo(ours.platform.port))).toMatchObject({ code: 'tls-not-trusted' });
});

test('a certificate for another name', async () => {
  const world = await openWorld({ suffix: `other.${suffix}` });
  expect(await problemOn(world.reach())).toEqual({
    code: 'tls-other-name',
    details: { host: status, names: expect.stringContaining(`status.other.${suffix}`) },
  });
});

test.each([
  [12, -12],
  [-90, 90],
])('the clock of the platform is %d minutes ahead of ours', async (offset, minutes) => {
  const world = await openWorld();
  world.faults.clockOffsetSeconds = offset * 60;
  expect(await problemOn(world.reach())).toEqual({ code: 'clock-wrong', details: { minutes } });
  world.faults.clockOffsetSeconds = 240;
  expect(await problemOn(world.reach())).toBeUndefined();
});

test('a certificate that is not valid yet: it is our clock, where the platform has another time', async () => {
  const world = await openWorld({ clock: () => new Date(Date.now() + 400 * 86_400_000) });
  expect(await problemOn(world.reach())).toEqual({ code: 'clock-wrong', details: { minutes: -400 * 1440 } });
});

test('a certificate that is not valid yet, while the clocks agree, is not trusted', async () => {
  const world = await openWorld({ clock: () => new Date(Date.now() + 400 * 86_400_000) });
  world.faults.clockOffsetSeconds = -400 * 86_400;
  expect(await problemOn(world.reach())).toMatchObject({
    code: 'tls-not-trusted',
    details: { why: expect.stringMatching(/^it begins at 2/) },
  });
});

test('a proxy that asks for a password, and one that does not accept it', async () => {
  const world = await openWorld();
  const { port, asked } = await openProxy(world.platform.port, { allow: 'jdoe:right' });
  const proxy = `127.0.0.1:${port}`;
  const without = await problemOn(world.reach(through(`http://${proxy}`)));
  expect(without).toEqual({ code: 'proxy-auth', details: { proxy, user: '' } });
  const wrong = await problemOn(world.reach(through(`http://jdoe:wrong@${proxy}`)));
  expect(wrong).toEqual({ code: 'proxy-auth', details: { proxy, user: 'jdoe' } });
  expect(await problemOn(world.reach(through(`http://jdoe:right@${proxy}`)))).toBeUndefined();
  expect(asked.at(-1)).toBe(`${status}:443 200`);
});

test('a proxy that is dead, is none, or is not found: nothing goes around it', async () => {
  const world = await openWorld();
  const dead = async (url: string) => {
    const problem = await problemOn(world.reach(through(url)));
    return problem?.code === 'proxy-dead' ? problem.details.why : problem;
  };
  expect(await dead(`http://127.0.0.1:${await closedPort()}`)).toMatch(/refuses connections/);
  const none = await openTcp((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  expect(await dead(`http://127.0.0.1:${none}`)).toMatch(/no HTTP proxy/);
  expect(await dead('http://proxy.invalid:3128')).toMatch(/proxy\.invalid was not found/);
});

test.each([403, 502])('a proxy that says %d', async (said) => {
  const world = await openWorld();
  const { port, url } = await openProxy(world.platform.port, { status: said });
  expect(await problemOn(world.reach(through(url)))).toEqual({
    code: 'proxy-refused',
    details: { proxy: `127.0.0.1:${port}`, host: status, status: said },
  });
});

test('of several proxies the next is taken where one fails; where all do, the first is told', async () => {
  const world = await openWorld();
  const dead = `http://127.0.0.1:${await closedPort()}`;
  const strict = await openProxy(world.platform.port, { allow: 'a:b' });
  const good = await openProxy(world.platform.port);
  expect(await problemOn(world.reach(through(dead, `http://127.0.0.1:${strict.port}`, good.url)))).toBeUndefined();
  expect(strict.asked).toEqual([`${status}:443 407`]);
  expect(await problemOn(world.reach(through(dead, `http://127.0.0.1:${strict.port}`)))).toMatchObject({
    code: 'proxy-dead',
  });
});

test('a host that is to be reached without the proxy is', async () => {
  const world = await openWorld();
  const { proxy } = through(`http://127.0.0.1:${await closedPort()}`);
  const noProxy = [`.${suffix}`] as Reach['proxy']['noProxy'];
  expect(await problemOn(world.reach({ proxy: { ...proxy, noProxy } }))).toBeUndefined();
});

test('a platform in trouble', async () => {
  const world = await openWorld();
  world.faults.status = 503;
  expect(await problemOn(world.reach())).toEqual({ code: 'platform-error', details: { host: status, status: 503 } });
  expect(await enrolling(world.reach(), await world.code())).toMatchObject({ code: 'platform-error' });
});

test('an answer that is rubbish, and one without an end', async () => {
  const world = await openWorld();
  world.faults.body = 'garbage';
  const problem = await problemOn(world.reach());
  expect(problem).toMatchObject({ code: 'platform-garbage', details: { host: status } });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
  expect(JSON.stringify(problem)).not.toMatch(/[\x00-\x1f\x7f-\x9f]|\\u00/);
  expect(await enrolling(world.reach(), await world.code())).toMatchObject({ code: 'platform-garbage' });
  world.faults.body = 'endless';
  expect(await enrolling(world.reach(), await world.code())).toEqual({
    code: 'platform-garbage',
    details: { host: manage, got: 'It is longer than 65536 bytes' },
  });
});

test('TLS that ends in something else than HTTP', async () => {
  const { key, certificate } = await ownCertificate();
  const server = createTls({ key, cert: certificate }, (socket) => socket.end('220 mail.example.com ESMTP\r\n'));
  const reach = reachTo(await listening(server), { trusted: certificate });
  expect(await problemOn(reach)).toMatchObject({
    code: 'platform-garbage',
    details: { got: 'It does not speak HTTP' },
  });
});

test('an old TLS only', async () => {
  const { key, certificate } = await ownCertificate();
  const options = { key, cert: certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
  const server = createHttps(options as object, (_request, response) => response.end('{"response" : "Success"}'));
  const reach = reachTo(await listening(server), { trusted: certificate });
  expect(await problemOn(reach)).toEqual({
    code: 'tls-failed',
    details: { host: status, why: 'it has older versions of TLS only' },
  });
});

test('a code that is unknown, used, revoked, expired', async () => {
  let now = Date.now();
  const world = await openWorld({ clock: () => new Date(now) });
  const reach = world.reach();
  expect(await enrolling(reach, codeOf('0123a17a-4c5d-4e6f-8a9b-16dc66900d1b'))).toMatchObject({
    code: 'code-unknown',
  });
  const used = await world.code();
  const store = new RegistrationStore(await emptyFolder());
  await enrol(reach, store, { code: used, key: await newKey(), version: '1.0', facts: {} }, never);
  expect(await enrolling(reach, used)).toMatchObject({ code: 'code-used' });
  const revoked = await world.code('South gate');
  await world.platform.admin.revokeCode(revoked);
  expect(await enrolling(reach, revoked)).toMatchObject({ code: 'code-revoked' });
  const expired = await world.code('East gate');
  now += 31 * 86_400_000;
  expect(await enrolling(reach, expired)).toMatchObject({ code: 'code-expired' });
});

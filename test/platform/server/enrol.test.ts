/** Enrolment: codes good and bad, requests good and bad, answers lost. */
import { createHash, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { enrolAnswer, paths, refusal } from '../../../src/platform/protocol.ts';
import { ask, askAs, checkInBody, emptyFolder, enrolBody, enrolled, newKey, p256, platformIn } from './machine.ts';

const day = 86_400_000;

it('gives a certificate of ninety days for the key of the request, and the usual configuration', async () => {
  const platform = await platformIn(await emptyFolder());
  const { code } = await platform.admin.createCode({ name: 'North', location: 'Pune' });
  const { csr, key } = await newKey();
  const { status, json } = await ask(platform, paths.enrol, { body: enrolBody(code, csr) });
  expect(status).toBe(200);
  const answer = enrolAnswer.parse(json);
  expect(answer).toMatchObject({
    name: 'North',
    location: 'Pune',
    checkInSeconds: 60,
    configuration: { revision: 1, proxyPort: 1080, cachePort: 8080, minimumTls: '1.2', allowedDomains: [] },
  });
  const certificate = new X509Certificate(answer.certificate);
  expect(certificate.subject).toBe(`CN=${answer.applianceId}`);
  expect(certificate.verify(new X509Certificate(platform.ca).publicKey)).toBe(true);
  expect(new Date(answer.until).getTime() - Date.now()).toBeGreaterThan(89.9 * day);
  expect(new Date(certificate.validTo).getTime()).toBeLessThan(Date.now() + 90.1 * day);
  expect((await askAs(platform, { ...answer, key }, paths.checkIn, checkInBody())).status).toBe(200);
  const [listed] = await platform.admin.codes();
  expect(listed).toMatchObject({ state: 'used', used: { applianceId: answer.applianceId } });
});

it('tells unknown, used, revoked and expired codes apart', async () => {
  let now = Date.now();
  const platform = await platformIn(await emptyFolder(), { clock: () => new Date(now) });
  const { admin } = platform;
  const codes = await Promise.all(['used', 'revoked', 'expired'].map((name) => admin.createCode({ name, days: 2 })));
  const [used, revoked, expired] = codes.map(({ code }) => code) as [string, string, string];
  const tried = async (code: string) => {
    const { status, json } = await ask(platform, paths.enrol, { body: enrolBody(code, (await newKey()).csr) });
    return status === 200 ? 'enrolled' : `${status} ${refusal.parse(json).error}`;
  };
  expect(await tried(used)).toBe('enrolled');
  await admin.revokeCode(revoked);
  now += 3 * day;
  expect(await tried('0123a17a-4c5d-4e6f-8a9b-16dc66900d1b')).toBe('404 unknown-code');
  expect(await tried(used)).toBe('409 used-code');
  expect(await tried(revoked)).toBe('410 revoked-code');
  expect(await tried(expired)).toBe('410 expired-code');
  expect((await admin.codes()).map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
    'expired expired',
    'revoked revoked',
    'used used',
  ]);
});

it('enrols one of ten appliances that use the same code at once', async () => {
  const platform = await platformIn(await emptyFolder());
  const { code } = await platform.admin.createCode({ name: 'North' });
  const keys = await Promise.all(Array.from({ length: 10 }, () => newKey()));
  const answers = await Promise.all(keys.map(({ csr }) => ask(platform, paths.enrol, { body: enrolBody(code, csr) })));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array(9).fill(409)]);
  expect(await platform.admin.appliances()).toHaveLength(1);
});

it('answers again where the answer was lost, as long as the same key asks', async () => {
  const platform = await platformIn(await emptyFolder());
  const { code } = await platform.admin.createCode({ name: 'North' });
  const { csr, key } = await newKey();
  const first = await ask(platform, paths.enrol, { body: enrolBody(code, csr) });
  const again = await ask(platform, paths.enrol, { body: enrolBody(code, csr) });
  expect(again.json.applianceId).toBe(first.json.applianceId);
  for (const { json } of [first, again])
    expect((await askAs(platform, { ...json, key }, paths.checkIn, checkInBody())).status).toBe(200);
  expect((await askAs(platform, { ...again.json, key }, paths.deregister, {})).status).toBe(200);
  const after = await ask(platform, paths.enrol, { body: enrolBody(code, csr) });
  expect([after.status, after.json.error]).toEqual([409, 'used-code']);
});

it('refuses requests that are not signed by their key, of other kinds, or none at all, and keeps the code', async () => {
  const platform = await platformIn(await emptyFolder());
  const { code } = await platform.admin.createCode({ name: 'North' });
  const { csr } = await newKey();
  const der = Buffer.from(csr.replace(/-----.*-----|\s/g, ''), 'base64');
  der[der.length - 3] = (der[der.length - 3] ?? 0) ^ 1;
  const pem = (bytes: Buffer) =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const wrong = {
    'not signed': pem(der),
    'no request': pem(Buffer.from('rubbish')),
    empty: pem(Buffer.alloc(0)),
    'cut in half': pem(der.subarray(0, der.length / 2)),
    'RSA key': (await newKey(rsa)).csr,
    'other curve': (await newKey({ ...p256, namedCurve: 'P-521' })).csr,
    'no PEM': 'x',
    'a certificate': platform.ca,
  };
  for (const [what, given] of Object.entries(wrong)) {
    const { status, json } = await ask(platform, paths.enrol, { body: enrolBody(code, given) });
    expect([what, status, json?.error]).toEqual([what, 422, 'bad-certificate-request']);
  }
  expect((await platform.admin.codes())[0]?.state).toBe('open');
  expect((await ask(platform, paths.enrol, { body: enrolBody(code, csr) })).status).toBe(200);
});

it('renews: both certificates hold until the new one is used, then the old one is void', async () => {
  let now = Date.now() - 70 * day;
  const platform = await platformIn(await emptyFolder(), { clock: () => new Date(now) });
  const old = await enrolled(platform);
  const check = async (who: { certificate: string; key: string }) => askAs(platform, who, paths.checkIn, checkInBody());
  expect((await check(old)).json.renew).toBe(undefined);
  now += 61 * day;
  expect((await check(old)).json.renew).toBe(true);
  const { csr, key } = await newKey();
  const renewed = await askAs(platform, old, paths.renew, { csr });
  expect(renewed.status).toBe(200);
  expect((await check(old)).status).toBe(200);
  expect((await check({ certificate: renewed.json.certificate, key })).json.renew).toBe(undefined);
  const late = await check(old);
  expect([late.status, late.json.error]).toEqual([403, 'revoked-certificate']);
});

it('has one certificate authority for good, whoever opens the folder, and tells it in ca.pem', async () => {
  const folder = await emptyFolder();
  const both = await Promise.all([platformIn(folder), platformIn(folder)]);
  const prints = both.map(({ ca }) => createHash('sha256').update(ca).digest('hex'));
  expect(prints[0]).toBe(prints[1]);
  const years = (new Date(new X509Certificate(both[0].ca).validTo).getTime() - Date.now()) / day / 365.25;
  expect(years).toBeCloseTo(10, 1);
});

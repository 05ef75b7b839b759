/** Clients that send too much, too little, too slowly, or rubbish: refused in bounded time, and nobody else notices. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { checkInAnswer, limits, paths, refusal } from '../../../src/platform/protocol.ts';
import type { Faults } from '../../../src/platform/server/faults.ts';
import type { Platform } from '../../../src/platform/server/platform.ts';
import { ask, askAs, checkInBody, type Enrolled, emptyFolder, enrolled, platformIn } from './machine.ts';

/** Seconds. */
const patience = 0.4;

async function opened(socket: Socket, event: string): Promise<Socket> {
  onTestFinished(() => void socket.destroy());
  await once(socket, event);
  return socket;
}

function tls({ port, hosts, ca }: Platform, as?: Enrolled): Promise<Socket> {
  const own = as ? { cert: as.certificate, key: as.key } : {};
  return opened(connectTls({ host: '127.0.0.1', port, servername: hosts.management, ca, ...own }), 'secureConnect');
}

/** All that the platform says until it closes; it has to. */
async function saidBy(socket: Socket): Promise<string> {
  let said = '';
  socket.on('data', (part) => {
    said += part;
  });
  socket.on('error', () => undefined);
  if (!socket.closed) await new Promise((closed) => socket.on('close', closed));
  return said;
}

async function isWell(platform: Platform): Promise<void> {
  expect((await ask(platform, paths.health)).text).toBe('{"status":"UP"}');
}

const head = ({ hosts }: Platform, path: string) => `POST ${path} HTTP/1.1\r\nHost: ${hosts.management}\r\n`;

it('answers the health calls as the guide prints them, each under its own name', async () => {
  const platform = await platformIn(await emptyFolder());
  const said = async (servername: string, host = servername) =>
    (await ask(platform, paths.health, { headers: { host }, servername })).text;
  const { status, management, packages, repository } = platform.hosts;
  expect(await said(status)).toBe('{"response" : "Success"}\nGatehouse');
  expect(await said(management)).toBe('{"status":"UP"}');
  expect(await said(packages, `${packages.toUpperCase()}:443`)).toBe('{"is_alive":true,"version":"6.17.0"}');
  expect(await said(repository)).toBe('OK');
});

it('refuses other hosts, paths, methods, and bodies that are not what they should be', async () => {
  const platform = await platformIn(await emptyFolder());
  const refused = async (path: string, options: Parameters<typeof ask>[2]) => {
    const { status, json } = await ask(platform, path, options);
    return `${status} ${refusal.parse(json).error}`;
  };
  const post = (body: string) => refused(paths.enrol, { body });
  expect(await refused(paths.health, { headers: { host: 'example.com' } })).toBe('421 wrong-host');
  expect(await refused('/', {})).toBe('404 unknown-path');
  expect(await refused('/__proto__', { body: '{}' })).toBe('404 unknown-path');
  expect(await refused(paths.enrol, { headers: { host: platform.hosts.status }, body: '{}' })).toBe('404 unknown-path');
  expect(await refused(paths.enrol, {})).toBe('405 wrong-method');
  for (const body of ['', 'x', '{', '[]', 'null', '{"code":1}', '['.repeat(60_000), '{"__proto__":{"code":"x"}}'])
    expect(await post(body)).toBe('400 bad-request');
  expect(await post('x'.repeat(limits.body + 1))).toBe('413 too-large');
  const code = '\x1b]0;title\x07';
  const { text } = await ask(platform, paths.enrol, { body: JSON.stringify({ code, [code]: code }) });
  expect(text).not.toContain('title');
  await isWell(platform);
});

it('cuts a body without an end after 64 KiB', async () => {
  const platform = await platformIn(await emptyFolder());
  const socket = await tls(platform);
  const said = saidBy(socket);
  socket.write(`${head(platform, paths.enrol)}Transfer-Encoding: chunked\r\n\r\n`);
  const part = `1000\r\n${'x'.repeat(4096)}\r\n`;
  let sent = 0;
  const more = () => {
    while (!socket.destroyed && socket.write(part)) sent += part.length;
    sent += part.length;
  };
  socket.on('drain', more);
  more();
  expect(await said).toMatch(/^HTTP\/1\.1 413 [\s\S]*too-large/);
  // What the sockets between us hold comes on top.
  expect(sent).toBeLessThan(16 * 2 ** 20);
  await isWell(platform);
});

it('waits for nobody: no handshake, no head, half a body, a byte now and then', async () => {
  const platform = await platformIn(await emptyFolder(), { patience });
  const { port } = platform;
  const silent = await opened(connectTcp(port, '127.0.0.1'), 'connect');
  const noHead = await tls(platform);
  const halfBody = await tls(platform);
  halfBody.write(`${head(platform, paths.enrol)}Content-Length: 1000\r\n\r\n{"code"`);
  const drip = await tls(platform);
  drip.write(`${head(platform, paths.enrol)}X-Slow: `);
  const dripping = setInterval(() => drip.writable && drip.write('x'), 20);
  onTestFinished(() => clearInterval(dripping));
  const began = performance.now();
  const answers = await Promise.all([silent, noHead, halfBody, drip].map(saidBy));
  expect(performance.now() - began).toBeLessThan(patience * 1000 * 8);
  expect(answers[0]).toBe('');
  for (const slow of [answers[2], answers[3]]) expect(slow).toMatch(/^HTTP\/1\.1 408 [\s\S]*too-slow/);
  await isWell(platform);
});

it('is there for others while one address opens all the connections that it can', async () => {
  const platform = await platformIn(await emptyFolder());
  const { port } = platform;
  let closed = 0;
  for (let count = 0; count < 1100; count += 1) {
    const socket = connectTcp(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined).on('close', () => closed++);
    socket.resume();
  }
  await expect.poll(() => closed, { timeout: 10_000 }).toBe(1100 - 1024);
  await expect(ask(platform, paths.health)).rejects.toThrow();
  expect((await ask(platform, paths.health, { localAddress: '127.0.0.2' })).status).toBe(200);
});

it('ends in time, whoever is still connected', async () => {
  const platform = await platformIn(await emptyFolder());
  const silent = await opened(connectTcp(platform.port, '127.0.0.1'), 'connect');
  const idle = await tls(platform);
  const halfBody = await tls(platform);
  halfBody.write(`${head(platform, paths.enrol)}Content-Length: 1000\r\n\r\n{"code"`);
  const ends = Promise.all([silent, idle, halfBody].map(saidBy));
  await platform.close();
  await ends;
});

it('refuses rubbish instead of TLS, rubbish instead of HTTP, and a head without an end', async () => {
  const platform = await platformIn(await emptyFolder());
  const garbage = await opened(connectTcp(platform.port, '127.0.0.1'), 'connect');
  garbage.write(Buffer.alloc(4096, 0xa5));
  await saidBy(garbage);
  const plain = await opened(connectTcp(platform.port, '127.0.0.1'), 'connect');
  plain.write('GET /health HTTP/1.1\r\n\r\n');
  expect(await saidBy(plain)).not.toContain('200');
  const noHttp = await tls(platform);
  noHttp.write('\x00\x01\x02 rubbish\r\n\r\n');
  expect(await saidBy(noHttp)).toMatch(/^HTTP\/1\.1 400 [\s\S]*bad-request/);
  const flood = await tls(platform);
  const said = saidBy(flood);
  flood.write(head(platform, paths.enrol));
  const line = `X-Flood: ${'x'.repeat(1000)}\r\n`;
  const more = () => {
    while (!flood.destroyed && flood.write(line));
  };
  flood.on('drain', more);
  more();
  expect(await said).toMatch(/^HTTP\/1\.1 413 [\s\S]*too-large/);
  await isWell(platform);
});

it('talks no TLS before 1.2', async () => {
  const platform = await platformIn(await emptyFolder());
  const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await expect(ask(platform, paths.health, old)).rejects.toThrow(/alert|protocol/i);
  expect((await ask(platform, paths.health, { maxVersion: 'TLSv1.2' })).status).toBe(200);
});

it('renews its own certificate while it runs', async () => {
  let now = Date.now();
  const platform = await platformIn(await emptyFolder(), { clock: () => new Date(now) });
  const { serverUntil: first } = await ask(platform, paths.health);
  now += 61 * 86_400_000;
  const clock = () => ask(platform, paths.health, { rejectUnauthorized: false });
  await expect.poll(async () => (await clock()).serverUntil.getTime()).toBeGreaterThan(first.getTime());
});

it('answers badly where a test wants it to, and well again afterwards', async () => {
  const faults: Faults = {};
  const platform = await platformIn(await emptyFolder(), { faults });
  const north = await enrolled(platform);
  const checkIn = () => askAs(platform, north, paths.checkIn, checkInBody());
  faults.status = 503;
  expect((await ask(platform, paths.health)).status).toBe(503);
  delete faults.status;
  faults.clockOffsetSeconds = 3600;
  expect(Date.parse(String((await checkIn()).headers.date)) - Date.now()).toBeGreaterThan(3_500_000);
  delete faults.clockOffsetSeconds;
  faults.body = 'garbage';
  expect((await checkIn()).json).toBe(undefined);
  delete faults.body;
  Object.assign(faults, { name: '\x1b[2Jred', configuration: { proxyPort: 22 } });
  const { json } = await checkIn();
  expect(json).toMatchObject({ name: '\x1b[2Jred', configuration: { proxyPort: 22 } });
  expect(checkInAnswer.safeParse(json).success).toBe(false);
  for (const key of ['name', 'configuration'] as const) delete faults[key];
  Object.assign(faults, { only: 'configuration', body: 'endless' });
  await isWell(platform);
  const socket = await tls(platform, north);
  let received = 0;
  socket.on('data', (part) => {
    received += part.length;
  });
  const body = JSON.stringify(checkInBody());
  socket.write(`${head(platform, paths.checkIn)}Content-Length: ${body.length}\r\n\r\n${body}`);
  await expect.poll(() => received).toBeGreaterThan(2 ** 20);
  socket.destroy();
  for (const key of ['only', 'body'] as const) delete faults[key];
  expect(checkInAnswer.safeParse((await checkIn()).json).success).toBe(true);
});

/** Connections to a platform host: direct or through a proxy, and never the one for the other. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { NoConnection } from '../../../src/adapters/proxy/no-connection.ts';
import { openTunnel } from '../../../src/adapters/proxy/tunnel.ts';
import { parseProxyUrl } from '../../../src/values/proxy.ts';
import { sure } from '../../../src/values/result.ts';

const { signal } = new AbortController();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const proxyAt = (port: number) => sure(parseProxyUrl(`http://127.0.0.1:${port}`));
const whyOf = async (tunnel: Promise<unknown>) => {
  const error = await tunnel.catch((error: unknown) => error);
  return error instanceof NoConnection ? error.why : error;
};

test('the other end may speak first, also through a proxy', async () => {
  const proxy = createServer();
  proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nSSH-2.0-there'));
  const port = await listening(proxy);
  const socket = await openTunnel({ host: 'sftp.example.com', port: 22 }, proxyAt(port), 5_000, signal);
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toBe('SSH-2.0-there');
  socket.destroy();
});

test('with a dead proxy the host itself is never asked', async () => {
  let asked = 0;
  const host = createTcpServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  const port = await listening(host);
  const gone = createTcpServer();
  const free = await listening(gone);
  gone.close();
  expect(await whyOf(openTunnel({ host: '127.0.0.1', port }, proxyAt(free), 5_000, signal))).toBe('refused');
  expect(asked).toBe(0);
});

test.each([
  ['HTTP/1.1 407 No\r\n\r\n', 'proxy wants a password'],
  ['HTTP/1.1 403 No\r\n\r\n', 'proxy forbids'],
  ['HTTP/1.1 504 No\r\n\r\n', 'proxy cannot reach it'],
  ['SSH-2.0-OpenSSH_9.2\r\n', 'no proxy'],
  ['', 'cut'],
])('a proxy that says %j', async (answer, why) => {
  const port = await listening(createTcpServer((socket) => socket.on('error', () => undefined).end(answer)));
  expect(await whyOf(openTunnel({ host: 'platform.test', port: 443 }, proxyAt(port), 5_000, signal))).toBe(why);
});

test('one that says nothing is given up in time, or at once when that is asked for', async () => {
  const port = await listening(createTcpServer((socket) => socket.on('error', () => undefined)));
  const target = { host: 'platform.test', port: 443 };
  expect(await whyOf(openTunnel(target, proxyAt(port), 200, signal))).toBe('no answer');
  const stop = new AbortController();
  const waiting = openTunnel(target, proxyAt(port), 60_000, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ problem: { code: 'aborted' } });
});

test('a name that nobody knows', async () => {
  expect(await whyOf(openTunnel({ host: 'nowhere.invalid', port: 443 }, undefined, 10_000, signal))).toBe(
    'name not found',
  );
});

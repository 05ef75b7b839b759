/** A platform on loopback, proxies in front of it, and how an appliance of these tests reaches it. */
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { Failure, type Problem } from '../../../src/errors.ts';
import type { Reach } from '../../../src/platform/client/reach.ts';
import type { Faults } from '../../../src/platform/server/faults.ts';
import type { Platform, PlatformOptions } from '../../../src/platform/server/platform.ts';
import { parseProxyUrl } from '../../../src/values/proxy.ts';
import { sure } from '../../../src/values/result.ts';
import { type PersonalizationCode, parsePersonalizationCode } from '../../../src/values/uuid.ts';
import { emptyFolder, platformIn } from '../server/machine.ts';
import { reachTo } from './reach.ts';

export { emptyFolder } from '../server/machine.ts';
export { reachTo, suffix } from './reach.ts';

export const never = new AbortController().signal;

export interface World {
  platform: Platform;
  faults: Faults;
  reach(changes?: Partial<Reach>): Reach;
  code(name?: string): Promise<PersonalizationCode>;
}

/** A platform that runs; what it does badly may be switched on. */
export async function openWorld(options: Partial<PlatformOptions> = {}): Promise<World> {
  const faults: Faults = {};
  const platform = await platformIn(await emptyFolder(), { faults, ...options });
  return {
    platform,
    faults,
    reach: (changes = {}) => reachTo(platform.port, { trusted: platform.ca, ...changes }),
    code: async (name = 'North gate') => codeOf((await platform.admin.createCode({ name, location: 'Hall 3' })).code),
  };
}

export const codeOf = (text: string) => sure(parsePersonalizationCode(text));

export function through(...urls: string[]): Pick<Reach, 'proxy'> {
  return { proxy: { proxies: urls.map((url) => sure(parseProxyUrl(url))), order: 'sequential', noProxy: [] } };
}

export interface TestProxy {
  port: number;
  url: string;
  /** Hosts that it was asked for, with its answer: "manage.… 200". */
  asked: string[];
}

/** An HTTP proxy that leads every name to that port. `allow`: "user:password" that it wants. */
export async function openProxy(
  target: number,
  { allow, status }: { allow?: string; status?: number } = {},
): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request, socket: Socket) => {
    socket.on('error', () => undefined);
    const expected = allow && `Basic ${Buffer.from(allow).toString('base64')}`;
    const answer = expected && request.headers['proxy-authorization'] !== expected ? 407 : (status ?? 200);
    asked.push(`${request.url} ${answer}`);
    if (answer !== 200) return socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\n\r\n`);
    const inner = connect({ host: '127.0.0.1', port: target });
    inner.on('error', () => socket.destroy());
    inner.once('connect', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(inner).pipe(socket);
    });
    socket.on('close', () => inner.destroy());
    return undefined;
  });
  const port = await listening(server);
  return { port, url: `http://${allow ? `${allow}@` : ''}127.0.0.1:${port}`, asked };
}

/** A server that takes connections, for what a test does with them. */
export async function openTcp(take: (socket: Socket) => void): Promise<number> {
  return listening(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      take(socket);
    }),
  );
}

/** Its port, on loopback, until the test ends. */
export async function listening(server: Server | HttpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A port at which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The problem that it fails with. */
export async function problemIn(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    (given) => new Error(`it succeeded: ${JSON.stringify(given)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error.problem;
  throw error;
}

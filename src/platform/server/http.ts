/**
 * The HTTPS server: which host and path a request is for, its body within bounds of size and time, the answer.
 * What becomes of a request, routes.ts says. Everybody can connect, so nothing here waits or grows without an end.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { healthAnswer, limits, paths, type RefusalCode, type Role, refusals } from '../protocol.ts';
import { speakerOf } from './client-certificate.ts';
import type { Registry } from './enrol.ts';
import { type Faults, spoilt } from './faults.ts';
import { Refusal } from './refusal.ts';
import type { Route } from './routes.ts';

export interface Serving {
  registry: Registry;
  routes: Record<string, Route>;
  /** Host name to what is served there. */
  hosts: ReadonlyMap<string, Role>;
  vendor: string;
  faults: Faults;
  /** Told of our own mistakes. */
  failed(error: unknown): void;
  /** Seconds; shorter in tests. */
  patience?: number;
}

/** Seconds for a handshake, and for a request with head and body. A check-in takes a fraction of one. */
const usualPatience = 15;
/** For the steps of a registration. Kept until the next check-in, idle connections would shut out others. */
const keepAliveSeconds = 5;
const headBytes = 16 * 1024;

export function serverFor(serving: Serving, tls: ServerOptions): Server {
  // Everything is started with it off (scripts/wrapper), for a console's sake.
  setFlagsFromString('--opt');
  const patience = (serving.patience ?? usualPatience) * 1000;
  const server = createServer(
    {
      ...tls,
      minVersion: 'TLSv1.2',
      // Health and enrolment come without; whoever needs one is asked for it by his path.
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: patience,
      requestTimeout: patience,
      keepAliveTimeout: keepAliveSeconds * 1000,
      connectionsCheckingInterval: Math.min(patience / 4, 1000),
      maxHeaderSize: headBytes,
    },
    (request, response) => void answer(serving, request, response),
  );
  server.maxHeadersCount = 64;
  server.on('clientError', refuseUnread);
  return server;
}

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => undefined);
  try {
    const { status, type, body } = await outcome(serving, request);
    send(serving, response, { status, type, body });
  } catch (error) {
    if (request.destroyed && !request.complete) return;
    const { status, code, said } = error instanceof Refusal ? error : internal(serving, error);
    // What was not read would be taken for the next request.
    if (!request.complete) response.setHeader('Connection', 'close');
    send(serving, response, { status, type: 'application/json', body: JSON.stringify({ error: code, said }) });
  }
}

function internal({ failed }: Serving, error: unknown): Refusal {
  failed(error);
  return new Refusal('internal', 'The platform made a mistake; it is in its log.');
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

async function outcome(serving: Serving, request: IncomingMessage): Promise<Answer> {
  const host = (request.headers.host ?? '').toLowerCase().replace(/:\d*$/, '');
  const role = serving.hosts.get(host);
  if (!role) throw new Refusal('wrong-host', 'This host name is none of the services of this platform.');
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === paths.health) {
    if (request.method !== 'GET') throw new Refusal('wrong-method', 'Only GET is possible here.');
    const isJson = role === 'management' || role === 'packages';
    return { status: 200, type: isJson ? 'application/json' : 'text/plain', body: healthAnswer(role, serving) };
  }
  const route = role === 'management' && Object.hasOwn(serving.routes, path) ? serving.routes[path] : undefined;
  if (!route) throw new Refusal('unknown-path', 'There is nothing at this path.');
  if (request.method !== 'POST') throw new Refusal('wrong-method', 'Only POST is possible here.');
  const socket = request.socket as TLSSocket;
  const from = socket.remoteAddress ?? 'unknown';
  const body = await bodyOf(request);
  const speaker = (evenEnded = false) => speakerOf(serving.registry, socket, evenEnded);
  return { status: 200, type: 'application/json', body: JSON.stringify(await route({ body, from, speaker })) };
}

function bodyOf(request: IncomingMessage): Promise<string> {
  const tooLarge = new Refusal('too-large', `A body has at most ${limits.body} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limits.body) return Promise.reject(tooLarge);
  return new Promise((done, refuse) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size > limits.body) {
        request.pause();
        refuse(tooLarge);
      } else parts.push(part);
    });
    request.on('end', () => {
      try {
        done(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
      } catch {
        refuse(new Refusal('bad-request', 'The body is no UTF-8.'));
      }
    });
    request.on('close', () => refuse(new Refusal('bad-request', 'The connection ended before the body did.')));
  });
}

function send({ registry, faults }: Serving, response: ServerResponse, answer: Answer): void {
  const now = new Date(registry.clock().getTime() + (faults.clockOffsetSeconds ?? 0) * 1000);
  response.sendDate = false;
  response.setHeader('Date', now.toUTCString());
  response.setHeader('Cache-Control', 'no-store');
  const { status, type, body } = spoilt(faults, answer);
  response.setHeader('Content-Type', `${type}; charset=utf-8`);
  if (typeof body === 'string') response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status);
  if (typeof body === 'string') response.end(body);
  else body.pipe(response);
}

/** What never became a request: too slow, too long a head, no HTTP. Without a TLS connection there is nobody to tell. */
function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  const code = unread[error.code ?? ''] ?? (error.code?.startsWith('HPE_') ? 'bad-request' : undefined);
  if (!code || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ error: code });
  const head = [`HTTP/1.1 ${refusals[code]} Refused`, 'Content-Type: application/json', 'Connection: close'];
  socket.end(`${[...head, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Codes of node's parser and of its clock. */
const unread: Record<string, RefusalCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
  HPE_HEADER_OVERFLOW: 'too-large',
};

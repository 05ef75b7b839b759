/**
 * One HTTPS request to a service of the platform: directly, or through the proxies that are set, one after the other,
 * and never around them. Bounded in time and size. What an answer means is decided elsewhere.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { NoConnection } from '../../adapters/proxy/no-connection.ts';
import { type Failure, fail } from '../../errors.ts';
import type { Fqdn } from '../../values/host.ts';
import { after } from '../../within.ts';
import { limits, paths } from '../protocol.ts';
import { aheadOf, clockFault } from './clock.ts';
import { faultOf, isAboutTime, type Place } from './fault.ts';
import { type Reach, type Way, waysTo } from './reach.ts';
import { Distrust, type Identity, secure } from './tls.ts';

export interface Asking {
  host: Fqdn;
  path: string;
  /** Sent as JSON, by POST; without it a GET. */
  body?: unknown;
  identity?: Identity;
}

export interface Answered {
  status: number;
  body: string;
  /** Milliseconds that our clock is ahead of the platform's. */
  ahead: number | undefined;
  /** That it came through. */
  way: Way;
}

/**
 * Tries the ways in their order until one leads to the service; the request is sent once.
 * @throws Failure of the first way where none does; of the exchange; 'aborted'
 */
export async function ask(reach: Reach, asking: Asking, signal: AbortSignal): Promise<Answered> {
  let first: unknown;
  for (const way of waysTo(asking.host, reach)) {
    const trip = new Trip(reach, asking, way, signal);
    let tls: TLSSocket;
    try {
      tls = await trip.connect();
    } catch (error) {
      if (signal.aborted) throw error;
      first ??= error;
      continue;
    }
    return trip.exchange(tls);
  }
  throw first;
}

/** The same on that one way. */
export async function askBy(way: Way, reach: Reach, asking: Asking, signal: AbortSignal): Promise<Answered> {
  const trip = new Trip(reach, asking, way, signal);
  return trip.exchange(await trip.connect());
}

/** One way to one service, in its three stages, within one time limit. Rejects with a Failure. */
export class Trip {
  private readonly late: AbortSignal;
  private readonly within: AbortSignal;
  private readonly place: Place;

  constructor(
    private readonly reach: Reach,
    private readonly asking: Asking,
    private readonly way: Way,
    private readonly signal: AbortSignal,
  ) {
    const { patience, port } = reach;
    this.late = after(patience);
    this.within = AbortSignal.any([signal, this.late]);
    const isIdentified = asking.identity !== undefined;
    this.place = { host: asking.host, port, way, seconds: Math.ceil(patience / 1000), isIdentified };
  }

  /** A connection to it on which TLS stands. */
  async connect(): Promise<TLSSocket> {
    return this.secure(await this.open());
  }

  /** A connection to it, through the proxy where there is one. */
  async open(): Promise<Socket> {
    const { reach, asking, way, signal } = this;
    try {
      return await reach.open({ host: asking.host, port: reach.port }, way, reach.patience, signal);
    } catch (error) {
      throw this.fault(error, 'connection');
    }
  }

  async secure(socket: Socket): Promise<TLSSocket> {
    const { reach, asking, within } = this;
    const { host, identity } = asking;
    const { trusted } = reach;
    try {
      return await secure(
        socket,
        { host, ...(trusted === undefined ? {} : { trusted }), ...(identity ? { identity } : {}) },
        within,
      );
    } catch (error) {
      const clock = error instanceof Distrust && isAboutTime(error) ? await this.clock(error.socket) : undefined;
      if (error instanceof Distrust) error.socket.destroy();
      socket.on('error', () => undefined).destroy();
      throw clock ?? this.fault(error, 'tls');
    }
  }

  /** Ends the connection. */
  async exchange(tls: TLSSocket): Promise<Answered> {
    try {
      return await exchanged(tls, this.asking, this.way, this.within);
    } catch (error) {
      throw this.fault(error, 'exchange');
    } finally {
      tls.destroy();
    }
  }

  /** A certificate that is not valid now: is it our clock? Asked of somebody who is not proven, for this answer only. */
  private async clock(tls: TLSSocket): Promise<Failure | undefined> {
    try {
      const { ahead } = await exchanged(tls, { host: this.asking.host, path: paths.health }, this.way, this.within);
      return clockFault(ahead);
    } catch {
      return undefined;
    }
  }

  private fault(error: unknown, stage: 'connection' | 'tls' | 'exchange'): Failure {
    if (this.signal.aborted && !(error instanceof NoConnection)) return fail('aborted', {}, error);
    return faultOf(error, stage, this.place, this.late.aborted);
  }
}

async function exchanged(
  tls: TLSSocket,
  { host, path, body }: Pick<Asking, 'host' | 'path' | 'body'>,
  way: Way,
  within: AbortSignal,
): Promise<Answered> {
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const asking = request({
    createConnection: () => tls,
    method: sent ? 'POST' : 'GET',
    path,
    headers: {
      Host: host,
      Connection: 'close',
      Accept: 'application/json',
      ...(sent ? { 'Content-Type': 'application/json', 'Content-Length': sent.length } : {}),
    },
    signal: within,
  });
  asking.on('error', () => undefined);
  asking.end(sent);
  const [answer] = (await once(asking, 'response', { signal: within })) as [IncomingMessage];
  const ahead = aheadOf(answer.headers.date, Date.now());
  return { status: answer.statusCode ?? 0, body: await bounded(answer, host), ahead, way };
}

/** @throws Failure 'platform-garbage' as soon as it is too long */
async function bounded(answer: IncomingMessage, host: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limits.body) throw fail('platform-garbage', { host, got: `It is longer than ${limits.body} bytes` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

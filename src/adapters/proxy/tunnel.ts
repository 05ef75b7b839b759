/**
 * A TCP connection to a platform host: direct, or through an upstream proxy by CONNECT (RFC 9110, 9.3.6). Never
 * both: what is asked to go through a proxy does not go without. Every way it can fail has its own reason.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { fail } from '../../errors.ts';
import { isIpv6 } from '../../values/host.ts';
import { proxyName, type UpstreamProxy } from '../../values/proxy.ts';
import { after } from '../../within.ts';
import { NoConnection, type Refusal } from './no-connection.ts';

export interface Target {
  /** Parsed: a name or an address. */
  host: string;
  port: number;
}

/**
 * The connection, ready for TLS. The caller ends it.
 * @param patience milliseconds for all of it
 * @throws NoConnection; Failure 'aborted'
 */
export async function openTunnel(
  target: Target,
  proxy: UpstreamProxy | undefined,
  patience: number,
  signal: AbortSignal,
): Promise<Socket> {
  const late = after(patience);
  const within = AbortSignal.any([signal, late]);
  try {
    return proxy ? await through(proxy, target, within) : await direct(target, within);
  } catch (error) {
    if (signal.aborted) throw fail('aborted', {}, error);
    if (error instanceof NoConnection) throw error;
    throw new NoConnection(late.aborted ? 'no answer' : reasonOf(error), proxy ? proxyName(proxy) : authority(target));
  }
}

/**
 * A TCP connection to that very host and port. Rejects with what Node says, or as `within` was aborted.
 * @throws NoConnection 'name not found' where the time ran out while the name was looked up
 */
async function direct({ host, port }: Target, within: AbortSignal): Promise<Socket> {
  // Of several addresses each gets that long; Node's 250 ms are less than a slow line needs to answer.
  const socket = connect({ host, port, autoSelectFamilyAttemptTimeout: 2_500 });
  let isFound = isIP(host) !== 0;
  socket.once('lookup', () => {
    isFound = true;
  });
  try {
    await once(socket, 'connect', { signal: within });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    if (within.aborted && !isFound) throw new NoConnection('name not found', host);
    throw error;
  }
}

async function through(proxy: UpstreamProxy, target: Target, within: AbortSignal): Promise<Socket> {
  const connection = await direct(proxy, within);
  const asking = request({
    createConnection: () => connection,
    method: 'CONNECT',
    path: authority(target),
    headers: { Host: authority(target), ...credentials(proxy) },
    signal: within,
  });
  // Node reports errors after the answer, too.
  asking.on('error', () => undefined);
  asking.end();
  const [{ statusCode = 0 }, socket, begun] = (await Promise.race([
    once(asking, 'connect', { signal: within }),
    // An answer that is none to CONNECT.
    once(asking, 'response', { signal: within }).then(() =>
      Promise.reject(new NoConnection('no proxy', proxyName(proxy))),
    ),
  ]).catch((error: unknown) => {
    connection.destroy();
    throw error;
  })) as [IncomingMessage, Socket, Buffer];
  // Where the other end speaks first, its first bytes may have come with the answer.
  socket.unshift(begun);
  if (statusCode >= 200 && statusCode < 300) return socket;
  socket.on('error', () => undefined).destroy();
  throw new NoConnection(refusalOf(statusCode, proxy), proxyName(proxy), statusCode);
}

/** Basic (RFC 7617), in UTF-8; the password itself, not percent-encoded. */
function credentials({ user, password }: UpstreamProxy): Record<string, string> {
  if (user === undefined) return {};
  const pair = Buffer.from(`${user}:${password?.reveal() ?? ''}`);
  return { 'Proxy-Authorization': `Basic ${pair.toString('base64')}` };
}

/** RFC 9110, 15. */
function refusalOf(status: number, { user }: UpstreamProxy): Refusal {
  if (status === 407) return user === undefined ? 'proxy wants a password' : 'proxy rejects the password';
  return status >= 500 ? 'proxy cannot reach it' : 'proxy forbids';
}

function authority({ host, port }: Target): string {
  return `${isIpv6(host) ? `[${host}]` : host}:${port}`;
}

const codes: Record<string, Refusal> = {
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name not found',
  EAI_FAIL: 'name not found',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EHOSTDOWN: 'unreachable',
};

function reasonOf(error: unknown): Refusal {
  // Several addresses were tried: the reason of the first.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = (first as NodeJS.ErrnoException).code ?? '';
  // What answers does not speak HTTP.
  return code.startsWith('HPE_') ? 'no proxy' : (codes[code] ?? 'cut');
}

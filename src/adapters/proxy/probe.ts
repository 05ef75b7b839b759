/** Whether a platform host is reached, as the appliance would: TCP and TLS, through the proxies where they are set. */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TestResult } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import { proxyName, type UpstreamProxy } from '../../values/proxy.ts';
import { after } from '../../within.ts';
import { NoConnection } from './no-connection.ts';
import { openTunnel, type Target } from './tunnel.ts';

/** Milliseconds for one way to the host: connection, CONNECT and TLS together. */
const patience = 10_000;

export interface PlatformTest extends Target {
  /** In the order in which they are tried; none: direct. */
  proxies: readonly UpstreamProxy[];
  /** Certificates (PEM) that are trusted instead of Node's own. */
  trusted?: string;
}

/**
 * Passes as soon as one way leads to the host; says of each that did not why. 10 s at most for each proxy.
 * @throws Failure 'aborted'
 */
export async function testPlatform({ proxies, ...test }: PlatformTest, signal: AbortSignal): Promise<TestResult> {
  const result = (passed: boolean, said: string[]) => ({ test: 'platform', passed, said: said.join(' ') });
  const failures: string[] = [];
  for (const proxy of proxies.length > 0 ? proxies : [undefined]) {
    const failure = await tried(test, proxy, signal);
    const way = proxy ? ` through the proxy ${proxyName(proxy)}` : '';
    if (failure === undefined) return result(true, [`${test.host} answers${way}.`, ...failures]);
    failures.push(failure);
  }
  return result(false, failures);
}

/** Why this way does not lead there, as a sentence; undefined where it does. */
async function tried(
  { host, port, trusted }: Omit<PlatformTest, 'proxies'>,
  proxy: UpstreamProxy | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = performance.now() + patience;
  let socket: Socket | undefined;
  try {
    socket = await openTunnel({ host, port }, proxy, patience, signal);
    await handshake(socket, host, trusted, Math.max(1, end - performance.now()), signal);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) throw error;
    return error instanceof NoConnection
      ? sentenceOf(error, host, proxy)
      : `${host}: ${harmless(String(error), { most: 80 })}.`;
  } finally {
    socket?.on('error', () => undefined).destroy();
  }
}

async function handshake(
  socket: Socket,
  host: string,
  trusted: string | undefined,
  left: number,
  signal: AbortSignal,
): Promise<void> {
  const late = after(Math.round(left));
  const secure = connectTls({ socket, servername: host, ...(trusted === undefined ? {} : { ca: trusted }) });
  try {
    await once(secure, 'secureConnect', { signal: AbortSignal.any([signal, late]) });
  } catch (error) {
    if (signal.aborted) throw fail('aborted', {}, error);
    const code = harmless((error as NodeJS.ErrnoException).code ?? '', { most: 50 });
    if (late.aborted) throw new NoConnection('no TLS', host);
    throw new NoConnection(isOfCertificate(code) ? 'not trusted' : 'no TLS', host);
  } finally {
    secure.on('error', () => undefined).destroy();
  }
}

/** OpenSSL's verify errors, as Node names them, and its own for a certificate of another name. */
function isOfCertificate(code: string): boolean {
  return /CERT|SIGNATURE|ISSUER|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|TLS_CERT/.test(code);
}

function sentenceOf({ why, at, status }: NoConnection, host: string, proxy: UpstreamProxy | undefined): string {
  const it = proxy ? `The proxy ${proxyName(proxy)}` : at;
  const texts: Record<NoConnection['why'], string> = {
    'name not found': `The name ${proxy ? `of the proxy, ${proxy.host},` : host} was not found.`,
    refused: `${it} refuses connections: nothing listens at that port.`,
    'no answer': `${it} did not answer within ${patience / 1000} s.`,
    unreachable: `There is no way to ${proxy ? `the proxy ${proxyName(proxy)}` : at}.`,
    'proxy wants a password': `${it} wants a user and a password (407).`,
    'proxy rejects the password': `${it} does not accept the user or the password (407).`,
    'proxy forbids': `${it} does not let through to ${host} (${status}).`,
    'proxy cannot reach it': `${it} could not reach ${host} (${status}).`,
    'no proxy': `What answers at ${at} is not an HTTP proxy.`,
    cut: `${it} cut the connection.`,
    'not trusted': `The certificate of ${host} is not trusted${proxy ? '; the proxy may be opening TLS' : ''}.`,
    'no TLS': `${host} was reached${proxy ? ` through the proxy ${proxyName(proxy)}` : ''}, but TLS failed.`,
  };
  return texts[why];
}

/** Each upstream proxy step by step: name, connection, password, and through it TLS and an answer of every service. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { NoConnection } from '../../adapters/proxy/no-connection.ts';
import type { Call, StepNews } from '../../appliance.ts';
import { Failure, fail } from '../../errors.ts';
import type { Fqdn } from '../../values/host.ts';
import { proxyName, type UpstreamProxy } from '../../values/proxy.ts';
import { after } from '../../within.ts';
import { paths, type Role } from '../protocol.ts';
import { saidBy } from './connectivity.ts';
import { faultOf } from './fault.ts';
import { type Reach, serviceHost, services } from './reach.ts';
import { Trip } from './request.ts';
import { Steps } from './steps.ts';

/**
 * What follows on a step that failed is left out: of a proxy that is not reached, its services.
 * @throws Failure 'unavailable' where no proxy is set, 'aborted'
 */
export async function testProxies(reach: Reach, { signal, progress }: Call<StepNews>): Promise<StepNews[]> {
  const { proxies } = reach.proxy;
  if (proxies.length === 0)
    throw fail('unavailable', { what: 'The proxy test', why: 'No proxy is set in System, Network, Proxy.' });
  const steps = new Steps(progress);
  const on = (work: Promise<void>) => work.catch(unlessAborted);
  for (const proxy of proxies) {
    await on(testProxy(reach, proxy, steps, signal));
  }
  return steps.all;
}

async function testProxy(reach: Reach, proxy: UpstreamProxy, steps: Steps, signal: AbortSignal): Promise<void> {
  const name = proxyName(proxy);
  const toProxy = { host: name, port: proxy.port, way: proxy, seconds: reach.patience / 1000, isIdentified: false };
  const address = await steps.take(
    `Resolve ${proxy.host}`,
    () =>
      resolved(proxy.host, reach.patience, signal).catch((error) =>
        Promise.reject(faultOf(error, 'connection', toProxy)),
      ),
    (found) => found,
  );
  await steps.take(
    `Connect to ${name}`,
    async () => {
      const socket = await reach
        .open({ host: address, port: proxy.port }, undefined, reach.patience, signal)
        .catch((error) => Promise.reject(faultOf(error, 'connection', toProxy)));
      socket.on('error', () => undefined).destroy();
    },
    () => 'connected',
  );
  await steps.take(
    `Authenticate at ${name}`,
    () => authenticated(tripTo(reach, proxy, 'status', signal)),
    () => (proxy.user === undefined ? 'no user is asked for' : `as ${proxy.user}`),
  );
  for (const role of services) await testService(reach, proxy, role, steps, signal).catch(unlessAborted);
}

async function testService(
  reach: Reach,
  proxy: UpstreamProxy,
  role: Role,
  steps: Steps,
  signal: AbortSignal,
): Promise<void> {
  const host = serviceHost(reach, role);
  const trip = tripTo(reach, proxy, role, signal);
  const socket = await steps.take(
    `CONNECT to ${host}`,
    () => trip.open(),
    () => 'the proxy leads there',
  );
  const tls = await steps.take(
    `TLS with ${host}`,
    () => trip.secure(socket),
    (made) => made.getProtocol() ?? 'TLS',
  );
  await steps.take(
    `Answer of ${host}`,
    async () => saidBy(role, await trip.exchange(tls), host),
    (said) => said,
  );
}

function tripTo(reach: Reach, proxy: UpstreamProxy, role: Role, signal: AbortSignal): Trip {
  const host: Fqdn = serviceHost(reach, role);
  return new Trip(reach, { host, path: paths.health }, proxy, signal);
}

/** Whether it leads to that host is the next question. */
async function authenticated(trip: Trip): Promise<void> {
  try {
    (await trip.open()).on('error', () => undefined).destroy();
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code !== 'proxy-refused') throw error;
  }
}

/** @throws NoConnection */
async function resolved(host: string, patience: number, signal: AbortSignal): Promise<string> {
  if (isIP(host)) return host;
  const within = AbortSignal.any([signal, after(patience)]);
  const given = new Promise<never>((_resolve, reject) => {
    within.addEventListener('abort', () => reject(new NoConnection('name not found', host)), { once: true });
  });
  try {
    return (await Promise.race([lookup(host), given])).address;
  } catch (error) {
    if (signal.aborted) throw fail('aborted', {}, error);
    throw new NoConnection('name not found', host);
  }
}

function unlessAborted(error: unknown): void {
  if (!(error instanceof Failure) || error.problem.code === 'aborted') throw error;
}

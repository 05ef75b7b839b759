/** The lab's way to the platform, through proxies that pass, ask for a password, refuse or are dead as the data says. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Machine } from '../adapters/machine.ts';
import { NoConnection, type Refusal } from '../adapters/proxy/no-connection.ts';
import type { PlatformTest } from '../adapters/proxy/probe.ts';
import { renderProxy } from '../adapters/proxy/render.ts';
import { fail } from '../errors.ts';
import { proxyName, type UpstreamProxy } from '../values/proxy.ts';
import type { LabNetwork } from './network.ts';
import type { LabResolver } from './resolver.ts';
import { inRoot } from './root.ts';
import type { MachineData, UpstreamData } from './schema.ts';
import { pause } from './waiting.ts';

/** Why it cannot be reached: as the real connection would say it, and as the real test would. */
interface Failed {
  why: Refusal;
  /** The proxy, or the host itself. */
  at: string;
  said: string;
}

/** Where a host of the lab's platform answers on this machine; undefined: no such host. */
export type PortOf = (host: string) => Promise<number | undefined>;

/** @param silence milliseconds that is waited for who does not answer */
export function labProxy(
  data: MachineData,
  root: string,
  { network, resolver, portOf }: { network: LabNetwork; resolver: LabResolver; portOf: PortOf },
  silence: number,
): Machine['proxy'] {
  /** Stands for anything beyond the gateway. */
  const isOut = (signal: AbortSignal) => network.reaches('192.0.2.1', signal);

  const direct = async (host: string, signal: AbortSignal): Promise<Failed | undefined> => {
    const failed = (why: Refusal, said: string) => ({ why, at: host, said });
    if (!(await resolver.resolves(signal))) return failed('name not found', `The name ${host} was not found.`);
    if (!(await isOut(signal))) return failed('unreachable', `There is no way to ${host}.`);
    return data.system.platform === 'answers' ? undefined : failed('no answer', noAnswer(host, silence));
  };

  const through = async (proxy: UpstreamProxy, host: string, signal: AbortSignal): Promise<Failed | undefined> => {
    const at = proxyName(proxy);
    const failed = (why: Refusal, said: string) => ({ why, at, said });
    const isName = !/^[0-9.]+$/.test(proxy.host);
    const known = data.system.proxies.find(
      (one) => one.host === proxy.host && (one.port === undefined || one.port === proxy.port),
    );
    const nobody = data.system.proxies.every((one) => one.host !== proxy.host);
    if (isName && (nobody || !(await resolver.resolves(signal))))
      return failed('name not found', `The name of the proxy, ${proxy.host}, was not found.`);
    const isNear = isName ? await isOut(signal) : await network.reaches(proxy.host, signal);
    if (!isNear) return failed('unreachable', `There is no way to the proxy ${at}.`);
    if (known) return answer(known, proxy, host, silence);
    // Its host is there, and at that port nothing.
    if (nobody) return failed('no answer', noAnswer(`The proxy ${at}`, silence));
    return failed('refused', `The proxy ${at} refuses connections: nothing listens at that port.`);
  };

  const failure = (host: string, proxy: UpstreamProxy | undefined, signal: AbortSignal) =>
    proxy ? through(proxy, host, signal) : direct(host, signal);

  return {
    files: (settings) => inRoot(root, renderProxy(settings)),
    async test({ host, proxies }: PlatformTest, signal) {
      const failures: string[] = [];
      for (const proxy of proxies.length > 0 ? proxies : [undefined]) {
        const failed = await failure(host, proxy, signal);
        const way = proxy ? ` through the proxy ${proxyName(proxy)}` : '';
        if (failed === undefined)
          return { test: 'platform', passed: true, said: [`${host} answers${way}.`, ...failures].join(' ') };
        if (failed.why === 'no answer') await pause(silence, signal);
        failures.push(failed.said);
      }
      return { test: 'platform', passed: false, said: failures.join(' ') };
    },
    // No packet leaves this machine: the lab's platform is on its loopback.
    async open({ host, port: own }, proxy, patience, signal) {
      const failed = await failure(host, proxy, signal);
      if (failed?.why === 'no answer') await pause(Math.min(silence, patience), signal);
      if (failed) throw new NoConnection(failed.why, failed.at);
      // What this machine serves to itself is there, too: to try uploads with.
      const port = loopback.has(host) ? own : await portOf(host);
      if (port === undefined) throw new NoConnection('name not found', host);
      const socket = connect({ host: '127.0.0.1', port });
      try {
        await once(socket, 'connect', { signal });
        return socket;
      } catch (error) {
        // Given up: what comes of it later is nobody's business.
        socket.on('error', () => undefined).destroy();
        if (signal.aborted) throw fail('aborted', {}, error);
        throw new NoConnection('refused', host);
      }
    },
  };
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

const noAnswer = (who: string, silence: number) => `${who} did not answer within ${silence / 1000} s.`;

/** What a proxy that is there says; undefined: it lets through. */
function answer(known: UpstreamData, proxy: UpstreamProxy, host: string, silence: number): Failed | undefined {
  const at = proxyName(proxy);
  const it = `The proxy ${at}`;
  const failed = (why: Refusal, said: string) => ({ why, at, said });
  switch (known.says) {
    case 'refuses':
      return failed('refused', `${it} refuses connections: nothing listens at that port.`);
    case 'nothing':
      return failed('no answer', noAnswer(it, silence));
    case 'is no proxy':
      return failed('no proxy', `What answers at ${at} is not an HTTP proxy.`);
  }
  if (known.user !== undefined && proxy.user === undefined)
    return failed('proxy wants a password', `${it} wants a user and a password (407).`);
  if (known.user !== undefined && (known.user !== proxy.user || (known.password ?? '') !== passwordOf(proxy)))
    return failed('proxy rejects the password', `${it} does not accept the user or the password (407).`);
  if (known.says === 'forbids') return failed('proxy forbids', `${it} does not let through to ${host} (403).`);
  return known.says === 'cannot reach'
    ? failed('proxy cannot reach it', `${it} could not reach ${host} (502).`)
    : undefined;
}

const passwordOf = ({ password }: UpstreamProxy) => password?.reveal() ?? '';

/** The lab's way to the platform, through proxies that pass, ask for a password, refuse or are dead as the data says. */
import type { Machine } from '../adapters/machine.ts';
import type { PlatformTest } from '../adapters/proxy/probe.ts';
import { renderProxy } from '../adapters/proxy/render.ts';
import { fail } from '../errors.ts';
import { proxyName, type UpstreamProxy } from '../values/proxy.ts';
import type { LabNetwork } from './network.ts';
import type { LabResolver } from './resolver.ts';
import { inRoot } from './root.ts';
import type { MachineData, UpstreamData } from './schema.ts';
import { pause } from './waiting.ts';

/** @param silence milliseconds that is waited for who does not answer */
export function labProxy(
  data: MachineData,
  root: string,
  { network, resolver }: { network: LabNetwork; resolver: LabResolver },
  silence: number,
): Machine['proxy'] {
  const noAnswer = (it: string) => `${it} did not answer within ${silence / 1000} s.`;
  /** Stands for anything beyond the gateway. */
  const isOut = (signal: AbortSignal) => network.reaches('192.0.2.1', signal);

  const direct = async (host: string, signal: AbortSignal): Promise<string | undefined> => {
    if (!(await resolver.resolves(signal))) return `The name ${host} was not found.`;
    if (!(await isOut(signal))) return `There is no way to ${host}.`;
    return data.system.platform === 'answers' ? undefined : noAnswer(host);
  };

  const through = async (proxy: UpstreamProxy, host: string, signal: AbortSignal): Promise<string | undefined> => {
    const it = `The proxy ${proxyName(proxy)}`;
    const isName = !/^[0-9.]+$/.test(proxy.host);
    const known = data.system.proxies.find(
      (one) => one.host === proxy.host && (one.port === undefined || one.port === proxy.port),
    );
    const nobody = data.system.proxies.every((one) => one.host !== proxy.host);
    if (isName && (nobody || !(await resolver.resolves(signal))))
      return `The name of the proxy, ${proxy.host}, was not found.`;
    const isNear = isName ? await isOut(signal) : await network.reaches(proxy.host, signal);
    if (!isNear) return `There is no way to the proxy ${proxyName(proxy)}.`;
    // Its host is there, and at that port nothing.
    if (!known) return nobody ? noAnswer(it) : `${it} refuses connections: nothing listens at that port.`;
    return said(known, proxy, host, it, noAnswer);
  };

  return {
    files: (settings) => inRoot(root, renderProxy(settings)),
    async test({ host, proxies }: PlatformTest, signal) {
      const failures: string[] = [];
      for (const proxy of proxies.length > 0 ? proxies : [undefined]) {
        const failure = proxy ? await through(proxy, host, signal) : await direct(host, signal);
        const way = proxy ? ` through the proxy ${proxyName(proxy)}` : '';
        if (failure === undefined)
          return { test: 'platform', passed: true, said: [`${host} answers${way}.`, ...failures].join(' ') };
        if (failure.includes('did not answer')) await pause(silence, signal);
        failures.push(failure);
      }
      return { test: 'platform', passed: false, said: failures.join(' ') };
    },
    // No packet leaves a lab.
    open: () => Promise.reject(fail('unavailable', { what: 'The platform', why: 'This lab has none.' })),
  };
}

/** In the words of the real one; undefined: it lets through. */
function said(
  known: UpstreamData,
  proxy: UpstreamProxy,
  host: string,
  it: string,
  noAnswer: (it: string) => string,
): string | undefined {
  switch (known.says) {
    case 'refuses':
      return `${it} refuses connections: nothing listens at that port.`;
    case 'nothing':
      return noAnswer(it);
    case 'is no proxy':
      return `What answers at ${proxyName(proxy)} is not an HTTP proxy.`;
  }
  if (known.user !== undefined && proxy.user === undefined) return `${it} wants a user and a password (407).`;
  if (known.user !== undefined && (known.user !== proxy.user || (known.password ?? '') !== passwordOf(proxy)))
    return `${it} does not accept the user or the password (407).`;
  if (known.says === 'forbids') return `${it} does not let through to ${host} (403).`;
  return known.says === 'cannot reach' ? `${it} could not reach ${host} (502).` : undefined;
}

const passwordOf = ({ password }: UpstreamProxy) => password?.reveal() ?? '';

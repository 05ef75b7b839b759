/** Connectivity and the proxy test as the contract has them: the platform client's, with what is set now. */
import type { Appliance } from '../appliance.ts';
import { checkConnectivity } from '../platform/client/connectivity.ts';
import { testProxies } from '../platform/client/proxy-test.ts';
import type { Reach } from '../platform/client/reach.ts';

export function connectivityOf(reach: () => Promise<Reach>, done: () => void): Appliance['connectivity'] {
  return {
    async run(_args, { signal = never, progress = () => undefined } = {}) {
      const all = await checkConnectivity(await reach(), { signal, progress });
      done();
      return all;
    },
  };
}

export function proxyTestOf(reach: () => Promise<Reach>): Appliance['proxyTest'] {
  return {
    run: async (_args, { signal = never, progress = () => undefined } = {}) =>
      testProxies(await reach(), { signal, progress }),
  };
}

const never = new AbortController().signal;

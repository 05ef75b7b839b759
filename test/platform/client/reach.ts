/** How an appliance of these tests reaches what listens on this machine. Without a test around it, too. */
import { openTunnel } from '../../../src/adapters/proxy/tunnel.ts';
import { defaultBrand } from '../../../src/brand/brand.ts';
import type { Reach } from '../../../src/platform/client/reach.ts';
import { labelsOf } from '../../../src/platform/protocol.ts';
import { sure } from '../../../src/values/result.ts';
import { parseSuffix } from '../../../src/values/suffix.ts';

export const suffix = 'platform.gatehouse.test';

/** To whatever listens at that port of this machine, under the names of the platform. */
export function reachTo(port: number, changes: Partial<Reach> = {}): Reach {
  return {
    suffix: sure(parseSuffix(suffix)),
    labels: labelsOf(defaultBrand),
    proxy: { proxies: [], order: 'sequential', noProxy: [] },
    port: 443,
    patience: 5_000,
    // Names of a test are in no DNS; a proxy is asked for them as they are.
    open: (target, proxy, patience, signal) => {
      const here = target.host.endsWith(suffix) ? { host: '127.0.0.1', port } : target;
      return openTunnel(proxy ? target : here, proxy, patience, signal);
    },
    ...changes,
  };
}

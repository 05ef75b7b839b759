/** Whether each service of the platform answers, and what: gateway guide, "To check the connectivity". */
import type { Call, ConnectivityNews, ServiceHealth } from '../../appliance.ts';
import { explain, Failure, fail, type Problem } from '../../errors.ts';
import { harmless } from '../../values/harmless.ts';
import type { Fqdn } from '../../values/host.ts';
import { isDirect } from '../../values/noproxy.ts';
import { proxyName } from '../../values/proxy.ts';
import { paths, type Role } from '../protocol.ts';
import { clockFault } from './clock.ts';
import { refused } from './exchange.ts';
import { type Reach, serviceHost, services, type Way } from './reach.ts';
import { type Answered, ask, askBy } from './request.ts';

/** What must be in an answer of a service that is well; the repository says that by its status alone. */
const well: Record<Role, RegExp> = {
  status: /"response"\s*:\s*"Success"/,
  management: /"status"\s*:\s*"UP"/,
  packages: /"is_alive"\s*:\s*true/,
  repository: /^/,
};

/**
 * Every service without a proxy, and then through each proxy that is set. All services of one way at the same time;
 * told and listed in their order.
 */
export async function checkConnectivity(reach: Reach, call: Call<ConnectivityNews>): Promise<ServiceHealth[]> {
  const rounds = [undefined, ...reach.proxy.proxies].map((way) => ({
    way,
    roles: services.filter((role) => !way || !isDirect(serviceHost(reach, role), reach.proxy.noProxy)),
  }));
  const total = rounds.flatMap(({ roles }) => roles).length;
  const all: ServiceHealth[] = [];
  for (const { way, roles } of rounds) {
    const asked = roles.map((role) => healthOf(reach, role, way, call.signal));
    // One that fails is seen when it is its turn.
    for (const one of asked) one.catch(() => undefined);
    for (const one of asked) {
      const health = await one;
      all.push(health);
      call.progress({ fraction: all.length / total, health });
    }
  }
  return all;
}

/** A service on the ways that the appliance takes by itself: its answer. @throws Failure where it is not well */
export async function checkService(reach: Reach, role: Role, signal: AbortSignal): Promise<string> {
  const host = serviceHost(reach, role);
  return saidBy(role, await ask(reach, { host, path: paths.health }, signal), host);
}

/** A service on that one way. @throws Failure 'aborted' */
async function healthOf(reach: Reach, role: Role, way: Way, signal: AbortSignal): Promise<ServiceHealth> {
  const host = serviceHost(reach, role);
  const began = performance.now();
  const health = (passed: boolean, said: string, problem?: Problem) => ({
    service: reach.labels[role],
    host,
    ...(way ? { proxy: proxyName(way) } : {}),
    passed,
    said,
    took: Math.round(performance.now() - began),
    ...(problem ? { problem } : {}),
  });
  try {
    return health(true, saidBy(role, await askBy(way, reach, { host, path: paths.health }, signal), host));
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code === 'aborted') throw error;
    return health(false, explain(error.problem).what, error.problem);
  }
}

/** Its answer on one line. @throws Failure where it is not that of a service that is well, or the clocks differ */
export function saidBy(role: Role, answered: Answered, host: Fqdn): string {
  if (answered.status !== 200) throw refused(answered, host);
  const said = harmless(answered.body, { most: 80 }).trim();
  if (!well[role].test(answered.body)) throw fail('platform-garbage', { host, got: `It begins: ${said || 'nothing'}` });
  const wrong = clockFault(answered.ahead);
  if (wrong) throw wrong;
  return said;
}

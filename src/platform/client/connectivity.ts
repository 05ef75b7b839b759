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
import { type Reach, serviceHost, services, type Way, waysTo } from './reach.ts';
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
    const asked = roles.map((role) => healthOf(reach, role, call.signal, way));
    // One that fails is seen when it is its turn.
    for (const one of asked) one.catch(() => undefined);
    for (const one of asked) {
      const { health } = await one;
      all.push(health);
      call.progress({ fraction: all.length / total, health });
    }
  }
  return all;
}

/** A service on the ways that the appliance takes by itself. */
export async function checkService(
  reach: Reach,
  role: Role,
  signal: AbortSignal,
): Promise<{ health: ServiceHealth; problem?: Problem }> {
  return healthOf(reach, role, signal, 'as set');
}

/** @throws Failure 'aborted' */
async function healthOf(
  reach: Reach,
  role: Role,
  signal: AbortSignal,
  way: Way | 'as set',
): Promise<{ health: ServiceHealth; problem?: Problem }> {
  const host = serviceHost(reach, role);
  const asking = { host, path: paths.health };
  const began = performance.now();
  const health = (passed: boolean, said: string, through: Way) => ({
    service: reach.labels[role],
    host,
    ...(through ? { proxy: proxyName(through) } : {}),
    passed,
    said,
    took: Math.round(performance.now() - began),
  });
  try {
    const answered = await (way === 'as set' ? ask(reach, asking, signal) : askBy(way, reach, asking, signal));
    return { health: health(true, saidBy(role, answered, host), answered.way) };
  } catch (error) {
    if (!(error instanceof Failure) || error.problem.code === 'aborted') throw error;
    const { problem } = error;
    const through = way === 'as set' ? waysTo(host, reach)[0] : way;
    return { health: health(false, explain(problem).what, through), problem };
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

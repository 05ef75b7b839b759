/** The way to the upstream hop: names looked up as every program of this machine does, routes as the kernel has them. */
import { isIP } from 'node:net';
import { Failure, fail } from '../../errors.ts';
import { run } from '../../run.ts';
import { isIpv6 } from '../../values/host.ts';
import { parseAddresses, parseMac, parseRoute, type Route } from './parse.ts';
import type { Upstream, Way } from './recorder.ts';
import { renderFilter, renderHopFilter } from './render.ts';

/** Milliseconds. */
const limits = { name: 8_000, ip: 5_000 };

/** @throws Failure 'capture-failed' where there is no way, or no name is found; 'aborted' */
export async function findWay({ towards, hosts }: Upstream, signal: AbortSignal): Promise<Way> {
  if (hosts.length === 0) return nextHop(towards, signal);
  const found = await Promise.all(
    hosts.map(async ({ host, port }) => ({
      host,
      addresses: await addressesOf(host, signal),
      ...(port === undefined ? {} : { port }),
    })),
  );
  const known = found.filter(({ addresses }) => addresses.length > 0);
  const notFound = [...new Set(found.flatMap(({ host, addresses }) => (addresses.length > 0 ? [] : [host])))];
  if (known.length === 0)
    throw fail('capture-failed', {
      why: `No address is known of ${notFound.join(', ')}`,
      advice: 'See the DNS servers in System, Network, DNS; Diagnostics, Connectivity says more.',
    });
  const routes = await Promise.all(known.flatMap(({ addresses }) => addresses.map((one) => routeTo(one, signal))));
  const devices = [...new Set(routes.flatMap((route) => (route ? [route.device] : [])))];
  if (devices.length === 0) throw noRoute(`There is no route to ${known.map(({ host }) => host).join(', ')}`);
  return { device: devices.length > 1 ? 'any' : (devices[0] ?? ''), filter: renderFilter(known), towards, notFound };
}

async function nextHop(towards: string, signal: AbortSignal): Promise<Way> {
  for (const family of ['-4', '-6']) {
    const { stdout } = await ip([family, 'route', 'show', 'default'], signal);
    const route = parseRoute(stdout);
    if (!route) continue;
    const { device, gateway } = route;
    const mac = gateway === undefined ? undefined : await linkAddressOf(gateway, device, signal);
    const named = gateway === undefined ? towards : `${towards}, ${gateway}`;
    return { device, filter: renderHopFilter(mac), towards: named, notFound: [] };
  }
  throw noRoute('There is no default gateway, so nothing can go there');
}

const noRoute = (why: string) =>
  fail('capture-failed', { why, advice: 'See the addresses and the gateway in System, Network.' });

/** Empty where the name is not found, or not in time. */
async function addressesOf(host: string, signal: AbortSignal): Promise<string[]> {
  if (isIP(host)) return [host];
  try {
    // getent(1): 2 where the name is not found. A process of its own, as look-ups in ours would hold up its files.
    const { stdout } = await run('getent', ['ahosts', host], { limit: limits.name, signal, expect: [0, 2] });
    return parseAddresses(stdout);
  } catch (error) {
    if (error instanceof Failure && error.problem.code === 'timed-out') return [];
    throw error;
  }
}

/** undefined: there is none. */
async function routeTo(address: string, signal: AbortSignal): Promise<Route | undefined> {
  const { stdout, exitCode } = await ip([isIpv6(address) ? '-6' : '-4', 'route', 'get', address], signal);
  return exitCode === 0 ? parseRoute(stdout) : undefined;
}

async function linkAddressOf(gateway: string, device: string, signal: AbortSignal): Promise<string | undefined> {
  const family = isIpv6(gateway) ? '-6' : '-4';
  const { stdout } = await ip([family, 'neigh', 'show', 'to', gateway, 'dev', device], signal);
  return parseMac(stdout);
}

/** ip(8): 2 where the kernel refuses, as for a network that is unreachable. */
const ip = (args: readonly string[], signal: AbortSignal) =>
  run('ip', ['-json', ...args], { limit: limits.ip, signal, expect: [0, 1, 2] });

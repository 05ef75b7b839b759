/**
 * The interfaces as ip(8) tells of them. The status line wants them every few seconds, on every console, for ever: ip is
 * started only where what the kernel shows without it has changed.
 */
import { readdir, readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { InterfaceFacts } from '../../appliance.ts';
import { isOfContainers } from '../../values/of-containers.ts';
import type { Facts } from '../machine.ts';
import { defaultRoutes } from './network.ts';

/** Milliseconds after which ip is asked in any case. */
const LONG = 60_000;

/** @param ask ip(8), asked anew at each call */
export function interfacesReader(ask: Facts['interfaces']): Facts['interfaces'] {
  let last: { look: string; at: number; facts: InterfaceFacts[] } | undefined;
  return async (signal) => {
    // Before ip is asked: what changes meanwhile is seen the next time.
    const seen = await look();
    if (last && last.look === seen && performance.now() - last.at < LONG) return last.facts;
    const at = performance.now();
    const facts = await ask(signal);
    last = seen === undefined ? undefined : { look: seen, at, facts };
    return facts;
  };
}

/** Addresses, states of links and ways out, as one text; undefined where they cannot be seen so. */
async function look(): Promise<string | undefined> {
  try {
    const names = (await readdir('/sys/class/net')).filter((name) => !isOfContainers(name));
    const states = names.sort().flatMap((name) => ['flags', 'carrier', 'address'].map((what) => state(name, what)));
    const [four, six] = await Promise.all([
      readFile('/proc/net/route', 'utf8'),
      // Not there where the kernel has no IPv6.
      readFile('/proc/net/ipv6_route', 'utf8').catch(() => ''),
    ]);
    return JSON.stringify([names, await Promise.all(states), defaultRoutes(four, six), networkInterfaces()]);
  } catch {
    return undefined;
  }
}

/** `carrier` has none while the interface is down. */
function state(name: string, what: string): Promise<string> {
  return readFile(`/sys/class/net/${name}/${what}`, 'utf8').catch(() => '');
}

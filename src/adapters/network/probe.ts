/** Questions to the link itself: has it a carrier, has anyone the address, does the gateway live. Changes nothing. */
import { readdir, readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { TestResult } from '../../appliance.ts';
import { Failure, sentence } from '../../errors.ts';
import { run } from '../../run.ts';
import { harmless } from '../../values/harmless.ts';
import { isIpv6 } from '../../values/host.ts';
import { understood } from '../understood.ts';
import type { Found } from './parse.ts';

export type Duplicate =
  | { state: 'free' }
  /** Another machine answers for it; `mac` is its link address. */
  | { state: 'in use'; mac: string }
  /** It cannot be told: `why` is a sentence. */
  | { state: 'unknown'; why: string };

/**
 * Asks whether another machine on the link has the IPv4 address (RFC 5227; arping(8) of iputils). 3 s at most.
 * @param device "eth0", or the VLAN's device
 * @param address without prefix
 * @throws Failure 'aborted'
 */
export async function probeDuplicate(device: string, address: string, signal: AbortSignal): Promise<Duplicate> {
  if (isIpv6(address))
    return { state: 'unknown', why: 'IPv6 addresses are asked for by the kernel when they are set.' };
  try {
    const args = ['-D', '-c', '2', '-w', '3', '-I', device, address];
    const { exitCode, stdout } = await run('arping', args, { limit: 6_000, signal, expect: [0, 1, 2] });
    if (exitCode === 2)
      return { state: 'unknown', why: `${device} is down, or not there yet, so the link could not be asked.` };
    if (exitCode === 0) return { state: 'free' };
    const own = await ownMacs();
    // Where two interfaces of ours hang on one link, the one answers for the other.
    const mac = Array.from(stdout.matchAll(/\[([0-9A-F:]{17})\]/gi), ([, found = '']) => found.toLowerCase()).find(
      (found) => !own.includes(found),
    );
    return mac === undefined ? { state: 'free' } : { state: 'in use', mac };
  } catch (error) {
    return { state: 'unknown', why: `The link could not be asked. ${reason(error)}` };
  }
}

async function ownMacs(): Promise<string[]> {
  const names = await readdir('/sys/class/net').catch(() => []);
  const macs = names.map((name) => readFile(`/sys/class/net/${name}/address`, 'utf8').catch(() => ''));
  return (await Promise.all(macs)).map((mac) => mac.trim());
}

/** Is there a cable, and did the addresses take? `wanted`: without prefix; those that should be there. */
export function testLink(found: Found | undefined, name: string, wanted: readonly string[]): TestResult {
  const result = (passed: boolean, said: string) => ({ test: 'link', passed, said });
  if (!found) return result(false, `The machine has no interface ${name}.`);
  if (found.link !== 'up')
    return result(
      false,
      found.link === 'down'
        ? `${name} is switched off.`
        : `${name} has no carrier: no cable, or what is at its other end is off.`,
    );
  const vlan = found.configured?.vlan;
  if (vlan !== undefined && found.vlan !== vlan)
    return result(false, `VLAN ${vlan} of ${name} could not be set up; the journal of systemd-networkd says why.`);
  const duplicate = wanted.find((address) => found.duplicates.includes(address));
  if (duplicate) return result(false, `${duplicate} is in use by another machine on the link.`);
  const missing = wanted.find((address) => !found.addresses.some((one) => one.address.split('/')[0] === address));
  if (missing) return result(false, `${name} did not get the address ${missing}.`);
  if (found.configured?.method === 'dhcp' && !found.addresses.some(({ from }) => from === 'dhcp'))
    return result(false, `No DHCP server gave ${name} an address.`);
  const speed = found.speed === undefined ? '' : ` at ${found.speed} Mbit/s`;
  return result(true, `${name} is up${speed}${vlan === undefined ? '' : ` in VLAN ${vlan}`}.`);
}

const neighbours = z.array(z.object({ lladdr: z.string().optional(), state: z.array(z.string()).optional() }));

/**
 * Does the gateway live? A router need not answer ping, but it must say its link address: that is asked anew.
 * 5 s at most.
 * @throws Failure 'aborted'
 */
export async function testGateway(device: string, gateway: string, signal: AbortSignal): Promise<TestResult> {
  const result = (passed: boolean, said: string) => ({ test: 'gateway', passed, said });
  try {
    const family = isIpv6(gateway) ? '-6' : '-4';
    await run('ip', [family, 'neigh', 'flush', 'to', gateway, 'dev', device], { limit: 3_000, signal });
    const ping = ['-n', '-q', '-c', '2', '-i', '0.3', '-W', '2', '-I', device, gateway];
    // ping(8): 1 without an answer, 2 for any other error, such as an unreachable network.
    const { exitCode } = await run('ping', [family, ...ping], { limit: 5_000, signal, expect: [0, 1, 2] });
    if (exitCode === 0) return result(true, `The gateway ${gateway} answers.`);
    const { stdout } = await run('ip', ['-j', family, 'neigh', 'show', 'to', gateway, 'dev', device], {
      limit: 3_000,
      signal,
    });
    const [entry] = understood('ip neigh', neighbours, stdout.trim() || '[]');
    const alive = entry?.lladdr && !entry.state?.some((state) => state === 'FAILED' || state === 'INCOMPLETE');
    return alive
      ? result(
          true,
          `The gateway ${gateway} is there (${harmless(entry.lladdr ?? '', { most: 17 })}), but does not answer ping.`,
        )
      : result(false, `The gateway ${gateway} does not answer on ${device}.`);
  } catch (error) {
    return result(false, `The gateway ${gateway} could not be tried. ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Failure) || error.problem.code === 'aborted') throw error;
  return sentence(error.problem);
}

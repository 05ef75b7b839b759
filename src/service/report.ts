/** What a check-in tells the platform: the machine's readings as the protocol has them. What is not known is left out. */

import type { DiskFacts, Reading } from '../appliance.ts';
import type { Report } from '../platform/client/contact.ts';
import { checkInRequest } from '../platform/protocol.ts';
import { harmless } from '../values/harmless.ts';
import type { Gauges } from './gauges.ts';

/** A reading no older than this (ms) will do. */
const AGE = 10_000;
const { addresses, dnsServers } = checkInRequest.shape;

export async function reportOf(gauges: Gauges, version: string): Promise<Report> {
  const [interfaces, servers, cpu, memory, disks, units] = await Promise.all([
    gauges.interfaces.latest(AGE),
    gauges.dnsServers.latest(AGE),
    gauges.cpu.latest(AGE),
    gauges.memory.latest(AGE),
    gauges.disks.latest(AGE),
    gauges.units.latest(AGE),
  ]);
  const own = known(interfaces)?.flatMap((one) => one.addresses) ?? [];
  const processor = known(cpu);
  const size = known(memory);
  const disk = known(disks);
  return {
    version,
    addresses: fitting(addresses.element, own).slice(0, 64),
    dnsServers: fitting(dnsServers.unwrap().element, known(servers) ?? []).slice(0, 8),
    health: {
      ...(processor ? { cpu: Math.min(100, Math.max(0, processor.load)) } : {}),
      ...(size ? { memory: { total: Math.round(size.total), available: Math.round(size.available) } } : {}),
      ...(disk ? { disk1: usage(disk.disk1), disk2: disk.disk2 && usage(disk.disk2) } : {}),
    },
    units: (known(units) ?? []).slice(0, 200).map(({ name, state }) => ({ name: harmless(name).slice(0, 255), state })),
  };
}

/** Those that the protocol has room for: one that is odd must not cost the check-in. */
function fitting(schema: { safeParse(text: string): { success: boolean } }, texts: readonly string[]): string[] {
  return texts.map((text) => text.toLowerCase()).filter((text) => schema.safeParse(text).success);
}

function usage({ size, used }: DiskFacts): { size: number; used?: number } {
  return { size: Math.round(size), ...(used === undefined ? {} : { used: Math.round(used) }) };
}

function known<T>(reading: Reading<T>): T | undefined {
  return reading.state === 'known' ? reading.value : undefined;
}

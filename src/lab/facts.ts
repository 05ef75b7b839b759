/**
 * The lab's facts: what the machine file says, with a clock that runs and a load that moves; what System can change is
 * handed in as it is now. Keeps no state.
 */
import type { Facts } from '../adapters/machine.ts';
import { wave } from './chance.ts';
import type { MachineData } from './schema.ts';
import { deliver } from './waiting.ts';

/** A moment as the machine's clock writes it: ISO 8601 with the zone's offset ("+0100"). */
function withOffset(at: number, offset: string): string {
  const minutes = Number(`${offset[0]}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3)));
  const local = new Date(at + minutes * 60_000).toISOString().slice(0, 19);
  return `${local}${offset.slice(0, 3)}:${offset.slice(3)}`;
}

/** @param live what System can change */
export function labFacts({ name, facts }: MachineData, live: Pick<Facts, 'interfaces' | 'dnsServers' | 'zone'>): Facts {
  const now = () => Date.now() / 1000;
  return {
    hostName: (signal) => deliver(facts.hostName, 'The host name', signal),
    ...live,
    async time(signal) {
      const { ahead, synchronised } = await deliver(facts.time, 'The time', signal);
      // The clock runs where the zone cannot be read, too.
      const offset = 'value' in facts.zone ? (await live.zone(signal)).offset : '+0000';
      const at = withOffset(Date.now() + ahead * 1000, offset);
      return { now: at, ...(synchronised === undefined ? {} : { synchronised }) };
    },
    updates: (signal) => deliver(facts.updates, 'The state of system updates', signal),
    buildVersion: (signal) => deliver(facts.buildVersion, 'The build version', signal),
    async disks(signal) {
      const { disk1, disk2 } = await deliver(facts.disks, 'The list of disks', signal);
      return { disk1: withoutAbsent(disk1), disk2: disk2 && withoutAbsent(disk2) };
    },
    async cpu(signal) {
      const cpu = await deliver(facts.cpu, 'The processor', signal);
      const load = cpu.load + 4 * wave(`${name} cpu`, now());
      return { ...cpu, load: Math.round(Math.min(100, Math.max(0, load)) * 10) / 10 };
    },
    async memory(signal) {
      const { total, available } = await deliver(facts.memory, 'The memory', signal);
      const moved = available + total * 0.01 * wave(`${name} memory`, now());
      return { total, available: Math.round(Math.min(total, Math.max(0, moved))) };
    },
  };
}

function withoutAbsent({
  device,
  size,
  used,
  total,
}: {
  device: string;
  size: number;
  used?: number | undefined;
  total?: number | undefined;
}) {
  return { device, size, ...(used === undefined ? {} : { used }), ...(total === undefined ? {} : { total }) };
}

/** The gauges of a machine, shared by Info, status and units. What each reads and how long it may take; no more. */

import type { Machine } from '../adapters/machine.ts';
import type { Unit } from '../appliance.ts';
import type { Brand } from '../brand/brand.ts';
import { Gauge } from './gauge.ts';

export type Gauges = ReturnType<typeof gaugesOf>;

/** `pace`: all times are multiplied by it. */
export function gaugesOf({ facts, units, containers }: Machine, brand: Brand, pace: number) {
  const limit = 3000 * pace;
  return {
    hostName: new Gauge('The host name', limit, (signal) => facts.hostName(signal)),
    interfaces: new Gauge('The list of interfaces', limit, (signal) => facts.interfaces(signal)),
    dnsServers: new Gauge('The resolver', limit, (signal) => facts.dnsServers(signal)),
    time: new Gauge('The clock', limit, (signal) => facts.time(signal)),
    zone: new Gauge('The time zone', limit, (signal) => facts.zone(signal)),
    updates: new Gauge('The package manager', 25_000 * pace, (signal) => facts.updates(signal)),
    buildVersion: new Gauge('The build version', limit, (signal) => facts.buildVersion(signal)),
    disks: new Gauge('The list of disks', limit, (signal) => facts.disks(signal)),
    cpu: new Gauge('The processor load', limit, (signal) => facts.cpu(signal)),
    memory: new Gauge('The memory', limit, (signal) => facts.memory(signal)),
    units: new Gauge('systemd', 5000 * pace, async (signal) => {
      const names = brand.units.map((unit) => unit.name);
      return withBrand(await units.list(names, signal), brand);
    }),
    // Longer than the engine is given for one answer, whose absence has a text of its own.
    containers: new Gauge('The container engine', 6000 * pace, (signal) => containers.list(signal)),
    containerSizes: new Gauge('The container engine', 25_000 * pace, async (signal) => [
      ...(await containers.sizes(signal)),
    ]),
    images: new Gauge('The container engine', 6000 * pace, (signal) => containers.images(signal)),
  };
}

/** The units with what the brand says of them: its description, and why one must not be stopped. */
export function withBrand<U extends Unit>(units: readonly U[], brand: Brand): U[] {
  return units.map((unit) => {
    const { description, keep } = brand.units.find(({ name }) => name === unit.name) ?? {};
    return { ...unit, ...(description ? { description } : {}), ...(keep ? { keep } : {}) };
  });
}

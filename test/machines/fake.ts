/** A machine of a test's making: what the test does not name is refused, so that nothing is asked unseen. */
import type { Facts, Machine, Units } from '../../src/adapters/machine.ts';
import type { Unit, UnitStatus } from '../../src/appliance.ts';
import { armingHere } from '../../src/changes/arm-here.ts';

export type Fakes = { [Part in keyof Machine]?: Partial<Machine[Part]> };

export function fakeMachine(fakes: Fakes = {}): Machine {
  const part = <P extends keyof Machine>(name: P) => strict<Machine[P]>(name, fakes[name] ?? {});
  return {
    facts: part('facts'),
    units: part('units'),
    containers: part('containers'),
    figures: part('figures'),
    ping: part('ping'),
    network: part('network'),
    resolver: part('resolver'),
    proxy: part('proxy'),
    // Looked at when a service starts: this machine has its time servers.
    time: strict('time', { files: () => [], ...fakes.time }),
    hosts: part('hosts'),
    ssh: part('ssh'),
    login: part('login'),
    // Looked for when a service starts that was never set up: no disk is there.
    seeds: strict('seeds', { find: async () => undefined, ...fakes.seeds }),
    logs: part('logs'),
    // Looked into when a service starts: nothing was ever captured.
    capture: strict('capture', { folder: '/nonexistent', boot: async () => 'boot', ...fakes.capture }),
    // Looked at when a service starts: none was left.
    offers: strict('offers', { left: async () => undefined, ...fakes.offers }),
    // Looked into when a service starts: no report was ever made.
    diagnostics: strict('diagnostics', { folder: '/nonexistent', items: [], ...fakes.diagnostics }),
    // Looked at when a service starts: it has no logs that could be too many.
    cleanUp: strict('cleanUp', { logs: '/nonexistent', diagnostics: '/nonexistent', ...fakes.cleanUp }),
    // Looked at when a service starts: no reset was decided.
    power: strict('power', { reset: { decided: async () => undefined } as never, ...fakes.power }),
    changing: strict<Machine['changing']>('changing', {
      places: [],
      arming: armingHere,
      ...fakes.changing,
    }),
  };
}

function strict<T extends object>(part: string, given: Partial<T>): T {
  return new Proxy(given, {
    get(target, name) {
      if (Object.hasOwn(target, name)) return target[name as keyof T];
      const unexpected = new Error(`${part}.${String(name)} was not expected`);
      if (name === 'files') throw unexpected;
      return () => Promise.reject(unexpected);
    },
  }) as T;
}

/** Facts of a machine that meets all requirements; each can be overridden. */
export const plainFacts: Facts = {
  hostName: async () => 'gate1',
  interfaces: async () => [{ name: 'eth0', link: 'up', addresses: ['169.254.3.4/16', '10.0.0.5/24', 'fe80::1/64'] }],
  dnsServers: async () => ['10.0.0.1'],
  time: async () => ({ now: '2026-01-02T03:04:05+00:00', synchronised: true }),
  zone: async () => ({ name: 'Etc/UTC', abbreviation: 'UTC', offset: '+0000' }),
  updates: async () => ({ pending: 0, security: 0, rebootNeeded: false }),
  buildVersion: async () => '1.0',
  disks: async () => ({ disk1: { device: 'sda', size: 64e9, used: 1e9, total: 60e9 }, disk2: null }),
  cpu: async () => ({ model: 'Test', count: 2, load: 5 }),
  memory: async () => ({ total: 17e9, available: 9e9 }),
};

export function unit(name: string, state: Unit['state'] = 'active'): Unit {
  return { name, description: name, state, subState: state === 'active' ? 'running' : 'dead' };
}

export function unitStatus(name: string, state: Unit['state'] = 'active', result = 'success'): UnitStatus {
  return { ...unit(name, state), restarts: 0, result, enabled: 'enabled', log: [] };
}

/** All of the names, active. */
export const plainList: Units['list'] = async (names) => names.map((name) => unit(name));

/** Pends until the signal is aborted, and then rejects as an adapter does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

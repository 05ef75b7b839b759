/**
 * The machine as the service sees it: one adapter for each thing of it. Types only.
 * The real ones lie in the folders beside this file, the simulated ones in lab/; service/ chooses between them.
 * An adapter says 'unavailable' with the reason where its thing is absent; it never waits without a limit.
 */
import type {
  Call,
  DiskFacts,
  InterfaceFacts,
  LogLine,
  PingLine,
  PingRequest,
  PingSummary,
  TimeFacts,
  Unit,
  UnitStatus,
  ZoneFacts,
} from '../appliance.ts';

/** Reads of the machine; each ends within its own limit, or when the signal is aborted. */
export interface Facts {
  hostName(signal: AbortSignal): Promise<string>;
  /** Every interface but loopback and those that containers own; the first is the one the machine is known by. */
  interfaces(signal: AbortSignal): Promise<InterfaceFacts[]>;
  /** In effect, of all interfaces, in the order asked. */
  dnsServers(signal: AbortSignal): Promise<string[]>;
  time(signal: AbortSignal): Promise<TimeFacts>;
  zone(signal: AbortSignal): Promise<ZoneFacts>;
  updates(signal: AbortSignal): Promise<{ pending: number; security: number; rebootNeeded: boolean }>;
  buildVersion(signal: AbortSignal): Promise<string>;
  /** The disk of the root file system, and the first other fixed disk. */
  disks(signal: AbortSignal): Promise<{ disk1: DiskFacts; disk2: DiskFacts | null }>;
  cpu(signal: AbortSignal): Promise<{ model: string; count: number; load: number }>;
  memory(signal: AbortSignal): Promise<{ total: number; available: number }>;
}

export type UnitAction = 'start' | 'stop' | 'restart';

export interface Units {
  /** One entry a name, in the same order; 'absent' where the machine has none of that name. */
  list(names: readonly string[], signal: AbortSignal): Promise<Unit[]>;
  /** `lines`: how much of its log. */
  show(name: string, lines: number, signal: AbortSignal): Promise<UnitStatus>;
  log(name: string, lines: number, signal: AbortSignal): Promise<LogLine[]>;
  /**
   * Ends when systemd's job has ended, well or not; the caller reads the state afterwards. `wait: false` ends as soon
   * as systemd has taken the job (systemctl --no-block): for the unit that we run in ourselves.
   */
  act(action: UnitAction, name: string, signal: AbortSignal, options?: { wait: boolean }): Promise<void>;
}

export interface Ping {
  run(request: PingRequest, call: Call<PingLine>): Promise<PingSummary>;
}

export interface Machine {
  facts: Facts;
  units: Units;
  ping: Ping;
}

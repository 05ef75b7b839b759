/**
 * The contract: what a screen or the command line may ask of the appliance.
 * Types only, grouped as the menu is. No code, no import of anything that runs.
 */
import type { Problem } from './errors.ts';

/** Handed to an operation: how to give it up, and where its progress goes. */
export interface Call<P = never> {
  /** Aborted when the asker no longer wants the answer. The operation then ends soon, whatever it waits for. */
  signal: AbortSignal;
  progress(news: P): void;
  /** Who asks, for the audit log. The service says it of each connection; nothing that a client sends can. */
  by?: string;
}

/**
 * One thing that can be asked. Rejects with a `Failure` (errors.ts) and nothing else.
 * `A`: arguments, one object. `R`: result. `P`: what is told while it runs.
 */
export type Operation<A, R, P = never> = (args: A, call?: Partial<Call<P>>) => Promise<R>;

/** A subscription: tells the present state at once, then each change, until the signal is aborted. */
export type Watch<A, P> = Operation<A, void, P>;

/** No arguments. */
export type Nothing = Record<string, never>;

/** A value read from the machine: known, still being read, or not to be had and why. */
export type Reading<T> =
  | { state: 'known'; value: T }
  | { state: 'reading' }
  | { state: 'unknown'; problem: Problem };

// ---------------------------------------------------------------- about, status

export interface About {
  version: string;
  /** Name of the brand whose texts are shown: 'gatehouse', 'qgs'. */
  brand: string;
  /** Set when all this is a simulated machine. */
  lab?: { machine: string; folder: string };
}

/** The one line that is always true, under every screen. */
export interface Status {
  /** The appliance's name: the platform's once registered, the host name before. */
  name: string;
  /** The first interface's first global address, without prefix; absent while there is none. */
  address?: string;
  registered: boolean;
  platform: { connected: boolean; /** ISO 8601 */ since?: string };
  /** Units of the appliance that have failed. */
  failedUnits: number;
  /** A change that waits for "Keep these settings?". */
  pendingChange?: { what: string; by: string; /** ISO 8601 */ until: string };
  /** A long job that runs now. */
  job?: { what: string };
}

// ---------------------------------------------------------------- Info

export interface InterfaceFacts {
  name: string;
  /** 'up' has a carrier; 'no carrier' is up without a cable; 'down' is switched off. */
  link: 'up' | 'no carrier' | 'down';
  mac?: string;
  /** With prefix ("10.0.0.5/24"), global ones first, link-local last. */
  addresses: string[];
}

export interface DiskFacts {
  /** "sda" */
  device: string;
  /** Bytes. */
  size: number;
  /** Bytes used of the file system on it; absent where none is mounted. */
  used?: number;
  /** Bytes of that file system. */
  total?: number;
}

export interface TimeFacts {
  /** ISO 8601 with offset, as the machine's clock has it. */
  now: string;
  /** Absent where nothing can tell (no timedated). */
  synchronised?: boolean;
}

export interface ZoneFacts {
  /** "Europe/Madrid" */
  name: string;
  /** "CET" */
  abbreviation: string;
  /** "+0100" */
  offset: string;
}

/** A requirement that the machine does not meet. Decimal gigabytes, as the guide counts them. */
export interface Shortfall {
  what: 'disk' | 'memory';
  found: number;
  required: number;
}

/** Everything the Info screen shows. Each reading has a time limit of its own and holds up no other. */
export interface Info {
  interfaces: Reading<InterfaceFacts[]>;
  platformStatus: Reading<{ registered: boolean; connected: boolean; since?: string }>;
  /** Absent value: no suffix is set yet. */
  platformStatusUrl: Reading<string | null>;
  platformUrl: Reading<string | null>;
  dnsServers: Reading<string[]>;
  time: Reading<TimeFacts>;
  zone: Reading<ZoneFacts>;
  applianceId: Reading<string | null>;
  applianceName: Reading<string>;
  updates: Reading<{ pending: number; security: number; rebootNeeded: boolean }>;
  buildVersion: Reading<string>;
  serviceVersion: Reading<string>;
  /** Disk 1 holds the root file system. */
  disk1: Reading<DiskFacts>;
  /** null: there is none. Only one second disk counts. */
  disk2: Reading<DiskFacts | null>;
  cpu: Reading<{ model: string; count: number; /** 0..100, all cores */ load: number }>;
  /** Bytes. */
  memory: Reading<{ total: number; available: number }>;
  shortfalls: Shortfall[];
}

// ---------------------------------------------------------------- Commands › Ping

export interface PingRequest {
  /** FQDN, IPv4 or IPv6. */
  host: string;
  /** Echo requests to send, one a second; 1 to 1000. Without it: until aborted. */
  count?: number;
}

/** One line of a running ping. */
export type PingLine =
  | { kind: 'start'; address: string; bytes: number }
  | { kind: 'reply'; seq: number; from: string; ttl: number; /** milliseconds */ time: number }
  | { kind: 'lost'; seq: number }
  | { kind: 'error'; seq?: number; from?: string; text: string };

export interface PingSummary {
  address: string;
  sent: number;
  received: number;
  /** Percent, 0 to 100. */
  loss: number;
  /** Milliseconds; absent when nothing came back. */
  times?: { min: number; avg: number; max: number };
}

// ---------------------------------------------------------------- Diagnostics › Units

/** systemd's ActiveState (systemd(1)), and 'absent' where the machine has no such unit. */
export type UnitState =
  | 'active'
  | 'reloading'
  | 'inactive'
  | 'failed'
  | 'activating'
  | 'deactivating'
  | 'absent';

export interface Unit {
  /** With its suffix: "docker.service". */
  name: string;
  description: string;
  state: UnitState;
  /** systemd's SubState: "running", "exited", "dead". */
  subState: string;
  /** ISO 8601; when the main process started. */
  startedAt?: string;
  /** ISO 8601; when the present state began. */
  since?: string;
  /** Why it must not be stopped from here; absent where it may be. */
  keep?: string;
}

export interface UnitStatus extends Unit {
  mainPid?: number;
  /** Bytes. */
  memory?: number;
  /** How often systemd restarted it by itself. */
  restarts: number;
  /** "success", "exit-code", "signal", "timeout" … (systemd.service(5), $SERVICE_RESULT). */
  result: string;
  exitCode?: number;
  enabled: string;
  /** Unit file or where it came from. */
  source?: string;
  /** Newest last. */
  log: LogLine[];
}

export interface LogLine {
  /** ISO 8601 */
  at: string;
  from: string;
  text: string;
  /** syslog severity, 0 (emergency) to 7 (debug). */
  priority: number;
}

/** What came of a start, stop or restart. */
export interface UnitOutcome {
  unit: Unit;
  /** Did it end in the state that was asked for? */
  succeeded: boolean;
  /** Last lines of its log, newest last; given where it did not succeed. */
  log: LogLine[];
}

export type UnitNews = { step: string };

// ---------------------------------------------------------------- the whole

export interface Appliance {
  about: Operation<Nothing, About>;
  status: {
    read: Operation<Nothing, Status>;
    watch: Watch<Nothing, Status>;
  };
  info: {
    /** Waits for every reading, each within its own limit (30 s at most altogether). */
    read: Operation<Nothing, Info>;
    /** Tells what is known at once, and again whenever something changes. */
    watch: Watch<Nothing, Info>;
  };
  ping: {
    run: Operation<PingRequest, PingSummary, PingLine>;
  };
  units: {
    list: Operation<Nothing, Unit[]>;
    watch: Watch<Nothing, Unit[]>;
    /** `lines`: how much of its log, 0 to 1000. */
    show: Operation<{ name: string; lines?: number }, UnitStatus>;
    start: Operation<{ name: string }, UnitOutcome, UnitNews>;
    stop: Operation<{ name: string }, UnitOutcome, UnitNews>;
    restart: Operation<{ name: string }, UnitOutcome, UnitNews>;
  };
}

/** The contract of Ping and Units. Types only. */

export interface PingRequest {
  /** FQDN, IPv4 or IPv6. */
  host: string;
  /** Echo requests to send, one a second; 1 to 1000. Without it: until aborted. */
  count?: number;
}

/** One line of a running ping. */
export type PingLine =
  | { kind: 'start'; address: string; bytes: number }
  | { kind: 'reply'; seq: number; from: string; ttl: number /** milliseconds */; time: number }
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

/** systemd's ActiveState (systemd(1)), and 'absent' where the machine has no such unit. */
export type UnitState = 'active' | 'reloading' | 'inactive' | 'failed' | 'activating' | 'deactivating' | 'absent';

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
  /** That ended it: "SIGKILL". */
  signal?: string;
  /** Why it is not active, in whole sentences; absent where it is, or was stopped in good order. */
  why?: string;
  /** What to do about that. */
  advice?: string;
  /** Conditions of its unit file that were not met: "ConditionPathExists=/etc/none". */
  conditions?: string[];
  /** Of a unit that is not active: units that it refers to and that are not active either. */
  dependencies?: UnitDependency[];
  enabled: string;
  /** Unit file or where it came from. */
  source?: string;
  /** Newest last. */
  log: LogLine[];
}

/** A unit that another one refers to, and that is not active. */
export interface UnitDependency {
  name: string;
  state: UnitState;
  /** How the other refers to it: without one that it requires it does not start, without one that it wants it does. */
  relation: 'requires' | 'is bound to' | 'wants';
  why?: string;
  /** Its last lines, newest last; of one that failed. */
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
  /** Why not, what to do, and what it lacks: as in UnitStatus. */
  why?: string;
  advice?: string;
  dependencies?: UnitDependency[];
  /** Last lines of its log, newest last; given where it did not succeed. */
  log: LogLine[];
}

export type UnitNews = { step: string };

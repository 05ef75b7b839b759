/** The contract of the status line and of Info. Types only. */
import type { Reading } from './call.ts';
import type { PowerAction } from './power.ts';

/** Kept by the service, by the socket that was connected to. A viewer's changes are refused with 'not-allowed'. */
export type Role = 'operator' | 'viewer';

export interface About {
  version: string;
  /** Of this connection. */
  role: Role;
  /** Name of the brand whose texts are shown: 'gatehouse', 'qgs'. */
  brand: string;
  /** Language of the screens that is set, BCP 47. */
  language: string;
  /** The first steps were never gone to their end: the console opens with them. */
  firstBoot?: true;
  /** Set when all this is a simulated machine. */
  lab?: { machine: string; folder: string /** A personalization code to register the lab with. */; code?: string };
}

/** The service ended badly, and was started again, or is tried to be. */
export interface Endings {
  times: number;
  /** ISO 8601; the first and the last of them. */
  since: string;
  at: string;
  /** "it hung": of the last. */
  why: string;
  /** Seconds until it is started again after the last one. */
  pause: number;
}

/** The one line that is always true, under every screen. */
export interface Status {
  /** The appliance's name: the platform's once registered, the host name before. */
  name: string;
  /** The first interface's first global address, without prefix; absent while there is none. */
  address?: string;
  registered: boolean;
  platform: { connected: boolean /** ISO 8601 */; since?: string };
  /** Units of the appliance that have failed. */
  failedUnits: number;
  /** A change that waits for "Keep these settings?". */
  pendingChange?: { what: string; by: string /** ISO 8601 */; until: string };
  /** A disk that is nearly full, where the automatic clean-up could not help: a sentence. */
  diskFull?: string;
  /** The disk of what the service keeps cannot be written: a sentence. */
  diskReadOnly?: string;
  /** A long job that runs now: "report", "packet capture". */
  job?: { what: string };
  /** What is coming, and when (ISO 8601). */
  power?: { action: PowerAction; at: string };
  /** For an hour after the last time. */
  endings?: Endings;
}

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
  /** As in the status. */
  endings?: Endings;
  /** Disk 1 holds the root file system. */
  disk1: Reading<DiskFacts>;
  /** null: there is none. Only one second disk counts. */
  disk2: Reading<DiskFacts | null>;
  cpu: Reading<{ model: string; count: number /** 0..100, all cores */; load: number }>;
  /** Bytes. */
  memory: Reading<{ total: number; available: number }>;
  shortfalls: Shortfall[];
}

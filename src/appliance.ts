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
export type Reading<T> = { state: 'known'; value: T } | { state: 'reading' } | { state: 'unknown'; problem: Problem };

// ---------------------------------------------------------------- about, status

export interface About {
  version: string;
  /** Name of the brand whose texts are shown: 'gatehouse', 'qgs'. */
  brand: string;
  /** Set when all this is a simulated machine. */
  lab?: { machine: string; folder: string /** A personalization code to register the lab with. */; code?: string };
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
  cpu: Reading<{ model: string; count: number /** 0..100, all cores */; load: number }>;
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

// ---------------------------------------------------------------- Diagnostics › Units

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

// ---------------------------------------------------------------- System › Network

export type AddressMethod = 'dhcp' | 'static' | 'unconfigured';
export type Ipv6Method = 'automatic' | 'static' | 'off';

/** What is configured for one interface. Addresses carry their prefix ("10.0.0.5/24"). */
export interface InterfaceSettings {
  method: AddressMethod;
  /** With method 'static' only. */
  address?: string;
  gateway?: string;
  ipv6: { method: Ipv6Method; address?: string; gateway?: string };
  /** 1 to 4094: addresses belong to this VLAN of the interface; absent: untagged. */
  vlan?: number;
  /** Bytes; absent: the interface's own. */
  mtu?: number;
}

/** What an interface is now. */
export interface InterfaceState {
  name: string;
  /** Set by us; `managedBy` says whose the configuration is where it is not ours ("ifupdown", "/etc/systemd/network/10-lan.network"). */
  configured?: InterfaceSettings;
  managedBy?: string;
  link: InterfaceFacts['link'];
  mac?: string;
  /** Mbit/s, where the driver tells. */
  speed?: number;
  mtu?: number;
  /** In effect: the VLAN that its addresses belong to. */
  vlan?: number;
  /** In effect, each with where it came from. */
  addresses: { address: string; from: 'dhcp' | 'static' | 'router' | 'link-local' | 'other' }[];
  gateways: { address: string; from: 'dhcp' | 'static' | 'router' | 'other' }[];
}

export interface DnsSettings {
  /** At most three; none: what DHCP gives. */
  servers: string[];
  searchDomains: string[];
}

/** One upstream proxy as it is shown: never with its password. */
export interface ProxyEntry {
  host: string;
  port: number;
  user?: string;
  hasPassword: boolean;
}

/** One upstream proxy as it is set. `password` absent: the one it had (same host, port and user); empty: none. */
export interface ProxyDraft {
  host: string;
  port: number;
  user?: string;
  password?: string;
}

// ---------------------------------------------------------------- changes

/** A change that is made as a transaction. */
export type ChangeDraft =
  | { section: 'interface'; name: string; settings: InterfaceSettings }
  | { section: 'dns'; settings: DnsSettings }
  | {
      section: 'proxy';
      settings: { enabled: boolean; proxies: ProxyDraft[]; order: 'sequential' | 'random'; noProxy: string[] };
    }
  /** Back to an earlier version of the settings. */
  | { section: 'settings'; revision: number }
  | { section: 'reset-network' };

/** One line of a preview. */
export interface Difference {
  what: string;
  /** In the settings now. */
  now: string;
  /** In the settings afterwards. */
  will: string;
  /** On the machine now, where that can be told apart from the settings. */
  effective?: string;
  changed: boolean;
}

export interface ChangePlan {
  differences: Difference[];
  /** Things to know before: "This session comes through eth0 and will be cut." */
  warnings: string[];
  /** Where the appliance can be reached afterwards, if that changes. */
  newAddress?: string;
  /** Seconds until it goes back without an answer. */
  window: number;
}

export interface TestResult {
  /** "link", "gateway", "DNS", "platform". */
  test: string;
  passed: boolean;
  /** One sentence. */
  said: string;
}

/** A change that was applied and waits for an answer, or how the last one ended. */
export interface PendingChange {
  id: string;
  section: ChangeDraft['section'];
  /** "Network settings of eth0". */
  what: string;
  by: string;
  /** ISO 8601 */
  began: string;
  phase: 'applying' | 'asking' | 'going back';
  /** ISO 8601; while asking. */
  until?: string;
  /** Seconds left, as the service counts them. */
  left?: number;
  tests: TestResult[];
  newAddress?: string;
}

export interface EndedChange {
  id: string;
  what: string;
  outcome: 'kept' | 'undone';
  /** "no answer", "asked by …", "power cut", "the service ended". */
  why: string;
  at: string;
  /** Absent: it was kept. Empty: the machine is verified to be as before. Otherwise what differs. */
  differs?: string[];
}

export interface ChangesState {
  pending?: PendingChange;
  last?: EndedChange;
  /** Who edits what now. */
  held: { what: string; by: string; since: string }[];
}

// ---------------------------------------------------------------- System › Hosts, Time, SSH

export interface HostEntry {
  /** FQDN. */
  name: string;
  address: string;
}

export interface TimeSettings {
  /** At most four; none: the brand's. */
  servers: string[];
  /** "Europe/Madrid" */
  zone: string;
}

export interface TimeState {
  settings: TimeSettings;
  /** The brand's, used while none is given. */
  defaults: string[];
  now: string;
  synchronised: boolean;
  /** The one that answered last. */
  server?: string;
  /** Milliseconds the clock was off at the last answer. */
  offset?: number;
  stratum?: number;
  /** ISO 8601 of the last answer. */
  lastSync?: string;
}

export interface SshState {
  enabled: boolean;
  /** Why it cannot be switched on: no password and no key yet. */
  refused?: string;
  /** "SHA256:… (ED25519)" */
  fingerprints: { type: string; sha256: string }[];
  sessions: { user: string; from: string; since: string }[];
}

// ---------------------------------------------------------------- System › POD Suffix, Console, settings

export interface SuffixState {
  suffix: string | null;
  /** Why it cannot be changed: "This appliance was upgraded from image 1.1.0." */
  fixed?: string;
  /** The service host names that follow from it. */
  hosts: string[];
}

export interface ProxyState {
  enabled: boolean;
  proxies: ProxyEntry[];
  /** Asked in this order, or at random. */
  order: 'sequential' | 'random';
  /** Reached without a proxy. */
  noProxy: string[];
}

export interface DnsState {
  settings: DnsSettings;
  /** In effect, each with where it came from: "eth0", "settings". */
  effective: { server: string; from: string }[];
  domains: string[];
}

export interface AccessState {
  /** The operator's account: "operator". */
  account: string;
  passwordSet: boolean;
  keySet: boolean;
  passwordBeforeChanges: boolean;
  /** Minutes without a key until a console locks; 0: never. */
  idleLockMinutes: number;
}

export interface SettingsVersion {
  revision: number;
  /** ISO 8601 */
  at: string;
  by: string;
  /** "Network settings of eth0" */
  what: string;
}

// ---------------------------------------------------------------- Registration, platform

/** What the platform told this appliance to be. */
export interface GatewayConfiguration {
  revision: number;
  proxyPort: number;
  cachePort: number;
  modes: { cache: boolean; patch: boolean };
  /** At most ten, without scheme or "www.". */
  allowedDomains: string[];
  minimumTls: '1.0' | '1.1' | '1.2' | '1.3';
  certificateKind: 'appliance' | 'common' | 'customer';
}

export type RegistrationState =
  | { registered: false }
  | {
      registered: true;
      id: string;
      name: string;
      location?: string;
      /** ISO 8601 */
      since: string;
      /** Does the platform answer? `since`: since when it does or does not. */
      connected: boolean;
      connectedSince: string;
      lastCheckIn?: string;
      /** Why it does not, where it does not; or why its newest configuration is not at work. */
      problem?: Problem;
      /** ISO 8601: when the client certificate ends. */
      certificateUntil: string;
      configuration: GatewayConfiguration;
    };

/** A step of a registration or of a proxy test. */
export interface StepNews {
  step: string;
  /** Absent while it runs. */
  outcome?: { passed: boolean; said: string /** Milliseconds. */; took: number };
}

/** What a check of all services tells while it runs. */
export interface ConnectivityNews {
  /** 0 to 1: how much of it is done. */
  fraction: number;
  health: ServiceHealth;
}

/** What one service of the platform answered. */
export interface ServiceHealth {
  /** "qagpublic" */
  service: string;
  host: string;
  /** Through which proxy ("proxy.example.com:3128"); absent: directly. */
  proxy?: string;
  passed: boolean;
  /** The answer's first characters as the guide prints them, or what went wrong. */
  said: string;
  /** Milliseconds. */
  took: number;
}

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
  network: {
    read: Operation<Nothing, InterfaceState[]>;
    watch: Watch<Nothing, InterfaceState[]>;
  };
  /** Changes that can cut the machine off are made here and nowhere else. */
  changes: {
    read: Operation<Nothing, ChangesState>;
    watch: Watch<Nothing, ChangesState>;
    /** Checks everything and changes nothing. Refuses with 'bad-values': all that is wrong at once. */
    plan: Operation<{ draft: ChangeDraft }, ChangePlan>;
    /** Arms the way back, applies, tests. Ends when the question can be asked; goes on when the asker is gone. */
    apply: Operation<{ draft: ChangeDraft }, PendingChange, { step: string } | { test: TestResult }>;
    keep: Operation<{ id: string }, EndedChange>;
    undo: Operation<{ id: string }, EndedChange, { step: string }>;
    /** Holds a part for editing until aborted; refuses with 'held' where somebody else does. */
    hold: Operation<{ what: ChangeDraft['section'] }, void>;
  };
  dns: {
    read: Operation<Nothing, DnsState>;
  };
  proxy: {
    read: Operation<Nothing, ProxyState>;
  };
  hosts: {
    /** `others`: entries of the file that are not ours. */
    read: Operation<Nothing, { entries: HostEntry[]; others: HostEntry[] }>;
    set: Operation<{ entries: HostEntry[] }, Nothing>;
  };
  time: {
    read: Operation<Nothing, TimeState>;
    watch: Watch<Nothing, TimeState>;
    zones: Operation<Nothing, string[]>;
    set: Operation<TimeSettings, TimeState>;
  };
  platform: {
    read: Operation<Nothing, SuffixState>;
    set: Operation<{ suffix: string }, SuffixState>;
  };
  ssh: {
    read: Operation<Nothing, SshState>;
    watch: Watch<Nothing, SshState>;
    set: Operation<{ enabled: boolean }, SshState>;
  };
  access: {
    read: Operation<Nothing, AccessState>;
    /** `current`: needed once one is set. */
    setPassword: Operation<{ current?: string; next: string }, Nothing>;
    /** Right or wrong; wrong ones are answered ever more slowly. */
    check: Operation<
      { password: string },
      { right: boolean /** Seconds until the next try is taken. */; wait?: number }
    >;
    set: Operation<{ passwordBeforeChanges: boolean; idleLockMinutes: number }, AccessState>;
  };
  settings: {
    versions: Operation<Nothing, SettingsVersion[]>;
    difference: Operation<{ from: number; to: number }, Difference[]>;
  };
  registration: {
    read: Operation<Nothing, RegistrationState>;
    watch: Watch<Nothing, RegistrationState>;
    /** All of it or nothing; in the place of a registration before. */
    register: Operation<{ code: string }, RegistrationState, StepNews>;
    /** `withoutPlatform`: also where the platform cannot be told. */
    deregister: Operation<{ withoutPlatform?: boolean }, RegistrationState>;
  };
  connectivity: {
    /** Each service without a proxy, and through each proxy that is set. */
    run: Operation<Nothing, ServiceHealth[], ConnectivityNews>;
  };
  proxyTest: {
    /** Each proxy that is set. A failed step is an outcome; without a proxy it rejects with 'unavailable'. */
    run: Operation<Nothing, StepNews[], StepNews>;
  };
}

/**
 * The machine as the service sees it: one adapter for each thing of it. Types only.
 * The real ones lie in the folders beside this file, the simulated ones in lab/; service/ chooses between them.
 * An adapter says 'unavailable' with the reason where its thing is absent; it never waits without a limit.
 */
import type {
  Call,
  Container,
  ContainerDetails,
  DiskFacts,
  DnsSettings,
  HostEntry,
  Image,
  ImageDetails,
  InterfaceFacts,
  LogLine,
  Offer,
  PingLine,
  PingRequest,
  PingSummary,
  Report,
  SshState,
  TestResult,
  TimeFacts,
  Unit,
  UnitStatus,
  ZoneFacts,
} from '../appliance.ts';
import type { Arming } from '../changes/arm.ts';
import type { Places } from '../jobs/clean-up/clean-up.ts';
import type { OfferEvent } from '../jobs/handover/offer.ts';
import type { Diagnostics } from '../jobs/report/diagnostics.ts';
import type { Seed } from '../unattended/seed.ts';
import type { Secret } from '../values/secret.ts';
import type { Recorder } from './capture/recorder.ts';
import type { Effect, ManagedFile } from './files.ts';
import type { HostsState } from './hosts/hosts.ts';
import type { LoginState } from './login/login.ts';
import type { LogReader, Logs } from './logs/reader.ts';
import type { Found } from './network/parse.ts';
import type { Duplicate } from './network/probe.ts';
import type { FromNetwork, Interfaces } from './network/render.ts';
import type { PlatformTest } from './proxy/probe.ts';
import type { ProxySettings } from './proxy/render.ts';
import type { openTunnel } from './proxy/tunnel.ts';
import type { ResolverState } from './resolver/parse.ts';
import type { EffectiveTime } from './time/time.ts';

export type { LogReader };

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

// ---------------------------------------------------------------- System
//
// `files` says what settings come to on this machine: whole files, each in one of `changing.places`. Whoever makes the
// change writes them, and puts them back; then the machine is told. `files` itself changes nothing.

export interface Network {
  /** Every interface but loopback and those of containers. `configured`: the settings, told with each of them. */
  effective(configured: Interfaces, signal: AbortSignal): Promise<Found[]>;
  /** `before`: what the settings were; what only they needed is in the list as files that must not exist. */
  files(interfaces: Interfaces, from: FromNetwork, before?: Interfaces): ManagedFile[];
  /** Has another machine on the link that address? `device`: "eth0" or its VLAN's; `address`: without prefix. */
  probeDuplicate(device: string, address: string, signal: AbortSignal): Promise<Duplicate>;
  testGateway(device: string, gateway: string, signal: AbortSignal): Promise<TestResult>;
}

export interface Resolver {
  effective(signal: AbortSignal): Promise<ResolverState>;
  files(settings: DnsSettings): ManagedFile[];
  /** Asks each of the servers for the name. */
  test(servers: readonly string[], name: string, signal: AbortSignal): Promise<TestResult>;
}

export interface Proxy {
  files(settings: ProxySettings): ManagedFile[];
  /** Is the platform's host reached, through the proxies or without? */
  test(test: PlatformTest, signal: AbortSignal): Promise<TestResult>;
  /** A connection that the platform is spoken to over. */
  open: typeof openTunnel;
}

export interface Time {
  effective(signal: AbortSignal): Promise<EffectiveTime>;
  /** `servers`: none means `defaults`. */
  files(servers: readonly string[], defaults: readonly string[]): ManagedFile[];
  /** After its file was written. */
  tell(signal: AbortSignal): Promise<void>;
  zones(signal: AbortSignal): Promise<string[]>;
  /** @throws Failure 'bad-value' for a zone that the machine does not know */
  setZone(name: string, signal: AbortSignal): Promise<void>;
}

export interface Hosts {
  read(): Promise<HostsState>;
  /** Replaces our entries, and leaves everything else. */
  write(entries: readonly HostEntry[]): Promise<HostsState>;
}

export interface Ssh {
  state(signal: AbortSignal): Promise<Omit<SshState, 'refused'>>;
  enable(signal: AbortSignal): Promise<void>;
  /** Sessions that are open stay open. */
  disable(signal: AbortSignal): Promise<void>;
}

/** The operator's account. `user`: its name. */
export interface Login {
  state(user: string, signal: AbortSignal): Promise<LoginState>;
  setPassword(user: string, password: Secret, signal: AbortSignal): Promise<void>;
  isPassword(user: string, password: Secret, signal: AbortSignal): Promise<boolean>;
  /** As /etc/shadow has it (crypt(5)). */
  passwordHash(user: string, signal: AbortSignal): Promise<Secret | undefined>;
  setPasswordHash(user: string, hash: Secret, signal: AbortSignal): Promise<void>;
  /** Lines of authorized_keys. */
  keys(user: string, signal: AbortSignal): Promise<string[]>;
  /** Those and no others. */
  setKeys(user: string, keys: readonly string[], signal: AbortSignal): Promise<void>;
}

/** What a transaction needs of the machine beyond its sections. */
export interface Changing {
  /** Where files may be changed: absolute; one that ends in "/" or "-" is how such paths begin. */
  places: readonly string[];
  /** After files were written, or put back. A daemon that does not run is told nothing. */
  tell(effect: Effect, signal: AbortSignal): Promise<void>;
  /** Who starts the way back when nobody else does. `goBack`: for a machine where only this process can. */
  arming(goBack: () => Promise<unknown>): Arming;
}

// ---------------------------------------------------------------- Diagnostics

/** What something has used since it began: counters that only grow, but for memory. What cannot be told is absent. */
export interface Counted {
  kind: 'appliance' | 'unit' | 'container';
  /** As in StatsSubject. */
  id: string;
  /** What was counted: counters of two places are not compared. A unit that was started anew may have another. */
  from: string;
  /** Milliseconds of a clock that nobody sets, when they were read. */
  clock: number;
  /** Microseconds of processor time. */
  cpu?: number;
  /** Bytes, without what the kernel can take back at once. */
  memory?: number;
  memoryLimit?: number;
  /** Bytes. */
  received?: number;
  sent?: number;
  read?: number;
  written?: number;
}

export interface Counts {
  /** ISO 8601 */
  at: string;
  cores: number;
  /** The appliance, and what runs on it now. */
  counted: Counted[];
  /** Told with the first: what was before, oldest first. Only of a machine whose past is made up. */
  earlier?: Counts[];
}

export interface Figures {
  /** The appliance, those of the units that run, and every container that does (200 at most). */
  count(units: readonly string[], signal: AbortSignal): Promise<Counts>;
}

export type ContainerAction = UnitAction;

/**
 * The container engine. All reject with 'engine-absent', 'engine-stopped' or 'engine-hangs' where there is none to ask;
 * looking never starts it. `id`: whole, its first 12 digits or more, or the name; of an image also "repository:tag".
 */
export interface Containers {
  /** All of them, running or not, without `size`. */
  list(signal: AbortSignal): Promise<Container[]>;
  /** By id; apart from the list, as the engine may have to count files for it. */
  sizes(signal: AbortSignal): Promise<Map<string, number>>;
  show(id: string, signal: AbortSignal): Promise<ContainerDetails>;
  /** Ends when the engine has done it, well or not; the caller looks at the state afterwards. */
  act(action: ContainerAction, id: string, signal: AbortSignal): Promise<void>;
  log(id: string): LogReader;
  images(signal: AbortSignal): Promise<Image[]>;
  image(id: string, signal: AbortSignal): Promise<ImageDetails>;
  /** "NAME=value" of all containers, nothing masked: to be searched for what must not be told. */
  environments(signal: AbortSignal): Promise<string[]>;
}

// ---------------------------------------------------------------- Diagnostics

export interface OfferRequest {
  report: Pick<Report, 'name' | 'size' | 'sha256'>;
  /** The report's file; "PATH.sig" goes along where it is there. */
  path: string;
  password: Secret;
  /** Where it is listened, and told to be fetched from. */
  addresses: readonly string[];
  /** Until it ends by itself. */
  seconds: number;
  by: string;
  /** Folder of what is kept of the machine. */
  state: string;
}

/** The offer as it then stands, and what has made it so. */
export type TellOffer = (offer: Offer, event: OfferEvent) => void;

/** Lets one report be fetched, once, by a listener that needs this process only to tell of it. */
export interface Offers {
  /** An offer before ends. @throws Failure 'unavailable' */
  open(request: OfferRequest, signal: AbortSignal): Promise<Offer>;
  /** As an earlier process has last told it; what has happened since is told by `watch`. */
  left(): Promise<Offer | undefined>;
  /** Tells each change until nothing more can happen, or the signal is aborted. Closes nothing. */
  watch(offer: Offer, tell: TellOffer, signal: AbortSignal): Promise<void>;
  /** Ends listener and session; nothing of them stays. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------- Commands

export interface LoginSession {
  user: string;
  /** "10.0.0.7", "ttyS0" */
  from: string;
  /** ISO 8601 */
  since: string;
  /** "pts/3"; absent where it has none. */
  terminal?: string;
}

export interface Power {
  /** Those who are logged in; none where nothing keeps account of them. */
  sessions(signal: AbortSignal): Promise<LoginSession[]>;
  /** Ends when the machine has taken it; a moment later everything ends. */
  reboot(signal: AbortSignal): Promise<void>;
  shutdown(signal: AbortSignal): Promise<void>;
  reset: Reset;
}

/** Decided now, carried out by the next start of the machine, before anything else of it runs. */
export interface Reset {
  /** What it deletes, each in few words. */
  deletes: readonly string[];
  /** @throws Failure 'unavailable' where the next start would not carry it out */
  check(signal: AbortSignal): Promise<void>;
  /** From here on the next start of the machine carries it out, whatever happens: it is on the disk when this ends. */
  decide(by: string): Promise<void>;
  /** Said in the log of that start. Needs to be decided before. */
  remark(text: string): Promise<void>;
  /** As if it had never been decided. */
  takeBack(): Promise<void>;
  /** 'now': since the machine was started; 'before': its start has tried, and was not done with it. */
  decided(): Promise<{ by: string; when: 'now' | 'before' } | undefined>;
}

/** Disks that somebody put in so that the first boot sets the machine up by itself. */
export interface Seeds {
  /** The first that is there now. Never rejects but when aborted. */
  find(signal: AbortSignal): Promise<Seed | undefined>;
}

export interface Machine {
  facts: Facts;
  units: Units;
  containers: Containers;
  figures: Figures;
  ping: Ping;
  network: Network;
  resolver: Resolver;
  proxy: Proxy;
  time: Time;
  hosts: Hosts;
  ssh: Ssh;
  login: Login;
  seeds: Seeds;
  logs: Logs;
  capture: Recorder;
  changing: Changing;
  offers: Offers;
  diagnostics: Diagnostics;
  /** Where the automatic clean-up may remove what is old. */
  cleanUp: Places;
  power: Power;
}

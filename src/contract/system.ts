/** The contract of the rest of System. Types only. */
import type { DnsSettings, ProxyEntry } from './network.ts';

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
  /** Seconds that a change waits for its answer, 5 to 3600. */
  windowSeconds: number;
  /** Language of the screens, BCP 47: "en", "es". */
  language: string;
}

export interface SettingsVersion {
  revision: number;
  /** ISO 8601 */
  at: string;
  by: string;
  /** "Network settings of eth0" */
  what: string;
}

/** The contract of Registration, Connectivity and the proxy test. Types only. */
import type { Problem } from '../errors.ts';

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
  outcome?: {
    passed: boolean;
    said: string;
    /** Milliseconds. */
    took: number;
    /** Why it did not pass. */
    problem?: Problem;
  };
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
  /** Why it did not pass. */
  problem?: Problem;
}

/**
 * What a change needs of others, handed to it: the settings and adapters behind small functions. Types only.
 */
import type { Effect, ManagedFile } from '../adapters/files.ts';
import type { ChangeDraft, ChangePlan, TestResult } from '../appliance.ts';
import type { Arming } from './arm.ts';
import type { Disk } from './disk.ts';
import type { Places } from './files.ts';

/**
 * What is in effect on the machine, as far as a change may touch it: by what it is ("address of eth0"), said so that
 * the same is the same text. What may differ while all is well (an address that DHCP gives) is said without it.
 */
export type Effective = Readonly<Record<string, string>>;

/** What a draft comes to. */
export interface Prepared {
  /** Its window is what the settings say. */
  plan: ChangePlan;
  /**
   * Whole files, the settings among them; written, and put back, in this order. One that must not be seen without
   * another that comes later (a version of the settings without the settings) comes first.
   */
  files: ManagedFile[];
  /** Told when the files are written. */
  effects: Effect[];
  /** Told when the files are put back. */
  back: Effect[];
}

export interface Clock {
  now(): Date;
  /** Seconds since the machine started; no set clock moves it. */
  uptime(): number;
  /** Another one after each start of the machine (random(4), boot_id). */
  boot(): string;
}

export interface Noted {
  by: string;
  what: string;
  before: string;
  after: string;
  outcome: string;
}

/** What the way back alone needs. */
export interface WayBackParts {
  /** Where the marker is: /var/lib/gatehouse/change. */
  folder: string;
  places: Places;
  disk: Disk;
  clock: Clock;
  /** A daemon that does not run is told nothing. */
  tell(effect: Effect, signal: AbortSignal): Promise<void>;
  effective(signal: AbortSignal): Promise<Effective>;
  audit: { note(entry: Noted): Promise<void> };
  log: { error(text: string): void; warning(text: string): void; notice(text: string): void };
  limits?: Partial<Limits>;
}

export interface ChangeParts extends WayBackParts {
  arming: Arming;
  /** Checks the draft against settings and machine; changes nothing. @throws Failure 'bad-value' and the like */
  prepare(draft: ChangeDraft, signal: AbortSignal): Promise<Prepared>;
  /** Does the machine work as it is now? Tells each result as it comes. */
  test(draft: ChangeDraft, tell: (result: TestResult) => void, signal: AbortSignal): Promise<void>;
  /** The files of the settings are others now: after apply, and after going back. */
  reread(): Promise<void>;
}

/** Seconds. */
export interface Limits {
  /** For all from the armed way back to the question. */
  apply: number;
  /** What the armed way back waits longer than the service itself. */
  margin: number;
  /** For the machine to be as it was, after the way back. */
  verify: number;
  /** For one daemon to be told. */
  tell: number;
}

export const usualLimits: Limits = { apply: 60, margin: 5, verify: 30, tell: 90 };

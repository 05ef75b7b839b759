/** The contract of the first boot's guided way: what is set up, and what is not yet. Types only. */
import type { Problem } from '../errors.ts';

export type SetupStepName = 'password' | 'network' | 'time' | 'proxy' | 'suffix' | 'registration';

export interface SetupStep {
  name: SetupStepName;
  /** The machine is set up in this: read from it, not remembered. */
  done: boolean;
  /** It was passed over: good enough as it is. */
  passed: boolean;
  /** How it stands, in a few words: "eth0 has 10.20.0.15/24 by DHCP". */
  said: string;
}

/** A file that was found at a boot on a disk labelled for it. */
export interface UnattendedSetup {
  /** "gatehouse.yaml on the disk GATEHOUSE" */
  from: string;
  /** ISO 8601 */
  at: string;
  /** 'begun': under way, or cut short by a power cut; then it is gone on with at the next start. */
  outcome: 'begun' | 'applied' | 'failed';
  /** Why it failed. */
  problem?: Problem;
}

export interface SetupState {
  /** The way was gone to its end, or left for good: the console opens with the menu. */
  finished: boolean;
  steps: SetupStep[];
  /** The last one; absent where there never was one. */
  unattended?: UnattendedSetup;
}

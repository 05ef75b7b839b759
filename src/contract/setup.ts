/** The contract of the first boot's guided way: what is set up, and what is not yet. Types only. */

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

export interface SetupState {
  /** The way was gone to its end, or left for good: the console opens with the menu. */
  finished: boolean;
  steps: SetupStep[];
}

/** The contract of Reboot, Shutdown and Reset. Types only. */
import type { Problem } from '../errors.ts';

/** 'reset' reboots, too, and deletes everything on the way. */
export type PowerAction = 'reboot' | 'shutdown' | 'reset';

export interface PowerState {
  /** What was asked for, and when it happens; every console shows it, and each of them may call it off. */
  scheduled?: {
    action: PowerAction;
    /** ISO 8601 */
    at: string;
    by: string;
    /** Its time has come, and it cannot be called off any more: what is done now, "Telling the platform". */
    step?: string;
  };
  /** The last one, where it did not come about, and why. */
  failed?: { action: PowerAction /** ISO 8601 */; at: string; problem: Problem };
  /** Who else is logged in. */
  sessions: { user: string /** "10.0.0.7", "ttyS0" */; from: string /** ISO 8601 */; since: string }[];
  /** What runs, and would be cut off: "A diagnostics report is being made". */
  jobs: string[];
  /** A change that waits for its answer: it would be taken back. */
  pending?: string;
}

/** What a reset deletes, each in a few words: "settings and their earlier versions". */
export type ResetPlan = { deletes: string[] };

/** The contract of Reboot, Shutdown and Reset. Types only. */

/** 'reset' reboots, too, and deletes everything on the way. */
export type PowerAction = 'reboot' | 'shutdown' | 'reset';

export interface PowerState {
  /** What was asked for, and when it happens; every console shows it, and each of them may call it off. */
  scheduled?: { action: PowerAction /** ISO 8601 */; at: string; by: string };
  /** Who else is logged in. */
  sessions: { user: string /** "10.0.0.7", "ttyS0" */; from: string /** ISO 8601 */; since: string }[];
  /** What runs, and would be cut off: "A diagnostics report is being made". */
  jobs: string[];
  /** A change that waits for its answer: it would be taken back. */
  pending?: string;
}

/** What a reset deletes, each in a few words: "settings and their earlier versions". */
export type ResetPlan = { deletes: string[] };

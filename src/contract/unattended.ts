/** The contract of unattended set-up: one file for a whole appliance. Types only. */
import type { Difference, TestResult } from './changes.ts';
import type { StepNews } from './platform.ts';

export interface UnattendedPlan {
  /** What the file changes, secrets masked; none: the appliance is as the file says. */
  differences: Difference[];
  warnings: string[];
  /** Where the appliance can be reached afterwards, if that changes. */
  newAddress?: string;
}

/** What is told while a file is applied. */
export type UnattendedNews = { step: string } | { test: TestResult } | { registration: StepNews };

export interface UnattendedOutcome {
  /** What was changed; none: it was so already. */
  differences: Difference[];
  /** Of the network, where that was changed: all passed. */
  tests: TestResult[];
  /** As what it is registered, where it is. */
  registered?: { id: string; name: string };
}

/** The contract of changes that can cut the machine off. Types only. */
import type { DnsSettings, InterfaceSettings, ProxyDraft } from './network.ts';

/** A change that is made as a transaction. */
export type ChangeDraft =
  | { section: 'interface'; name: string; settings: InterfaceSettings }
  | { section: 'dns'; settings: DnsSettings }
  | { section: 'proxy'; settings: ProxyDraftSettings }
  /** Back to an earlier version of the settings. */
  | { section: 'settings'; revision: number }
  | { section: 'reset-network' }
  /** Several at once; made by the service itself, of an unattended file. What is absent stays. */
  | {
      section: 'apply';
      interfaces: Record<string, InterfaceSettings>;
      dns?: DnsSettings;
      proxy?: ProxyDraftSettings;
      suffix?: string;
    };

export interface ProxyDraftSettings {
  enabled: boolean;
  proxies: ProxyDraft[];
  order: 'sequential' | 'random';
  noProxy: string[];
}

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
  /** "no answer", "asked by …; the test of DNS failed: …", "power cut", "the service ended". */
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

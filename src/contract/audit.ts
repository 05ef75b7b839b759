/** The contract of the audit: who changed what, when, and what came of it. Types only. */

/** Who asks, as the kernel and the system's own files say it; nothing of it is a client's word. */
export interface Who {
  /** For people: "operator from 10.0.0.7 (ssh)", "root on tty1", "operator (cron)". */
  by: string;
  /** Absent where no account has that uid. */
  user?: string;
  uid?: number;
  pid?: number;
  /** Its controlling terminal: "tty1", "ttyS0", "pts/3". */
  console?: string;
  /** Where its SSH session comes from. */
  address?: string;
  /** The system's service that it belongs to: "cron". Absent in a session of somebody's. */
  unit?: string;
  /** Only of root: the account that logged in before it became root. */
  login?: string;
}

/** One line of the audit. Secrets are masked in it. */
export interface AuditEntry extends Who {
  /** ISO 8601 */
  time: string;
  /** "restart docker.service" */
  what: string;
  /** State before and after, in few words; empty where nobody says. */
  before: string;
  after: string;
  /** "done", or the code of the problem. */
  outcome: string;
}

export interface AuditPage {
  /** Newest first. */
  entries: AuditEntry[];
  /** What `before` takes for the page of older ones; absent: there are none. */
  older?: string;
}

/** What a report needs of the machine: where it is kept, what is collected, for whom it is encrypted. Types only. */
import type { Item } from './item.ts';
import type { KnownSecret } from './known.ts';

export interface Diagnostics {
  /** Where reports are kept: "/var/diagnostics". */
  folder: string;
  /** What is collected of the machine itself; the service adds what it knows. */
  items: readonly Item[];
  /** A private key of OpenSSH's that reports are signed with. */
  hostKey?: string;
  /** age recipients that take the place of the brand's; none: those hold. @throws Failure where they cannot be told */
  recipients(signal: AbortSignal): Promise<string[]>;
  /** Secrets of the machine itself, to be removed wherever they stand. What cannot be read is none. */
  secrets(signal: AbortSignal): Promise<KnownSecret[]>;
}

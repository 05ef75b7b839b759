/** What a client holds of the service: the contract, and whether it can be reached just now. Types only. */
import type { Appliance } from '../appliance.ts';
import type { Problem } from '../errors.ts';

export type LinkState = 'connecting' | 'connected' | 'lost';

export interface Link {
  /**
   * The appliance. Asked while not connected, an operation waits up to 3 s and then fails with 'service-gone'. One
   * that is under way when the connection breaks fails with 'service-gone' and is never repeated; a watch goes on by
   * itself after the reconnect, beginning with the then present state, and waits for the connection without end.
   */
  readonly appliance: Appliance;
  /** 'connecting' until the first connection; 'lost' while there is none after that, or where none can be had. */
  readonly state: LinkState;
  /** Why there is no connection; absent while connected. */
  readonly problem?: Problem | undefined;
  /** Called at each change of state or problem; gives the way to stop that. */
  onState(listener: () => void): () => void;
  /** Ends it for good: whatever is under way fails with 'service-gone', watches end. */
  close(): void;
}

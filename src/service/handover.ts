/**
 * Handing a kept report over: an offer that can be fetched once, and the upload to a server of the operator's choosing.
 * Which reports there are is told from outside; how they are sent lies in handover/ and the adapters.
 */
import type { HostKey, Offer, Report, Upload, UploadTarget } from '../appliance.ts';
import type { Secret } from '../values/secret.ts';

/** What an upload logs in with, and the key that the operator has confirmed. */
export interface UploadLogin {
  /** "SHA256:…" */
  sha256: string;
  password?: Secret;
  /** A private key, as its file holds it. */
  key?: Secret;
  passphrase?: Secret;
}

export interface Handover {
  /** The last offer and the last upload, ended ones too. */
  state(): { offer?: Offer; upload?: Upload };
  /** Calls after each change of the state; what it gives ends that. */
  changed(listener: () => void): () => void;
  /**
   * Opens the listener for an hour; an offer before ends. `path`: the report's file; its .sig goes along.
   * @throws Failure 'unavailable' where no listener can be opened
   */
  offer(report: Report, path: string, by: string): Promise<{ offer: Offer; password: string }>;
  /** Ends the offer, with a session that is open. Without one: nothing. */
  withdraw(by: string): Promise<void>;
  /** Asks a server for its key; sends nothing else. */
  hostKey(target: Pick<UploadTarget, 'host' | 'port'>, signal?: AbortSignal): Promise<HostKey>;
  /**
   * Starts an upload, and ends when it is under way; how it goes is told by the state.
   * @throws Failure 'busy' while another runs
   */
  upload(report: Report, path: string, target: UploadTarget, login: UploadLogin, by: string): Promise<void>;
  cancelUpload(): Promise<void>;
  /** Of one report that is to be removed: is it handed over just now? */
  uses(name: string): boolean;
  /** Ends an upload; an offer goes on by itself, and is taken up by the next service. */
  close(): Promise<void>;
}

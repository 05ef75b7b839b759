/**
 * Handing a kept report over: an offer that can be fetched once, and the upload to a server of the operator's choosing.
 * Which reports there are is told from outside; how they are sent lies in jobs/handover/ and the adapters.
 */
import type { HostKey, Offer, Report, Upload, UploadTarget } from '../appliance.ts';
import type { Login } from '../jobs/handover/connect.ts';
import { isOver } from '../jobs/handover/offer.ts';
import { type Changed, Offering } from './offering.ts';
import type { System } from './system.ts';
import { Uploading } from './uploading.ts';

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
  upload(report: Report, path: string, target: UploadTarget, login: Login, by: string): Promise<void>;
  cancelUpload(): Promise<void>;
  /** Of one report that is to be removed: is it handed over just now? */
  uses(name: string): boolean;
  /** Ends an upload; an offer goes on by itself, and is taken up by the next service. */
  close(): Promise<void>;
}

/** Milliseconds between two tellings of how far it is. */
const often = 200;

/** Ready when it returns: an offer that an earlier service has left is taken up. */
export async function handoverOf(system: System): Promise<Handover> {
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  let soon: NodeJS.Timeout | undefined;
  const changed: Changed = (what) => {
    if (what === 'state') return tell();
    soon ??= setTimeout(() => {
      soon = undefined;
      tell();
    }, often);
  };
  const offering = new Offering(system, changed);
  const uploading = new Uploading(system, changed);
  await Promise.all([offering.resume(), uploading.resume()]);
  return {
    state: () => ({
      ...(offering.offer ? { offer: offering.offer } : {}),
      ...(uploading.upload ? { upload: uploading.upload } : {}),
    }),
    changed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    offer: (report, path, by) => offering.make(report, path, by),
    withdraw: (by) => offering.withdraw(by),
    hostKey: (target, signal) => uploading.hostKey(target, signal),
    upload: (report, path, target, login, by) => uploading.begin(report, path, target, login, by),
    cancelUpload: () => uploading.cancel(),
    uses(name) {
      const { offer } = offering;
      return (offer?.report === name && !isOver(offer)) || uploading.isUnderWay(name);
    },
    async close() {
      clearTimeout(soon);
      await uploading.cancel();
      await offering.close();
    },
  };
}

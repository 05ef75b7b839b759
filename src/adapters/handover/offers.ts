/** Offers on the real machine, put together. Nothing else. */
import type { Offers } from '../machine.ts';
import { closeListener, openListener, readRecord } from './listener.ts';
import { watchListener } from './watch.ts';

export function realOffers(): Offers {
  return {
    open: async (request, signal) => (await openListener(request, signal)).offer,
    left: async () => (await readRecord())?.offer,
    async watch(_offer, tell, signal) {
      const record = await readRecord();
      if (record) await watchListener(record, tell, signal);
    },
    close: closeListener,
  };
}

/** How an offer goes, as pure steps: what is seen of the listener comes in, the offer as it then stands goes out. */
import type { Offer, Report } from '../../appliance.ts';

/** Wrong passwords that are taken; the last of them ends the offer. */
export const tries = 5;
/** Seconds that an offer lasts. */
export const offerSeconds = 3600;

/** What can be seen of a listener. */
export type OfferEvent =
  | { kind: 'wrong password'; from: string; triesLeft: number }
  | { kind: 'login'; from: string }
  /** A reading of the report under way has come so far, in bytes. */
  | { kind: 'reading'; position: number }
  /** A reading of the report was ended by whoever fetches it. `bytes`: of all of them in this session. */
  | { kind: 'read'; bytes: number }
  /** The session has ended. */
  | { kind: 'logout' }
  | { kind: 'expiry' }
  | { kind: 'withdrawal' }
  /** The listener has gone by itself. */
  | { kind: 'end' };

/** Nothing more happens to an offer in such a state. A session that has fetched it may last until it is logged out. */
export const isOver = ({ state }: Offer) => !['waiting', 'logged in', 'downloading'].includes(state);

export interface Terms {
  user: string;
  addresses: string[];
  port: number;
  fingerprint: string;
  expiresAt: string;
  by: string;
}

export function newOffer({ name, size }: Pick<Report, 'name' | 'size'>, terms: Terms): Offer {
  return { report: name, ...terms, triesLeft: tries, state: 'waiting', fetched: 0, size };
}

/**
 * The offer after the event; the same object where nothing changes. Bytes are counted over all readings of the one
 * session: who goes on after a break (sftp's reget) reads the rest only.
 */
export function advance(offer: Offer, event: OfferEvent, now = Date.now()): Offer {
  if (isOver(offer)) return offer;
  switch (event.kind) {
    case 'wrong password':
      // Told again by a service that has started anew.
      if (event.triesLeft >= offer.triesLeft) return offer;
      return { ...offer, triesLeft: event.triesLeft, state: event.triesLeft > 0 ? offer.state : 'burnt' };
    case 'login':
      if (offer.state !== 'waiting') return offer;
      return { ...offer, state: 'logged in', from: event.from };
    case 'reading':
      if (event.position <= offer.fetched) return offer;
      return { ...offer, state: 'downloading', fetched: Math.min(event.position, offer.size) };
    case 'read':
      return event.bytes >= offer.size
        ? { ...offer, state: 'complete', fetched: offer.size }
        : { ...offer, state: 'downloading', fetched: Math.max(event.bytes, offer.fetched) };
    case 'logout':
      return { ...offer, state: 'broken off' };
    case 'expiry':
      return { ...offer, state: 'expired' };
    case 'withdrawal':
      return { ...offer, state: 'withdrawn' };
    case 'end':
      return { ...offer, state: now >= Date.parse(offer.expiresAt) ? 'expired' : 'broken off' };
  }
}

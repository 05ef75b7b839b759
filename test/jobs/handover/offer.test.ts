/** How an offer goes, and its password. */
import { describe, expect, test } from 'vitest';
import { advance, newOffer, type OfferEvent } from '../../../src/jobs/handover/offer.ts';
import { digestOf, makePassword } from '../../../src/jobs/handover/one-time.ts';
import { Secret } from '../../../src/values/secret.ts';

const expiresAt = '2026-01-01T01:00:00.000Z';
const terms = {
  user: 'diagnostics',
  addresses: ['10.0.0.5'],
  port: 2222,
  fingerprint: 'SHA256:x',
  by: 'me',
  expiresAt,
};
const offerAfter = (...events: OfferEvent[]) =>
  events.reduce(
    (offer, event) => advance(offer, event, Date.parse(expiresAt) - 1),
    newOffer({ name: 'r', size: 100 }, terms),
  );

const login: OfferEvent = { kind: 'login', from: '10.0.0.9' };
const wrong = (triesLeft: number): OfferEvent => ({ kind: 'wrong password', from: '10.0.0.9', triesLeft });

describe('an offer', () => {
  test('goes from waiting over its download to complete, and stays that', () => {
    expect(offerAfter()).toMatchObject({ state: 'waiting', triesLeft: 5, fetched: 0 });
    expect(offerAfter(login)).toMatchObject({ state: 'logged in', from: '10.0.0.9' });
    expect(offerAfter(login, { kind: 'reading', position: 43 })).toMatchObject({ state: 'downloading', fetched: 43 });
    const complete = offerAfter(login, { kind: 'read', bytes: 100 });
    expect(complete).toMatchObject({ state: 'complete', fetched: 100 });
    for (const event of [{ kind: 'logout' }, { kind: 'expiry' }, { kind: 'withdrawal' }] as const)
      expect(advance(complete, event)).toBe(complete);
  });

  test('reading all of it is not enough: whoever fetches must have ended the reading', () => {
    expect(offerAfter(login, { kind: 'reading', position: 100 }, { kind: 'logout' })).toMatchObject({
      state: 'broken off',
    });
  });

  test('the fifth wrong password burns it; one that is told again changes nothing', () => {
    expect(offerAfter(wrong(4), wrong(3), wrong(4)).triesLeft).toBe(3);
    expect(offerAfter(wrong(1), wrong(0))).toMatchObject({ state: 'burnt', triesLeft: 0 });
    expect(offerAfter(wrong(0), login).state).toBe('burnt');
  });

  test('a listener that has gone by itself has expired when its time is over', () => {
    const offer = offerAfter();
    expect(advance(offer, { kind: 'end' }, Date.parse(expiresAt) + 1).state).toBe('expired');
    expect(advance(offer, { kind: 'end' }, Date.parse(expiresAt) - 1).state).toBe('broken off');
  });
});

describe('the one-time password', () => {
  test('is read aloud without mistakes, and never the same', () => {
    const all = Array.from({ length: 200 }, () => makePassword().reveal());
    for (const one of all) expect(one).toMatch(/^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){4}$/);
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(all.join('')).size).toBe(33);
  });

  test('counts as it is typed: hyphens, blanks and capitals do not matter, every letter does', () => {
    const of = (text: string) => digestOf('salt', new Secret(text));
    expect(of('K7MW abcd-efgh')).toBe(of('k7mwabcdefgh'));
    expect(of('k7mw-abcd-efgj')).not.toBe(of('k7mw-abcd-efgh'));
  });
});

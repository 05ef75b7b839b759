/** The offer of a report: made, followed to its end, audited. One at a time; a new one ends the one before. */
import type { Offer, Report } from '../appliance.ts';
import { advance, isOver, type OfferEvent, offerSeconds } from '../jobs/handover/offer.ts';
import { makePassword } from '../jobs/handover/one-time.ts';
import type { System } from './system.ts';

const fetching = (offer: Offer) => `${offer.user} from ${offer.from ?? 'an unknown address'}`;

/** Told after a change: of the state, or only of how far it is. */
export type Changed = (what: 'state' | 'progress') => void;

export class Offering {
  offer: Offer | undefined;
  /** Ends following the offer, which goes on. */
  private leave: (() => void) | undefined;
  private followed: Promise<void> = Promise.resolve();
  /** One step after the other: an offer, a withdrawal. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly system: System,
    private readonly changed: Changed,
  ) {}

  /** Takes up the offer that an earlier service has left, with what has become of it since. */
  async resume(): Promise<void> {
    const left = await this.system.machine.offers.left().catch((error: Error) => {
      this.system.log.warning(`the offer that was left cannot be taken up: ${error.message}`);
      return undefined;
    });
    if (!left) return;
    this.offer = left;
    this.follow(left);
  }

  make(report: Report, path: string, by: string): Promise<{ offer: Offer; password: string }> {
    return this.inTurn(async () => {
      await this.end(by);
      const { machine, state, pace, audit } = this.system;
      const signal = AbortSignal.timeout(60_000);
      const password = makePassword();
      const addresses = await this.addresses(signal);
      const seconds = offerSeconds * pace;
      const request = { report, path, password, addresses, seconds, by, state };
      const offer = await machine.offers.open(request, signal);
      this.tell(offer);
      const after = `for ${offer.user} at ${offer.addresses.join(', ')}, port ${offer.port}, until ${offer.expiresAt}`;
      await audit.note({ by, what: `offer report ${report.name}`, before: 'not offered', after, outcome: 'done' });
      this.follow(offer);
      return { offer, password: password.reveal() };
    });
  }

  withdraw(by: string): Promise<void> {
    return this.inTurn(() => this.end(by));
  }

  /** Leaves an open offer to itself. */
  async close(): Promise<void> {
    this.leave?.();
    await this.followed;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async end(by: string): Promise<void> {
    const { offer } = this;
    this.leave?.();
    await this.followed;
    if (!offer) return;
    await this.system.machine.offers.close();
    if (isOver(this.offer ?? offer)) return;
    const event = { kind: 'withdrawal' } as const;
    await this.take(advance(this.offer ?? offer, event), event, by);
  }

  /** Ends, and closes what is still open, when nothing more can happen. */
  private follow(offer: Offer): void {
    const { machine, closing, log } = this.system;
    const left = new AbortController();
    this.leave = () => left.abort();
    const signal = AbortSignal.any([closing, left.signal]);
    const told: Promise<void>[] = [];
    this.followed = machine.offers
      .watch(offer, (next, event) => told.push(this.take(next, event)), signal)
      .then(async () => {
        if (!signal.aborted) await machine.offers.close();
      })
      .catch((error: Error) => log.warning(`the offer of ${offer.report} is not followed any more: ${error.message}`))
      .then(async () => {
        await Promise.all(told);
      });
  }

  private async take(next: Offer, event: OfferEvent, by?: string): Promise<void> {
    const before = this.offer;
    this.tell(next);
    if (!before) return;
    if (next.triesLeft < before.triesLeft && event.kind === 'wrong password') await this.noteWrong(next, event.from);
    if (next.state !== before.state && next.state !== 'downloading') await this.note(before, next, by);
  }

  private tell(offer: Offer): void {
    const isSame = this.offer?.state === offer.state && this.offer.triesLeft === offer.triesLeft;
    this.offer = offer;
    this.changed(isSame ? 'progress' : 'state');
  }

  private noteWrong({ report, user, triesLeft, state }: Offer, from: string): Promise<void> {
    const what = `wrong password for report ${report}`;
    const entry = { by: `${user} from ${from}`, what, before: state, after: `${triesLeft} tries left` };
    return this.system.audit.note({ ...entry, outcome: 'refused' });
  }

  private note(before: Offer, offer: Offer, by?: string): Promise<void> {
    const isWell = by !== undefined || offer.state === 'complete' || offer.state === 'logged in';
    return this.system.audit.note({
      by: by ?? (offer.from ? fetching(offer) : 'nobody'),
      what: `${by ? 'withdraw' : 'fetch'} report ${offer.report}`,
      before: before.state,
      after: `${offer.state}, ${offer.fetched} of ${offer.size} bytes`,
      outcome: isWell ? 'done' : offer.state,
    });
  }

  private async addresses(signal: AbortSignal): Promise<string[]> {
    const all = (await this.system.machine.facts.interfaces(signal)).filter(({ link }) => link === 'up');
    const plain = all.flatMap(({ addresses }) => addresses.map((address) => address.replace(/\/\d+$/, '')));
    // Link-local ones are reached with the name of an interface only.
    return plain.filter((address) => !/^(fe[89ab]|169\.254\.|127\.|::1$)/i.test(address));
  }
}

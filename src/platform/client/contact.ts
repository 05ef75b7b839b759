/**
 * The contact of a registered appliance with its platform: checks in again and again, takes its configuration, renews
 * its certificate in time. While the platform does not answer, everything stays as it was, and it is known since when.
 */
import type { RegistrationState } from '../../appliance.ts';
import { Failure, type Problem, problemOf, sentence } from '../../errors.ts';
import type { CheckInRequest } from '../protocol.ts';
import { type CheckedIn, checkIn, deregister } from './check-in.ts';
import { type Enrolled, renewed } from './enrol.ts';
import { pauseAfter } from './pause.ts';
import type { Reach } from './reach.ts';
import type { LastContact, Registered, RegistrationRecord, RegistrationStore } from './store.ts';

/** Milliseconds after the start within which the first check-in comes. */
const firstPause = 3000;

export type Report = Omit<CheckInRequest, 'applied'>;

export interface ContactParts {
  store: RegistrationStore;
  /** As the settings are now. @throws Failure */
  reach(): Promise<Reach>;
  /** What the appliance is now. */
  report(signal: AbortSignal): Promise<Report>;
  log: { notice(text: string): void; warning(text: string): void };
  /** Factor of all times; 1 but in tests. */
  pace: number;
}

export class Contact {
  private registered: Registered | undefined;
  private broken: Problem | undefined;
  private contact: LastContact = { connected: false, since: new Date().toISOString() };
  private problem: Problem | undefined;
  private refused: string | undefined;
  private failures = 0;
  /** When the next check-in is due, on the clock of performance.now(). */
  private due = 0;
  private wake: () => void = () => undefined;
  private last: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();

  private constructor(private readonly parts: ContactParts) {}

  /** With what is on the disk; what was cut is put in order. */
  static async begin(parts: ContactParts): Promise<Contact> {
    const contact = new Contact(parts);
    try {
      await parts.store.recover();
      contact.registered = await parts.store.read();
    } catch (error) {
      contact.broken = problemOf(error, String(error));
      parts.log.warning(`registration: ${sentence(contact.broken)}`);
    }
    const before = contact.registered && (await parts.store.readContact());
    // What was is no proof of what is: it counts as connected after the first check-in.
    if (before) contact.contact = before.connected ? { ...contact.contact, ...lastOf(before) } : before;
    return contact;
  }

  /** @throws Failure 'registration-broken' */
  state(): RegistrationState {
    if (this.broken) throw new Failure(this.broken);
    if (!this.registered) return { registered: false };
    const { record, until } = this.registered;
    const { connected, since, lastCheckIn } = this.contact;
    const problem = this.problem ?? this.refusal();
    return {
      registered: true,
      id: record.id,
      name: record.name,
      ...(record.location === undefined ? {} : { location: record.location }),
      since: record.since,
      connected,
      connectedSince: since,
      ...(lastCheckIn === undefined ? {} : { lastCheckIn }),
      ...(problem ? { problem } : {}),
      certificateUntil: until,
      configuration: record.configuration,
    };
  }

  /** Calls after each change of the state, until stopped. */
  watch(onChange: () => void): () => void {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  }

  /** Checks in for as long as there is a registration, until aborted. Never rejects. */
  async keep(signal: AbortSignal): Promise<void> {
    this.dueIn(Math.random() * firstPause * this.parts.pace);
    while (!signal.aborted) {
      if (this.registered && performance.now() >= this.due) {
        await this.once(this.registered, signal);
        this.dueIn(pauseAfter(this.failures, this.registered?.record.checkInSeconds ?? 0) * this.parts.pace);
      }
      await this.wait(this.registered ? this.due - performance.now() : undefined, signal);
    }
  }

  /** Something changed that may bring the platform back: does not wait any longer, where it does not answer. */
  nudge(): void {
    if (this.registered && !this.contact.connected) this.dueIn(0);
  }

  /** The first check-in of what is not saved yet, and then saves it in the place of any before. @throws Failure */
  async adopt(enrolled: Enrolled, reach: Reach, signal: AbortSignal): Promise<void> {
    const { store } = this.parts;
    const { revision } = enrolled.record.configuration;
    const answer = await this.ask(enrolled, { revision }, reach, signal);
    const record = recordOf(enrolled.record, answer);
    await this.inTurn(async () => {
      await store.save({ ...enrolled, record });
      this.registered = await store.read();
      this.broken = undefined;
      this.failures = 0;
      await this.answered(answer);
    });
    this.dueIn(pauseAfter(0, record.checkInSeconds) * this.parts.pace);
  }

  /**
   * Takes leave of the platform, and then of the registration. `alone`: also where the platform cannot be told.
   * @throws Failure; then it is registered as before
   */
  async leave(alone: boolean, signal: AbortSignal): Promise<void> {
    const { store, reach } = this.parts;
    if (this.registered) {
      const { identity } = this.registered;
      await reach()
        .then((known) => deregister(known, identity, signal))
        .catch((error) => {
          // It does not know us any more: that is what was wanted.
          if (!alone && problemOf(error).code !== 'certificate-refused') throw error;
        });
    }
    await this.inTurn(async () => {
      await store.remove();
      await store.forgetKey();
      this.registered = undefined;
      this.broken = undefined;
      this.problem = undefined;
      this.refused = undefined;
    });
    this.tell();
  }

  /** One check-in, and what follows from it. Never rejects. */
  private async once(registered: Registered, signal: AbortSignal): Promise<void> {
    const isSame = () => this.registered === registered && !signal.aborted;
    try {
      const reach = await this.parts.reach();
      const { revision } = registered.record.configuration;
      const applied = { revision, ...(this.refused === undefined ? {} : { problem: this.refused }) };
      const answer = await this.ask(registered, applied, reach, signal);
      await this.inTurn(async () => {
        if (isSame()) await this.take(registered, answer);
      });
      // What was taken is a new object, of the same appliance.
      const present = this.registered;
      if (present?.record.id === registered.record.id && isDue(present, answer))
        await this.renew(present, reach, signal);
    } catch (error) {
      if (isSame()) await this.inTurn(async () => this.missed(registered, error));
    }
    this.tell();
  }

  private async ask(
    { identity }: Enrolled,
    applied: CheckInRequest['applied'],
    reach: Reach,
    signal: AbortSignal,
  ): Promise<CheckedIn> {
    return checkIn(reach, identity, { ...(await this.parts.report(signal)), applied }, signal);
  }

  private async take(registered: Registered, answer: CheckedIn): Promise<void> {
    const record = recordOf(registered.record, answer);
    if (JSON.stringify(record) === JSON.stringify(registered.record)) return this.answered(answer);
    try {
      await this.parts.store.update(record);
    } catch (error) {
      // Reported as not applied, and tried again with the next check-in.
      return this.answered({ ...answer, configuration: { ok: false, why: sentence(problemOf(error)) } });
    }
    this.registered = { ...registered, record };
    const { revision } = record.configuration;
    if (revision !== registered.record.configuration.revision)
      this.parts.log.notice(`registration: configuration ${revision} is at work`);
    await this.answered(answer);
  }

  /** It answered, whatever it said. */
  private async answered({ configuration }: CheckedIn): Promise<void> {
    const now = new Date().toISOString();
    const { connected, since } = this.contact;
    this.contact = { connected: true, since: connected ? since : now, lastCheckIn: now };
    if (!connected) this.parts.log.notice('registration: the platform answers');
    const before = this.refused;
    this.refused = configuration.ok ? undefined : configuration.why;
    if (this.refused !== undefined && this.refused !== before)
      this.parts.log.warning(`registration: ${sentence(this.refusal() as Problem)}`);
    this.problem = undefined;
    this.failures = 0;
    await this.saveContact(this.contact);
    this.tell();
  }

  private async missed({ until }: Registered, error: unknown): Promise<void> {
    this.failures += 1;
    const problem = problemOf(error, String(error));
    const isEnded = problem.code === 'certificate-refused' && Date.parse(until) < Date.now();
    const { connected } = this.contact;
    this.problem = isEnded ? { code: 'certificate-ended', details: { at: until } } : problem;
    if (!connected) return;
    this.parts.log.warning(`registration: the platform does not answer: ${sentence(this.problem)}`);
    const contact = { ...this.contact, connected: false, since: new Date().toISOString() };
    // Saved before anybody is told: after a power cut it says the same.
    await this.saveContact(contact);
    this.contact = contact;
  }

  /** Only for what is said after a restart. */
  private async saveContact(contact: LastContact): Promise<void> {
    await this.parts.store
      .saveContact(contact)
      .catch((error: unknown) => this.parts.log.warning(`registration: ${sentence(problemOf(error))}`));
  }

  /** Where it fails the present certificate still holds, and the next check-in tries again. */
  private async renew(registered: Registered, reach: Reach, signal: AbortSignal): Promise<void> {
    const { store, log } = this.parts;
    try {
      const identity = await renewed(reach, registered.identity, signal);
      await this.inTurn(async () => {
        if (this.registered !== registered) return;
        await store.renew(registered.record, identity);
        this.registered = await store.read();
        log.notice(`registration: the certificate is renewed until ${this.registered?.until}`);
      });
    } catch (error) {
      if (!signal.aborted)
        log.warning(`registration: the certificate could not be renewed: ${sentence(problemOf(error))}`);
    }
  }

  private refusal(): Problem | undefined {
    return this.refused === undefined ? undefined : { code: 'configuration-refused', details: { why: this.refused } };
  }

  /** One after the other: what is on the disk and what is known change together. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private dueIn(time: number): void {
    this.due = performance.now() + time;
    this.wake();
  }

  /** Until then, or until something changes when that is; without a time for the latter alone. */
  private wait(time: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = () => undefined;
        resolve();
      };
      const timer = time === undefined ? undefined : setTimeout(done, Math.max(0, time));
      this.wake = done;
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

function recordOf(record: RegistrationRecord, { name, location, checkInSeconds, configuration }: CheckedIn) {
  const { location: _before, ...rest } = record;
  return {
    ...rest,
    name,
    ...(location === undefined ? {} : { location }),
    checkInSeconds,
    configuration: configuration.ok ? configuration.value : record.configuration,
  };
}

/** Two thirds of its time are over, or the platform asks for it. */
function isDue({ from, until }: Registered, { renew }: CheckedIn): boolean {
  const [begin, end] = [Date.parse(from), Date.parse(until)];
  return renew || Date.now() > begin + ((end - begin) * 2) / 3;
}

function lastOf({ lastCheckIn }: LastContact): Pick<LastContact, 'lastCheckIn'> {
  return lastCheckIn === undefined ? {} : { lastCheckIn };
}

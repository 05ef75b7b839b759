/**
 * The transaction: plan, apply with the way back armed first, test, ask, keep or go back. One at a time a machine; it
 * is the service's, not its asker's: whoever gives up only stops waiting. What is written and told is handed in.
 */
import { randomUUID } from 'node:crypto';
import type {
  Call,
  ChangeDraft,
  ChangePlan,
  ChangesState,
  EndedChange,
  PendingChange,
  TestResult,
} from '../appliance.ts';
import { fail } from '../errors.ts';
import { applied, noteApplied } from './apply.ts';
import { kept, undone } from './end.ts';
import { sweep } from './files.ts';
import { untilGivenUp } from './given-up.ts';
import { Holds } from './hold.ts';
import { type Asking, ChangeFolder, type Marker } from './marker.ts';
import type { ChangeParts } from './parts.ts';
import { type Section, subjectOf } from './subject.ts';
import { Watchers } from './watchers.ts';
import { compareLater, limitsOf, reasonOf } from './way-back.ts';

/** "Arming the way back", "Testing" …, and each test's result as it comes. */
export type ChangeNews = { step: string } | { test: TestResult };

/** The change under way, as this process knows it. */
interface Current {
  shown: PendingChange;
  /** Uptime in seconds, while asking. */
  deadline?: number;
  /** Ends the work of applying it. */
  stop: AbortController;
  /** The way back is armed: a failure has to be undone. */
  isArmed: boolean;
  /** Ends when nothing is written for it any more. */
  work?: Promise<unknown>;
  goingBack?: Promise<EndedChange>;
  isBeingKept?: boolean;
}

const TICK = 1000;
const RETRY = 5000;

export class ChangeKeeper {
  private readonly folder: ChangeFolder;
  private readonly holds: Holds;
  private readonly watchers = new Watchers(() => this.state());
  private current: Current | undefined;
  private last: EndedChange | undefined;
  private ticking: NodeJS.Timeout | undefined;
  private retrying: NodeJS.Timeout | undefined;
  private isClosed = false;

  private constructor(private readonly parts: ChangeParts) {
    this.folder = new ChangeFolder(parts.disk, parts.folder, parts.places);
    this.holds = new Holds(parts.clock.now, () => this.watchers.tell());
  }

  /**
   * Takes up what an earlier service left: goes on asking with the time that is left, or goes back. The second is
   * begun, not awaited.
   */
  static async begin(parts: ChangeParts): Promise<ChangeKeeper> {
    const keeper = new ChangeKeeper(parts);
    await keeper.resume();
    return keeper;
  }

  /** Stops looking after it; a change under way stays, for the next service or the timer. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.ticking);
    clearTimeout(this.retrying);
    this.current?.stop.abort();
  }

  async plan(draft: ChangeDraft, call: Partial<Call> = {}): Promise<ChangePlan> {
    const signal = call.signal ?? new AbortController().signal;
    return (await this.parts.prepare(draft, signal)).plan;
  }

  /**
   * Ends when the question stands, with the tests' results in it.
   * @throws Failure 'held', 'change-pending'; 'bad-value' and the like from the checks, with nothing done;
   *   'change-undone' where it failed later and the machine went back
   */
  async apply(draft: ChangeDraft, who: string, call: Partial<Call<ChangeNews>> = {}): Promise<PendingChange> {
    this.holds.check(draft.section, (owner) => owner !== (call.connection ?? who));
    const current = await this.reserve(draft, who);
    const work = this.carryOut(current, draft, call.progress ?? (() => undefined));
    return untilGivenUp(work, call.signal);
  }

  /** @throws Failure 'change-not-asking'; any other: the question still stands */
  async keep(id: string, who: string): Promise<EndedChange> {
    const current = this.find(id);
    if (current.shown.phase !== 'asking' || current.isBeingKept)
      throw fail('change-not-asking', { why: `It is ${current.isBeingKept ? 'being kept' : current.shown.phase}.` });
    current.isBeingKept = true;
    try {
      const ended = await kept(this.parts, this.folder, current.shown, who, () => this.left(current) > 0);
      this.end(current, ended);
      return ended;
    } finally {
      current.isBeingKept = false;
    }
  }

  /** Ends when the machine is back and was compared. @throws Failure 'change-not-asking', 'change-not-undone' */
  async undo(id: string, who: string): Promise<EndedChange> {
    const current = this.find(id);
    if (current.isBeingKept) throw fail('change-not-asking', { why: 'It is being kept.' });
    return this.goBack(current, [`asked by ${who}`, ...failedOf(current.shown.tests)].join('; '));
  }

  state(): ChangesState {
    const { current, last } = this;
    return {
      ...(current ? { pending: this.shown(current) } : {}),
      ...(last ? { last } : {}),
      held: this.holds.all,
    };
  }

  /** Tells the state at once, at each change, and each second while a question stands. */
  watch(call: Partial<Call<ChangesState>> = {}): Promise<void> {
    return this.watchers.watch(call);
  }

  /** An editing lock that lives until the signal is aborted. @throws Failure 'held' */
  hold(section: Section, who: string, signal: AbortSignal, connection?: string): Promise<void> {
    return this.holds.hold(section, who, signal, connection);
  }

  // ------------------------------------------------------------ applying

  /** From here on no other change begins. */
  private async reserve(draft: ChangeDraft, by: string): Promise<Current> {
    const other = this.current?.shown;
    if (other) throw fail('change-pending', { what: other.what, by: other.by, until: other.until ?? '' });
    const shown: PendingChange = {
      id: randomUUID(),
      section: draft.section,
      what: subjectOf(draft),
      by,
      began: this.parts.clock.now().toISOString(),
      phase: 'applying',
      tests: [],
    };
    const current: Current = { shown, stop: new AbortController(), isArmed: false };
    this.current = current;
    // What another process is at: a way back that was started by hand.
    const isThere = await this.folder.isThere().catch(() => true);
    if (!isThere) return current;
    this.current = undefined;
    throw fail('change-pending', { what: 'A change that is going back', by: 'gatehouse-way-back.service', until: '' });
  }

  private async carryOut(
    current: Current,
    draft: ChangeDraft,
    progress: (news: ChangeNews) => void,
  ): Promise<PendingChange> {
    const { parts, folder } = this;
    const { shown, stop } = current;
    const work = applied({
      parts,
      folder,
      draft,
      shown,
      signal: stop.signal,
      step: (step) => progress({ step }),
      onArmed: () => {
        current.isArmed = true;
      },
      onTest: (test) => {
        progress({ test });
        this.watchers.tell();
      },
    });
    current.work = work.catch(() => undefined);
    this.watchers.tell();
    try {
      const { asking, prepared } = await work;
      await parts.reread();
      await noteApplied(parts, shown, prepared);
      if (current.goingBack) throw fail('aborted', {});
      this.ask(current, asking);
      return this.shown(current);
    } catch (error) {
      return await this.notApplied(current, error);
    }
  }

  private async notApplied(current: Current, error: unknown): Promise<never> {
    const { shown, goingBack } = current;
    // The service ends: the next one, or the timer, goes back.
    if (this.isClosed) throw fail('aborted', {}, error);
    if (!goingBack && !current.isArmed && !(await this.folder.isThere().catch(() => true))) {
      this.current = undefined;
      this.watchers.tell();
      throw error;
    }
    const { why, differs = [] } = await this.goBack(current, reasonOf(error));
    throw fail('change-undone', { what: shown.what, why, differs: differs.join(' ') }, error);
  }

  private ask(current: Current, { deadline, until }: Asking): void {
    Object.assign(current.shown, { phase: 'asking', until });
    current.deadline = deadline;
    clearInterval(this.ticking);
    this.ticking = setInterval(() => void this.tick(current), TICK);
    this.watchers.tell();
  }

  /** The countdown, and whether somebody else has ended it: systemd's timer, or an operator's systemctl. */
  private async tick(current: Current): Promise<void> {
    if (current !== this.current || current.isBeingKept || current.goingBack) return;
    if (this.left(current) <= 0) await this.goBack(current, 'no answer').catch(() => undefined);
    else if ((await this.folder.pending()) === undefined && current === this.current && !current.isBeingKept)
      await this.goBack(current, 'the way back was started').catch(() => undefined);
    else this.watchers.tell();
  }

  // ------------------------------------------------------------ going back

  private goBack(current: Current, why: string): Promise<EndedChange> {
    current.goingBack ??= this.goBackOnce(current, why).catch((error: unknown) => {
      // Until it has gone back no other change begins.
      delete current.goingBack;
      clearTimeout(this.retrying);
      if (!this.isClosed)
        this.retrying = setTimeout(() => void this.goBack(current, why).catch(() => undefined), RETRY);
      throw error;
    });
    return current.goingBack;
  }

  private async goBackOnce(current: Current, why: string): Promise<EndedChange> {
    current.stop.abort();
    clearInterval(this.ticking);
    current.shown.phase = 'going back';
    this.watchers.tell();
    // So that nothing is written after it was put back.
    await current.work;
    const ended = await this.undoneOrUntouched(current, why);
    this.end(current, ended);
    return ended;
  }

  private async undoneOrUntouched({ shown, isArmed }: Current, why: string): Promise<EndedChange> {
    const { parts, folder } = this;
    if (isArmed || (await folder.isThere())) return undone(parts, folder, shown, why);
    const { id, what } = shown;
    return { id, what, outcome: 'undone', why, at: parts.clock.now().toISOString(), differs: [] };
  }

  private end(current: Current, ended: EndedChange): void {
    if (this.current === current) this.current = undefined;
    clearInterval(this.ticking);
    this.last = ended;
    this.watchers.tell();
  }

  // ------------------------------------------------------------ after a start of the service

  private async resume(): Promise<void> {
    const { parts, folder } = this;
    this.last = (await folder.last())?.ended;
    if (!(await folder.isThere())) {
      const left = Promise.all([folder.forget(), sweep(parts.disk, [...parts.places, `${parts.folder}/`])]);
      await left.catch((error: unknown) => parts.log.warning(`What an earlier change left: ${reasonOf(error)}`));
      void this.compare();
      return;
    }
    const marker = await folder.pending();
    const note = marker && marker.boot === parts.clock.boot() ? await folder.asked(marker.id) : undefined;
    const current = this.adopt(marker ?? (await folder.returning()));
    const goBack = (why: string) => void this.goBack(current, why).catch(() => undefined);
    if (!note) return goBack('the service ended');
    const left = note.deadline - parts.clock.uptime();
    if (left <= 0) return goBack('no answer');
    current.shown.tests = note.tests;
    try {
      if (!(await parts.arming.isArmed())) await parts.arming.arm(left + limitsOf(parts).margin);
      this.ask(current, note);
    } catch (error) {
      goBack(reasonOf(error));
    }
  }

  private adopt(marker: Marker | undefined): Current {
    const unreadable = { id: 'unknown', section: 'interface', what: 'A change', by: 'somebody', began: '' } as const;
    const { id, section, what, by, began } = marker ?? unreadable;
    const shown: PendingChange = { id, section, what, by, began, phase: 'going back', tests: [] };
    if (marker?.newAddress !== undefined) shown.newAddress = marker.newAddress;
    const current: Current = { shown, stop: new AbortController(), isArmed: true };
    this.current = current;
    return current;
  }

  private async compare(): Promise<void> {
    const isStale = () => this.isClosed || this.current !== undefined;
    const ended = await compareLater(this.parts, isStale).catch((error: unknown) => {
      this.parts.log.warning(`The last change could not be compared: ${reasonOf(error)}`);
      return undefined;
    });
    if (!ended || isStale() || this.last?.id !== ended.id) return;
    this.last = ended;
    this.watchers.tell();
  }

  // ------------------------------------------------------------ telling

  private find(id: string): Current {
    if (this.current?.shown.id === id) return this.current;
    const why = this.last?.id === id ? `It was ${this.last.outcome}: ${this.last.why}.` : 'It is not known.';
    throw fail('change-not-asking', { why });
  }

  private left({ deadline }: Current): number {
    return deadline === undefined ? 0 : deadline - this.parts.clock.uptime();
  }

  private shown(current: Current): PendingChange {
    const { shown } = current;
    const left = shown.phase === 'asking' ? { left: Math.max(0, Math.ceil(this.left(current))) } : {};
    return { ...shown, tests: [...shown.tests], ...left };
  }
}

/** "the test of DNS failed: No answer", of each that did. */
const failedOf = (tests: readonly TestResult[]) =>
  tests
    .filter(({ passed }) => !passed)
    .map(({ test, said }) => `the test of ${test} failed: ${said.replace(/\.$/, '')}`);

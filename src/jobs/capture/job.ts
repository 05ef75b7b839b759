/**
 * The one capture that may be under way: begun, watched over, ended, put in its place. The recorder goes on without
 * this process: an earlier one's recording is taken up, or finished, when this begins. Who may ask, and what is noted
 * of it, is the service's.
 */
import { open } from 'node:fs/promises';
import type { Look, Recorder, Upstream } from '../../adapters/capture/recorder.ts';
import type { Call, Capture, CapturePlan, CaptureState, RunningCapture } from '../../appliance.ts';
import { Watchers } from '../../changes/watchers.ts';
import { fail, type Problem, problemOf } from '../../errors.ts';
import { within } from '../../within.ts';
import { cutOff, reasonFor } from './ends.ts';
import { type Ended, Kept, type Started } from './kept.ts';
import { NoPcap, PcapReader } from './pcap.ts';
import { planned } from './plan.ts';

/** Milliseconds between two looks while somebody watches, and while nobody does. */
const watchedPeriod = 1_000;
const unwatchedPeriod = 5_000;
/** Milliseconds after its time that it is looked at again. */
const grace = 300;
const limits = { find: 15_000, begin: 20_000, look: 10_000, end: 20_000 };

export interface JobOptions {
  recorder: Recorder;
  /** Factor of every period and time limit; 1 but in tests. */
  pace: number;
  /** Aborted when the service ends: the recording goes on. */
  closing: AbortSignal;
  /** A capture has ended, well or not. */
  onEnd(end: { by: string; capture?: Capture; problem?: Problem }): void;
}

interface Running {
  started: Started;
  packets: number;
  bytes: number;
  dropped: number;
  reader: PcapReader;
}

export class CaptureJob {
  private readonly kept: Kept;
  private readonly watchers = new Watchers<CaptureState>(() => this.state());
  private readonly ready: Promise<void>;
  private running: Running | undefined;
  private beginning: { by: string; since: string } | undefined;
  private latest: Capture | undefined;
  private interrupted: Capture | undefined;
  private failed: CaptureState['failed'];
  private timer: NodeJS.Timeout | undefined;
  private watching = 0;
  /** The look, or the end, that is under way. */
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: JobOptions) {
    this.kept = new Kept(options.recorder.folder);
    this.ready = this.takeUp();
    options.closing.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
  }

  /** @throws Failure 'capture-failed', 'disk-full' */
  async plan(upstream: Upstream, whole: boolean, signal?: AbortSignal): Promise<CapturePlan> {
    return (await this.planned(upstream, whole, signal)).plan;
  }

  /**
   * Ends when it records.
   * @throws Failure 'busy', and as `plan`
   */
  async start(upstream: Upstream, request: { seconds: number; whole: boolean; by: string }): Promise<CaptureState> {
    await this.ready;
    const { seconds, whole, by } = request;
    const other = this.running
      ? { by: this.running.started.by, since: this.running.started.startedAt }
      : this.beginning;
    if (other) throw fail('busy', { what: 'The packet capture', ...other });
    this.beginning = { by, since: new Date().toISOString() };
    try {
      const { plan, isTight } = await this.planned(upstream, whole);
      await this.record({ ...plan, isTight, by, seconds });
    } catch (error) {
      this.fails(error);
      throw error;
    } finally {
      this.beginning = undefined;
    }
    this.watchers.tell();
    return this.state();
  }

  /** What was caught stays. Ends when it is in its place; without a capture nothing happens. */
  async stop(): Promise<CaptureState> {
    await this.ready;
    await this.inTurn(() => this.end('stopped'));
    return this.state();
  }

  async read(): Promise<CaptureState> {
    await this.ready;
    if (this.running) await this.inTurn(() => this.look());
    return this.state();
  }

  async watch(call: Partial<Call<CaptureState>>): Promise<void> {
    await this.ready;
    this.watching += 1;
    this.schedule();
    await this.watchers.watch(call).finally(() => {
      this.watching -= 1;
    });
  }

  /** The newest file, also one that was cut off. */
  async newest(): Promise<Capture | undefined> {
    await this.ready;
    return this.interrupted ?? this.latest;
  }

  private state(): CaptureState {
    const { running, latest, interrupted, failed } = this;
    return {
      ...(running ? { running: told(running) } : {}),
      ...(latest ? { latest } : {}),
      ...(interrupted ? { interrupted } : {}),
      ...(failed ? { failed } : {}),
    };
  }

  private planned(upstream: Upstream, whole: boolean, signal?: AbortSignal) {
    const { recorder, pace } = this.options;
    return planned({ recorder, kept: this.kept, limit: limits.find * pace }, upstream, whole, signal);
  }

  private async record(wanted: CapturePlan & { isTight: boolean; by: string; seconds: number }): Promise<void> {
    const { recorder, pace, closing } = this.options;
    const { seconds, ...known } = wanted;
    const now = Date.now();
    const started: Started = {
      ...known,
      startedAt: new Date(now).toISOString(),
      endsAt: new Date(now + seconds * 1000).toISOString(),
      boot: await recorder.boot(),
    };
    await this.kept.begin(started);
    const { device, filter, bytesEach, most } = known;
    const recording = { device, filter, bytesEach, most, seconds, file: this.kept.recording };
    try {
      const begin = (signal: AbortSignal) => recorder.begin(recording, signal);
      await within(limits.begin * pace, 'Starting tcpdump', begin, closing);
    } catch (error) {
      // It may have begun all the same, and would write to a file that is gone.
      await within(limits.end * pace, 'Ending tcpdump', (signal) => recorder.end(signal)).catch(() => undefined);
      await this.kept.discard();
      throw error;
    }
    this.failed = undefined;
    this.running = running(started);
    this.schedule();
  }

  /** What an earlier service, or an earlier start of the machine, has left. */
  private async takeUp(): Promise<void> {
    try {
      await this.kept.settle();
      const started = await this.kept.started();
      await this.reread();
      if (!started) return;
      this.running = running(started);
      if (started.boot !== (await this.options.recorder.boot())) await this.finish('interrupted', noLook);
      else await this.look();
    } catch (error) {
      this.fails(error);
    }
    this.schedule();
  }

  private async reread(): Promise<void> {
    [this.latest, this.interrupted] = await Promise.all([this.kept.latest(), this.kept.interrupted()]);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const { running, watching } = this;
    const { pace, closing } = this.options;
    if (!running || closing.aborted) return;
    const left = Date.parse(running.started.endsAt) - Date.now() + grace;
    const period = watching > 0 ? watchedPeriod : unwatchedPeriod;
    const wait = left > 0 ? Math.min(left, period * pace) : watchedPeriod * pace;
    this.timer = setTimeout(() => void this.inTurn(() => this.look()).then(() => this.schedule()), wait);
  }

  /** One after the other: what is under way ends first. Never rejects. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).catch((error: unknown) => {
      this.fails(error);
      this.watchers.tell();
    });
    return this.turn;
  }

  private async look(): Promise<void> {
    const { running } = this;
    if (!running) return;
    const { recorder, pace, closing } = this.options;
    const look = await within(limits.look * pace, 'tcpdump', (signal) => recorder.look(signal), closing);
    running.dropped = Math.max(running.dropped, look.dropped);
    const isThere = await this.count(running);
    if (!look.isRunning) return this.finish(reasonFor(running, look), look);
    // Somebody took the file away.
    if (!isThere) return this.end('interrupted');
    const { free } = await this.kept.room();
    if (free < running.started.spare) return this.end('disk nearly full');
    // Its own clock has not ended it: it hangs.
    if (Date.now() > Date.parse(running.started.endsAt) + limits.end) return this.end('time over');
    this.watchers.tell();
  }

  /** Is the file there? */
  private async count(running: Running): Promise<boolean> {
    const file = await open(this.kept.recording).catch(() => undefined);
    if (!file) return false;
    try {
      running.bytes = (await file.stat()).size;
      await running.reader.read(file);
      running.packets = running.reader.packets;
      return true;
    } catch (error) {
      // Seen again, and said, when it ends.
      if (error instanceof NoPcap) return true;
      throw error;
    } finally {
      await file.close();
    }
  }

  private async end(why: Ended): Promise<void> {
    const { running } = this;
    if (!running) return;
    const { recorder, pace } = this.options;
    // Should this process die now, the next knows. Without room for that it will take it for an end by itself.
    await this.kept.noteEnding(running.started, why).catch(() => undefined);
    running.started.ending = why;
    await within(limits.end * pace, 'Ending tcpdump', (signal) => recorder.end(signal));
    const look = await within(limits.look * pace, 'tcpdump', (signal) => recorder.look(signal));
    if (look.isRunning) throw fail('capture-failed', { why: 'tcpdump cannot be ended', advice: '' });
    await this.finish(reasonFor(running, look), look);
  }

  private async finish(ended: Ended, { dropped, complaint }: Look): Promise<void> {
    const { running } = this;
    if (!running) return;
    this.running = undefined;
    const { by, endsAt } = running.started;
    const endedAt = ended === 'time over' ? endsAt : new Date().toISOString();
    try {
      const end = { ended, dropped: Math.max(dropped, running.dropped), endedAt };
      const capture = await this.kept.finish(running.started, end);
      if (!capture) await this.kept.discard();
      const problem = capture && capture.ended !== 'interrupted' ? undefined : cutOff(complaint, capture);
      this.failed = problem && { at: endedAt, problem };
      await this.reread();
      this.options.onEnd({ by, ...(capture ? { capture } : {}), ...(problem ? { problem } : {}) });
    } catch (error) {
      this.fails(error);
      this.options.onEnd({ by, problem: problemOf(error) });
    }
    this.watchers.tell();
  }

  private fails(error: unknown): void {
    const { closing } = this.options;
    if (closing.aborted) return;
    const why = error instanceof Error ? error.message : String(error);
    const found = problemOf(error);
    const problem = found.code === 'internal' ? fail('capture-failed', { why, advice: '' }).problem : found;
    this.failed = { at: new Date().toISOString(), problem };
  }
}

const noLook: Look = { isRunning: false, dropped: 0, complaint: 'the machine was restarted', isDiskFull: false };

const running = (started: Started): Running => ({
  started,
  packets: 0,
  bytes: 0,
  dropped: 0,
  reader: new PcapReader(),
});

function told({ started, packets, bytes, dropped }: Running): RunningCapture {
  const { boot: _boot, isTight: _isTight, ending: _ending, ...known } = started;
  return { ...known, packets, bytes, dropped };
}

/** Work that takes a while: its steps as they happen, a bar where there is a measure, and a way to give it up. */
import { harmless } from '../../src/values/harmless.ts';
import { wrap } from '../../src/values/width.ts';
import { said, t } from '../texts/texts.ts';
import { paintBar } from './bar.ts';
import { Buttons } from './buttons.ts';
import type { Canvas, Line, Segment } from './canvas.ts';
import { giveUp, type KeyHint } from './keys.ts';
import { givenUp, type Outcome, outcomeOf } from './outcome.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';

/** News of the work: a step that begins, or how much is done (0 to 1). */
export interface ProgressNews {
  step?: string;
  /** What came of that step: the running one, or one that is told only now. */
  outcome?: { passed: boolean; said: string };
  fraction?: number;
}

export interface ProgressOptions<T> {
  title: string;
  /** What giving up means where it does not stop the work: "It goes on without you." */
  givingUp?: string;
  work(report: (news: ProgressNews) => void, signal: AbortSignal): Promise<T>;
}

interface Step {
  text: string;
  /** Milliseconds since 1970. */
  began: number;
  ended?: number;
  failed?: boolean;
}

export class Progress<T> extends Piece<Outcome<T>> {
  private readonly steps: Step[] = [];
  private fraction: number | undefined;
  private readonly buttons = new Buttons([t`Give up`]);

  constructor(private readonly options: ProgressOptions<T>) {
    super(options.title);
  }

  protected override opened(): void {
    const tick = setInterval(() => this.stage.invalidate(), 1000);
    this.signal.addEventListener('abort', () => clearInterval(tick));
    const work = this.options.work((news) => this.report(news), this.signal);
    void outcomeOf(work).then((outcome) => this.end(outcome));
  }

  private report({ step, outcome, fraction }: ProgressNews): void {
    if (step !== undefined) this.take(harmless(said(step), { most: 200 }), outcome);
    if (fraction !== undefined) this.fraction = Math.max(0, Math.min(1, fraction));
    this.stage.invalidate();
  }

  private take(text: string, outcome: ProgressNews['outcome']): void {
    const now = Date.now();
    const last = this.steps.at(-1);
    const running = last && last.ended === undefined ? last : undefined;
    const same = running?.text === text;
    if (running && (outcome === undefined || !same)) running.ended = now;
    if (!same || outcome === undefined) this.steps.push({ text, began: now });
    const step = this.steps.at(-1);
    if (!step || !outcome) return;
    step.ended = now;
    step.failed = !outcome.passed;
    step.text = `${text}: ${harmless(said(outcome.said), { most: 200 })}`;
  }

  keys(): readonly KeyHint[] {
    return [giveUp];
  }

  key({ name }: Key): void {
    if (name === 'escape' || name === 'enter') this.end(givenUp);
  }

  size(room: Size): Size {
    return {
      width: Math.min(room.width, 60),
      height: Math.min(
        room.height,
        Math.max(5, this.steps.flatMap((step) => stepLines(step, Math.min(room.width, 60))).length) + 5,
      ),
    };
  }

  paint(canvas: Canvas): void {
    const height = Math.max(1, canvas.height - 4);
    const lines = this.steps.flatMap((step) => stepLines(step, canvas.width));
    canvas.lines(0, lines.slice(-height));
    if (this.fraction !== undefined) paintBar(canvas.part(0, canvas.height - 3, canvas.width, 1), this.fraction);
    if (this.options.givingUp) canvas.text(0, canvas.height - 2, this.options.givingUp, 'dim');
    this.buttons.paint(canvas, canvas.height - 1);
  }
}

/** The mark, the text wrapped beside it, and the seconds that it took. */
function stepLines({ text, began, ended, failed }: Step, width: number): Line[] {
  const seconds = Math.floor(((ended ?? Date.now()) - began) / 1000);
  const took = seconds > 0 ? ` ${seconds} s` : '';
  const mark: Segment = failed
    ? { text: `${t`NO`} `, role: 'bad' }
    : ended
      ? { text: `${t`ok`} `, role: 'good' }
      : { text: '.. ', role: 'strong' };
  return wrap(text + took, width - 3).map((line, at) => [
    at === 0 ? mark : { text: '   ', role: 'text' },
    { text: line, role: 'text' },
  ]);
}

/** Work that takes a while: its steps as they happen, a bar where there is a measure, and a way to give it up. */
import { harmless } from '../../src/values/harmless.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { giveUp, type KeyHint } from './keys.ts';
import { givenUp, type Outcome, outcomeOf } from './outcome.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';

/** News of the work: a step that begins, or how much is done (0 to 1). */
export interface ProgressNews {
  step?: string;
  fraction?: number;
}

export interface ProgressOptions<T> {
  title: string;
  /** What giving up means where it does not stop the work: "It goes on without you." */
  givingUp?: string;
  work(report: (news: ProgressNews) => void, signal: AbortSignal): Promise<T>;
}

export class Progress<T> extends Piece<Outcome<T>> {
  private readonly steps: { text: string; began: number; ended?: number }[] = [];
  private fraction: number | undefined;
  private readonly buttons = new Buttons(['Give up']);

  constructor(private readonly options: ProgressOptions<T>) {
    super(options.title);
  }

  protected override opened(): void {
    const tick = setInterval(() => this.stage.invalidate(), 1000);
    this.signal.addEventListener('abort', () => clearInterval(tick));
    const work = this.options.work((news) => this.report(news), this.signal);
    void outcomeOf(work).then((outcome) => this.end(outcome));
  }

  private report({ step, fraction }: ProgressNews): void {
    if (step !== undefined) {
      const last = this.steps.at(-1);
      if (last) last.ended = Date.now();
      this.steps.push({ text: harmless(step, { most: 200 }), began: Date.now() });
    }
    if (fraction !== undefined) this.fraction = Math.max(0, Math.min(1, fraction));
    this.stage.invalidate();
  }

  keys(): readonly KeyHint[] {
    return [giveUp];
  }

  key({ name }: Key): void {
    if (name === 'escape' || name === 'enter') this.end(givenUp);
  }

  size(room: Size): Size {
    return { width: Math.min(room.width, 60), height: Math.min(room.height, Math.max(5, this.steps.length) + 5) };
  }

  paint(canvas: Canvas): void {
    const height = Math.max(1, canvas.height - 4);
    this.steps.slice(-height).forEach((step, y) => {
      const seconds = Math.floor(((step.ended ?? Date.now()) - step.began) / 1000);
      canvas.text(0, y, step.ended ? 'ok' : '..', step.ended ? 'good' : 'strong');
      canvas.text(3, y, step.text, 'text', canvas.width - 9);
      const took = seconds > 0 ? `${seconds} s` : '';
      canvas.text(canvas.width - took.length, y, took, 'dim');
    });
    if (this.fraction !== undefined) paintBar(canvas.part(0, canvas.height - 3, canvas.width, 1), this.fraction);
    if (this.options.givingUp) canvas.text(0, canvas.height - 2, this.options.givingUp, 'dim');
    this.buttons.paint(canvas, canvas.height - 1);
  }
}

function paintBar(canvas: Canvas, fraction: number): void {
  const percent = `${Math.round(fraction * 100)}%`.padStart(5);
  const bar = canvas.part(0, 0, canvas.width - percent.length, 1);
  bar.fill('field');
  bar.part(0, 0, Math.round(bar.width * fraction), 1).fill('selected', ' ');
  canvas.text(bar.width, 0, percent);
}

/** A form: fields one below the other, all mistakes shown at once under their fields, and buttons. */

import type { Problem } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { waitFor } from './busy.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { type Field, type LiveField, refusal, type ValueOf } from './fields.ts';
import { back, confirm, focus, type KeyHint, upDown } from './keys.ts';
import { Message, problemMessage } from './message.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import type { Key } from './terminal/types.ts';

// biome-ignore lint/suspicious/noExplicitAny: fields of any value
export type Fields = Record<string, Field<any>>;
export type Values<F extends Fields> = { [K in keyof F]: ValueOf<F[K]> };
/** What is wrong, by field. */
export type FormErrors<F extends Fields> = { [K in keyof F]?: string };

export interface FormOptions<F extends Fields> {
  title: string;
  /** Said above the fields. */
  text?: string;
  fields: F;
  /** Default "OK". */
  ok?: string;
  /** Mistakes that only several fields together show. Called when each is right by itself. */
  check?(values: Values<F>): FormErrors<F>;
  /** Fields that mean nothing as the others stand; their values are undefined then (see `maybe`). */
  hidden?(values: Partial<Values<F>>): readonly (keyof F)[];
  /**
   * Tries the values while the form is still there. Gives what is wrong with them, `{}` to stay without more words,
   * or undefined when all is well and the form may close.
   */
  submit?: { what: string; work(values: Values<F>, signal: AbortSignal): Promise<FormErrors<F> | undefined> };
}

interface Row<F> {
  name: keyof F & string;
  field: LiveField<unknown>;
  error: string;
}

export class Form<F extends Fields> extends Piece<Values<F>> {
  private readonly buttons: Buttons;
  /** All of them; `rows` are those that are shown. */
  private readonly all: Row<F>[];
  private readonly scroll = new Scroll();
  /** Index of the field that has the focus; the number of fields means the buttons. */
  private at = 0;

  constructor(private readonly options: FormOptions<F>) {
    super(options.title);
    this.buttons = new Buttons([options.ok ?? t`OK`, t`Back`]);
    this.all = Object.entries(options.fields).map(([name, field]) => ({ name, field: field.make(), error: '' }));
  }

  private get rows(): Row<F>[] {
    const { hidden } = this.options;
    if (!hidden) return this.all;
    const names = new Set(
      hidden(Object.fromEntries(this.all.map(({ name, field }) => [name, field.read().value])) as Partial<Values<F>>),
    );
    return this.all.filter(({ name }) => !names.has(name));
  }

  private get field(): LiveField<unknown> | undefined {
    return this.rows[this.at]?.field;
  }

  override typing(): boolean {
    return this.field?.typing ?? false;
  }

  keys(): readonly KeyHint[] {
    return [upDown, ...(this.field?.hints ?? []), focus, confirm, back];
  }

  // -------------------------------------------------------------- keys

  key(key: Key): void {
    if (key.name === 'escape') this.end();
    else if (key.name === 'enter') this.enter();
    else if (this.field?.key(key)) this.clearError();
    else if (key.name === 'tab' || key.name === 'down') this.move(1);
    else if (key.name === 'backtab' || key.name === 'up') this.move(-1);
    else if (!this.field) this.buttons.key(key);
  }

  private clearError(): void {
    const row = this.rows[this.at];
    if (row) row.error = '';
  }

  private move(by: 1 | -1): void {
    const stops = this.rows.length + 1;
    this.at = (this.at + by + stops) % stops;
    this.field?.enter(by > 0 ? 'above' : 'below');
    if (!this.field) this.buttons.focus = 0;
  }

  private enter(): void {
    if (!this.field && this.buttons.focus === 1) this.end();
    else this.submit();
  }

  private submit(): void {
    const read = this.rows.map((row) => {
      const result = row.field.read();
      row.error = result.error ?? '';
      return [row.name, result.error === undefined ? result.value : undefined] as const;
    });
    if (!this.firstWrong()) {
      const values = Object.fromEntries(read) as Values<F>;
      this.refuse(this.options.check?.(values) ?? {});
      if (!this.firstWrong()) void this.hand(values);
    }
    this.toWrong();
  }

  /** Hands the values to whoever tries them, or ends with them. */
  private async hand(values: Values<F>): Promise<void> {
    const { submit } = this.options;
    const outcome = submit
      ? await waitFor(this.stage, submit.what, (signal) => submit.work(values, signal))
      : { ok: true as const, value: undefined };
    if (outcome.ok && outcome.value === undefined) this.end(values);
    else if (outcome.ok) this.refuse(outcome.value ?? {});
    else if (!this.refusedFields(outcome.problem) && outcome.problem.code !== 'aborted')
      await this.stage.show(new Message(problemMessage(this.title, outcome.problem)));
    this.toWrong();
    this.stage.invalidate();
  }

  /** Shows what the service refuses at the fields that it names. Does it name only fields that are here? */
  private refusedFields(problem: Problem): boolean {
    const named =
      problem.code === 'bad-values' ? problem.details.fields : problem.code === 'bad-value' ? [problem.details] : [];
    const here = named.filter(({ field }) => this.rows.some(({ name }) => name === field));
    this.refuse(Object.fromEntries(here.map(({ field, why, right }) => [field, refusal(why, right)])) as FormErrors<F>);
    return named.length > 0 && here.length === named.length;
  }

  private toWrong(): void {
    const wrong = this.firstWrong();
    if (wrong) this.at = this.rows.indexOf(wrong);
  }

  private firstWrong(): Row<F> | undefined {
    return this.rows.find((row) => row.error !== '');
  }

  private refuse(errors: FormErrors<F>): void {
    for (const row of this.rows) row.error = errors[row.name] ?? '';
  }

  // -------------------------------------------------------------- painting

  private get labelColumns(): number {
    return Math.max(0, ...this.rows.map(({ field }) => field.label.length));
  }

  /** Labels stand left of their fields where there is room, above them otherwise. */
  private labelsLeft(width: number): boolean {
    const widest = Math.max(...this.rows.map(({ field }) => field.columns));
    return this.labelColumns + 2 + Math.min(widest, 30) <= width;
  }

  size(room: Size): Size {
    const fields = Math.max(...this.rows.map(({ field }) => field.columns));
    const width = Math.min(room.width, Math.max(44, this.labelColumns + 2 + fields));
    return { width, height: Math.min(room.height, this.layout(width).height + 3) };
  }

  paint(canvas: Canvas): void {
    const height = Math.max(1, canvas.height - (canvas.height > 8 ? 2 : 1));
    const { items, height: whole, focusRow } = this.layout(canvas.width);
    this.scroll.fit(whole, height);
    if (focusRow !== undefined) this.scroll.reveal(focusRow.to);
    if (focusRow !== undefined) this.scroll.reveal(focusRow.from);
    const body = canvas.part(0, 0, canvas.width, height);
    for (const item of items) item.paint(body, item.y - this.scroll.top);
    this.scroll.paint(canvas, canvas.height - 1);
    this.buttons.paint(canvas, canvas.height - 1, this.field === undefined, this.scroll.columns);
  }

  /** Everything above the buttons, with its row, as if there were room for all. */
  private layout(width: number) {
    const items: { y: number; paint(canvas: Canvas, y: number): void }[] = [];
    let y = 0;
    let focusRow: { from: number; to: number } | undefined;
    const lines = (text: string, role: 'text' | 'bad') => {
      for (const line of wrap(text, width)) items.push({ y: y++, paint: (c, at) => void c.text(0, at, line, role) });
    };
    if (this.options.text) {
      lines(this.options.text, 'text');
      y++;
    }
    const left = this.labelsLeft(width);
    this.rows.forEach(({ field, error }, index) => {
      const from = y;
      const x = left && field.label ? this.labelColumns + 2 : 0;
      if (field.label && !left) lines(field.label, 'text');
      if (field.label && left) items.push({ y, paint: (c, at) => void c.text(0, at, field.label) });
      const at = y;
      items.push({ y, paint: (c, top) => paintField(c, field, x, top, index === this.at) });
      y += field.rows;
      if (error) lines(error, 'bad');
      if (index === this.at)
        focusRow = { from: field.row === 0 ? from : at + field.row, to: error ? y - 1 : at + field.row };
      if (field.rows > 1 && index < this.rows.length - 1) y++;
    });
    return { items, height: y, focusRow };
  }
}

/** A field may be cut at the top or the bottom by scrolling: its rows are painted through a part that hides the rest. */
function paintField(canvas: Canvas, field: LiveField<unknown>, x: number, y: number, focused: boolean): void {
  field.paint(canvas.part(x, y, canvas.width - x, field.rows), focused);
}

/** The fields of a form: text, choice, check box. Each paints itself and says what its value is or why it is none. */
import type { Parsed } from '../../src/values/result.ts';
import { said, t } from '../texts/texts.ts';
import type { Canvas } from './canvas.ts';
import type { KeyHint } from './keys.ts';
import { LineEditor } from './line-editor.ts';
import type { Key } from './terminal/types.ts';

/** What came of reading a field. `error` says what is wrong and what would be right. */
export type FieldResult<T> = { value: T; error?: undefined } | { value?: undefined; error: string };

/** A field as a screen describes it: made anew each time its form opens. */
export interface Field<T> {
  readonly label: string;
  /** As it was described, for a look that has no cells to paint on. */
  readonly as: Described<T>;
  make(): LiveField<T>;
}

export type Described<T> =
  | ({ kind: 'text' } & TextOptions<T>)
  | ({ kind: 'radio' } & RadioOptions<T>)
  | ({ kind: 'check' } & CheckOptions)
  | ({ kind: 'pasted' } & PastedOptions<T>);

/** A field that a form may hide; its value is undefined then. */
export function maybe<T>(field: Field<T>): Field<T | undefined> {
  return field as Field<T | undefined>;
}

export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** A field while its form is open. */
export interface LiveField<T> {
  readonly label: string;
  /** Rows without the error. */
  readonly rows: number;
  /** Columns it would like. */
  readonly columns: number;
  /** Letters typed here are text. */
  readonly typing: boolean;
  readonly hints: readonly KeyHint[];
  /** The row of the field where the cursor is. */
  readonly row: number;
  paint(canvas: Canvas, focused: boolean): void;
  /** Was the key for this field? */
  key(key: Key): boolean;
  /** The focus comes in from above or from below. */
  enter(from: 'above' | 'below'): void;
  read(): FieldResult<T>;
}

export interface TextOptions<T> {
  label: string;
  value?: string;
  /** Hidden until revealed with Ctrl-R. */
  masked?: boolean;
  /** Characters at most. */
  most?: number;
  columns?: number;
  parse(text: string): Parsed<T>;
}

/** A line of text that is parsed into a value. */
export function text<T>(options: TextOptions<T>): Field<T> {
  return { label: options.label, as: { kind: 'text', ...options }, make: () => new TextField(options) };
}

class TextField<T> implements LiveField<T> {
  readonly label: string;
  readonly rows = 1;
  readonly row = 0;
  readonly columns: number;
  readonly typing = true;
  private readonly editor: LineEditor;

  constructor(private readonly options: TextOptions<T>) {
    this.label = options.label;
    this.columns = options.columns ?? 40;
    const { most, masked } = options;
    this.editor = new LineEditor(options.value ?? '', { ...(most ? { most } : {}), ...(masked ? { masked } : {}) });
  }

  get hints(): readonly KeyHint[] {
    return this.options.masked ? [{ key: 'Ctrl-R', does: this.editor.revealed ? t`hide` : t`reveal` }] : [];
  }

  paint(canvas: Canvas, focused: boolean): void {
    this.editor.paint(canvas.part(0, 0, Math.min(canvas.width, this.columns), 1), focused);
  }

  key(key: Key): boolean {
    if (key.name === 'ctrl-r' && this.options.masked) this.editor.revealed = !this.editor.revealed;
    else return this.editor.key(key);
    return true;
  }

  enter(): void {
    this.editor.toEnd();
  }

  read(): FieldResult<T> {
    const parsed = this.options.parse(this.editor.value);
    return parsed.ok ? { value: parsed.value } : { error: refusal(parsed.why, parsed.right) };
  }
}

/** "Not an address. Right: 10.0.0.5" */
export function refusal(why: string, right: string): string {
  const wrong = said(why);
  return t`${wrong.slice(0, 1).toUpperCase()}${wrong.slice(1)}. Right: ${said(right)}`;
}

export interface RadioOptions<T> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
}

/** One of several, all of them seen. */
export function radio<T>(options: RadioOptions<T>): Field<T> {
  return { label: options.label, as: { kind: 'radio', ...options }, make: () => new RadioField(options) };
}

class RadioField<T> implements LiveField<T> {
  readonly label: string;
  readonly rows: number;
  readonly columns: number;
  readonly typing = false;
  readonly hints = [{ key: 'SPACE', does: t`select` }];
  private chosen: number;
  row: number;

  constructor(private readonly options: RadioOptions<T>) {
    this.label = options.label;
    this.rows = options.options.length;
    this.columns = Math.max(...options.options.map(({ label }) => label.length)) + 4;
    this.chosen = Math.max(
      0,
      options.options.findIndex(({ value }) => value === options.value),
    );
    this.row = this.chosen;
  }

  paint(canvas: Canvas, focused: boolean): void {
    this.options.options.forEach(({ label }, y) => {
      const here = focused && y === this.row;
      canvas.text(0, y, `(${y === this.chosen ? '*' : ' '}) ${label}`, here ? 'selected' : 'text');
      if (here) canvas.cursor(1, y);
    });
  }

  key({ name }: Key): boolean {
    if (name === 'up' && this.row > 0) this.row--;
    else if (name === 'down' && this.row < this.rows - 1) this.row++;
    else if (name === 'space') this.chosen = this.row;
    else return false;
    return true;
  }

  enter(from: 'above' | 'below'): void {
    this.row = from === 'above' ? 0 : this.rows - 1;
  }

  read(): FieldResult<T> {
    const option = this.options.options[this.chosen];
    return option ? { value: option.value } : { error: t`Choose one` };
  }
}

export interface CheckOptions {
  label: string;
  value: boolean;
}

/** A box to tick. */
export function check(options: CheckOptions): Field<boolean> {
  return { label: '', as: { kind: 'check', ...options }, make: () => new CheckField(options.label, options.value) };
}

class CheckField implements LiveField<boolean> {
  readonly label = '';
  readonly rows = 1;
  readonly row = 0;
  readonly typing = false;
  readonly hints = [{ key: 'SPACE', does: t`tick` }];

  constructor(
    private readonly text: string,
    private ticked: boolean,
  ) {}

  get columns(): number {
    return this.text.length + 4;
  }

  paint(canvas: Canvas, focused: boolean): void {
    canvas.text(0, 0, `[${this.ticked ? 'X' : ' '}] ${this.text}`, focused ? 'selected' : 'text');
    if (focused) canvas.cursor(1, 0);
  }

  key({ name }: Key): boolean {
    if (name !== 'space') return false;
    this.ticked = !this.ticked;
    return true;
  }

  enter(): void {}

  read(): FieldResult<boolean> {
    return { value: this.ticked };
  }
}

export interface PastedOptions<T> {
  label: string;
  /** "Paste the private key here" */
  hint: string;
  parse(text: string): Parsed<T>;
}

/** Text of several lines that is pasted, not typed: said how much it is, never shown. */
export function pasted<T>(options: PastedOptions<T>): Field<T> {
  return { label: options.label, as: { kind: 'pasted', ...options }, make: () => new PastedField(options) };
}

class PastedField<T> implements LiveField<T> {
  readonly label: string;
  readonly rows = 1;
  readonly row = 0;
  readonly typing = true;
  readonly hints = [{ key: 'DEL', does: t`empty it` }];
  private content = '';

  constructor(private readonly options: PastedOptions<T>) {
    this.label = options.label;
  }

  get columns(): number {
    return this.options.hint.length + 1;
  }

  paint(canvas: Canvas, focused: boolean): void {
    canvas.fill(focused ? 'fieldFocus' : 'field');
    const count = this.content.trim().split('\n').length;
    const shown = this.content ? (count === 1 ? t`1 line pasted` : t`${count} lines pasted`) : this.options.hint;
    canvas.text(0, 0, shown, focused ? 'fieldFocus' : 'field');
    if (focused) canvas.cursor(0, 0);
  }

  key({ name, text }: Key): boolean {
    if (name === 'paste') this.content = text ?? '';
    else if (name === 'delete' || name === 'backspace') this.content = '';
    // Letters by themselves are none of a key: they mean nothing here.
    else return text !== undefined && name.length === 1;
    return true;
  }

  enter(): void {}

  read(): FieldResult<T> {
    const parsed = this.options.parse(this.content);
    return parsed.ok ? { value: parsed.value } : { error: refusal(parsed.why, parsed.right) };
  }
}

/** A page of labelled values, live; warnings stand at its top. */
import { type Problem, problemOf } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { paintBar } from './bar.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { back, confirm, type KeyHint } from './keys.ts';
import type { Live } from './live.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import type { Key } from './terminal/types.ts';
import type { Role } from './theme.ts';
import { sentence } from './told.ts';

export interface Fact {
  label: string;
  value: string;
  role?: Role;
}

export interface FactsPage {
  warnings?: readonly string[];
  /** Paragraphs above the facts. */
  text?: readonly string[];
  facts: readonly Fact[];
  /** What can be done now, as buttons before the last one. */
  actions?: readonly string[];
  /** 0 to 1: a bar below the facts. */
  fraction?: number;
  /** There is nothing more to see: the page closes. */
  isOver?: boolean;
}

export interface FactsOptions {
  title: string;
  /** The button that leaves; default "OK". */
  leave?: string;
  /** The button that has the focus at first, where pressing it by accident does no harm; default: the one that leaves. */
  focus?: string;
  /** One of the page's actions; runs with the page still there, below. 'close' closes it afterwards. */
  choose?(action: string): Promise<unknown>;
  page: FactsPage | Live<FactsPage>;
}

/** A row without a label takes the whole width; an empty one goes on below the row above. */
interface Row {
  label?: string;
  value: string;
  role?: Role;
}

export class Facts extends Piece<void> {
  private page: FactsPage | undefined;
  private problem: Problem | undefined;
  private buttons: Buttons;
  /** Typed before there was a page to mean by it. */
  private readonly early: Key[] = [];
  private readonly scroll = new Scroll();

  constructor(private readonly options: FactsOptions) {
    super(options.title);
    this.buttons = new Buttons([this.leave]);
  }

  private get leave(): string {
    return this.options.leave ?? t`OK`;
  }

  protected override opened(): void {
    const { page } = this.options;
    if (typeof page !== 'function') this.take(page);
    else
      page((news) => this.take(news), this.signal).catch((error) => {
        this.problem = problemOf(error);
        this.stage.invalidate();
      });
  }

  override awaits(): boolean {
    return !this.page && !this.problem;
  }

  private take(page: FactsPage): void {
    this.page = page;
    this.problem = undefined;
    this.arrange(page.actions ?? []);
    if (page.isOver) this.end();
    this.stage.invalidate();
    this.stage.type(this.early.splice(0));
  }

  /** The focus stays on its button, and otherwise goes to the one that leaves: no action is begun by accident. */
  private arrange(actions: readonly string[]): void {
    const labels = [...actions, this.leave];
    if (labels.join() === this.buttons.labels.join()) return;
    const isFirst = this.buttons.labels.length === 1;
    const focus = labels.indexOf((isFirst && this.options.focus) || (this.buttons.focused ?? ''));
    this.buttons = new Buttons(labels);
    this.buttons.focus = focus >= 0 ? focus : labels.length - 1;
  }

  keys(): readonly KeyHint[] {
    const [scroll, ...more] = this.scroll.hints;
    const choose = this.buttons.labels.length > 1 ? [{ key: 'leftright', does: t`choose` }] : [];
    return [...choose, ...(scroll ? [scroll] : []), confirm, ...(choose.length ? [back] : []), ...more];
  }

  key(key: Key): void {
    if (key.name === 'escape') this.end();
    else if (this.options.choose && !this.page && !this.problem) this.early.push(key);
    else if (key.name === 'enter') void this.confirm();
    else if (key.name === 'tab') this.buttons.key({ name: 'right' });
    else if (key.name === 'backtab') this.buttons.key({ name: 'left' });
    else if (!this.scroll.key(key)) this.buttons.key(key);
  }

  private async confirm(): Promise<void> {
    const action = this.buttons.focused;
    if (action === undefined || action === this.leave) this.end();
    else if ((await this.options.choose?.(action)) === 'close') this.end();
  }

  size(room: Size): Size {
    const width = Math.min(room.width, 72);
    return {
      width,
      height: Math.min(
        room.height,
        Math.max(12, this.lines(width).length + (this.page?.fraction === undefined ? 2 : 3)),
      ),
    };
  }

  paint(canvas: Canvas): void {
    const lines = this.lines(canvas.width);
    const spare = canvas.height > 8 ? 1 : 0;
    const bar = this.page?.fraction === undefined ? 0 : 1;
    const body = canvas.part(0, 0, canvas.width, canvas.height - 1 - spare - bar);
    if (this.page?.fraction !== undefined)
      paintBar(canvas.part(0, canvas.height - 2 - spare, canvas.width, 1), this.page.fraction);
    this.scroll.fit(lines.length, body.height);
    lines.slice(this.scroll.top, this.scroll.top + body.height).forEach(({ label, value, role }, y) => {
      const x = label === undefined ? 0 : this.labelColumns;
      if (label) body.text(0, y, `${label.padEnd(this.labelColumns - 2)}:`, 'dim');
      body.text(x, y, value, role ?? 'text');
    });
    this.scroll.paint(canvas, canvas.height - 1);
    this.buttons.paint(canvas, canvas.height - 1, true, this.scroll.columns);
  }

  private get labelColumns(): number {
    return Math.max(0, ...(this.page?.facts ?? []).map(({ label }) => label.length)) + 3;
  }

  /** Where there is little room, a value stands below its label. */
  private stacked(width: number): boolean {
    return width - this.labelColumns < 24;
  }

  /** Rows as they are shown: a long value goes on below itself, without a label. */
  private lines(width: number): Row[] {
    if (this.problem) return wrap(sentence(this.problem), width).map((value) => ({ value, role: 'bad' }));
    if (!this.page) return [{ value: t`Reading...` }];
    const warnings = (this.page.warnings ?? []).flatMap((text) =>
      wrap(text, width).map((value) => ({ value, role: 'warn' as const })),
    );
    const text = (this.page.text ?? []).flatMap((one) => wrap(one, width).map((value) => ({ value })));
    const facts = this.page.facts.flatMap((fact) => this.rows(fact, width));
    return [warnings, text, facts].flatMap((part, at) => (part.length && at < 2 ? [...part, { value: '' }] : part));
  }

  private rows({ label, value, role }: Fact, width: number): Row[] {
    const look = role ? { role } : {};
    if (!this.stacked(width))
      return wrap(value, width - this.labelColumns).map((line, at) => ({
        label: at === 0 ? label : '',
        value: line,
        ...look,
      }));
    const below = wrap(value, width - 2).map((line) => ({ value: `  ${line}`, ...look }));
    return label ? [{ value: label, role: 'dim' }, ...below] : below;
  }
}

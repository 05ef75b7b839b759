/** A page of labelled values, live; warnings stand at its top. */
import { type Problem, problemOf, sentence } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { confirm, type KeyHint } from './keys.ts';
import type { Live } from './live.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import type { Key } from './terminal/types.ts';
import type { Role } from './theme.ts';

export interface Fact {
  label: string;
  value: string;
  role?: Role;
}

export interface FactsPage {
  warnings?: readonly string[];
  facts: readonly Fact[];
}

export interface FactsOptions {
  title: string;
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
  private readonly buttons = new Buttons(['OK']);
  private readonly scroll = new Scroll();

  constructor(private readonly options: FactsOptions) {
    super(options.title);
  }

  protected override opened(): void {
    const { page } = this.options;
    if (typeof page !== 'function') this.page = page;
    else
      page((news) => this.take(news), this.signal).catch((error) => {
        this.problem = problemOf(error);
        this.stage.invalidate();
      });
  }

  private take(page: FactsPage): void {
    this.page = page;
    this.problem = undefined;
    this.stage.invalidate();
  }

  keys(): readonly KeyHint[] {
    const [scroll, ...more] = this.scroll.hints;
    return [...(scroll ? [scroll] : []), confirm, ...more];
  }

  key(key: Key): void {
    if (key.name === 'enter' || key.name === 'escape') this.end();
    else this.scroll.key(key);
  }

  size(room: Size): Size {
    const width = Math.min(room.width, 72);
    return { width, height: Math.min(room.height, Math.max(12, this.lines(width).length + 2)) };
  }

  paint(canvas: Canvas): void {
    const lines = this.lines(canvas.width);
    const spare = canvas.height > 8 ? 1 : 0;
    const body = canvas.part(0, 0, canvas.width, canvas.height - 1 - spare);
    this.scroll.fit(lines.length, body.height);
    lines.slice(this.scroll.top, this.scroll.top + body.height).forEach(({ label, value, role }, y) => {
      const x = label === undefined ? 0 : this.labelColumns;
      if (label) body.text(0, y, `${label.padEnd(this.labelColumns - 2)}:`, 'dim');
      body.text(x, y, value, role ?? 'text');
    });
    this.scroll.paint(canvas, canvas.height - 1);
    this.buttons.paint(canvas, canvas.height - 1);
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
    if (!this.page) return [{ value: 'Reading...' }];
    const warnings = (this.page.warnings ?? []).flatMap((text) =>
      wrap(text, width).map((value) => ({ value, role: 'warn' as const })),
    );
    const facts = this.page.facts.flatMap((fact) => this.rows(fact, width));
    return warnings.length ? [...warnings, { value: '' }, ...facts] : facts;
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

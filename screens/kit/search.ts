/** Search in lines by regular expression: asking for it, finding, going on. Matching line by line; draws one row. */

import { t } from '../texts/texts.ts';
import type { Canvas } from './canvas.ts';
import { LineEditor } from './line-editor.ts';
import type { Key } from './terminal/types.ts';

export interface Found {
  line: number;
  /** Character at which the match begins. */
  column: number;
}

export class Search {
  /** Said after a search: "Not found: x". */
  said = '';
  private editor: LineEditor | undefined;
  private expression: RegExp | undefined;
  private direction: 1 | -1 = 1;
  private last = -1;

  get asking(): boolean {
    return this.editor !== undefined;
  }

  ask(direction: 'forward' | 'backward'): void {
    this.direction = direction === 'forward' ? 1 : -1;
    this.editor = new LineEditor('', { most: 200 });
    this.said = '';
  }

  /** A key while asking. Gives the first match after Enter. `from`: the first line that is seen. */
  key(key: Key, lines: readonly { text: string }[], from: number): Found | undefined {
    if (key.name === 'escape') this.editor = undefined;
    else if (key.name === 'enter') return this.begin(lines, from);
    else this.editor?.key(key);
    return undefined;
  }

  private begin(lines: readonly { text: string }[], from: number): Found | undefined {
    const text = this.editor?.value ?? '';
    this.editor = undefined;
    if (text === '') return undefined;
    this.expression = expressionOf(text);
    this.last = from - this.direction;
    return this.again(lines, 1);
  }

  /** The next match in the direction of the search, or against it; round the end. */
  again(lines: readonly { text: string }[], sense: 1 | -1): Found | undefined {
    const { expression } = this;
    if (!expression || lines.length === 0) return undefined;
    const step = this.direction * sense;
    for (let n = 1; n <= lines.length; n++) {
      const line = (((this.last + n * step) % lines.length) + lines.length) % lines.length;
      const column = lines[line]?.text.search(expression) ?? -1;
      if (column >= 0) {
        this.last = line;
        this.said = '';
        return { line, column };
      }
    }
    this.said = t`Not found: ${expression.source}`;
    return undefined;
  }

  /** Where the text matches, in characters. */
  *matches(text: string): Generator<{ from: number; to: number }> {
    if (!this.expression) return;
    for (const match of text.matchAll(new RegExp(this.expression, `${this.expression.flags}g`)))
      if (match[0].length > 0) yield { from: match.index, to: match.index + match[0].length };
  }

  paint(canvas: Canvas): void {
    const sign = this.direction === 1 ? '/' : '?';
    canvas.text(0, 0, sign, 'strong');
    this.editor?.paint(canvas.part(1, 0, canvas.width - 1, 1), true);
  }
}

/** As less has it: small letters match both cases. What is no regular expression is searched for as it stands. */
function expressionOf(text: string): RegExp {
  const flags = /\p{Lu}/u.test(text) ? 'u' : 'iu';
  try {
    return new RegExp(text, flags);
  } catch {
    return new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), flags);
  }
}

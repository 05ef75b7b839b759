/** A text to read, closed with one key. */
import type { Problem } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas, Line } from './canvas.ts';
import { confirm, type KeyHint } from './keys.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import type { Key } from './terminal/types.ts';
import type { Role } from './theme.ts';
import { explain } from './told.ts';

export interface MessageOptions {
  title: string;
  /** Paragraphs; each is wrapped. */
  text: readonly (string | { text: string; role: Role })[];
}

export class Message extends Piece<void> {
  override readonly kind = 'dialog';
  private readonly buttons = new Buttons([t`OK`]);
  private readonly scroll = new Scroll();

  constructor(private readonly options: MessageOptions) {
    super(options.title);
  }

  keys(): readonly KeyHint[] {
    return [confirm, ...this.scroll.hints];
  }

  size(room: Size): Size {
    const width = Math.min(room.width, Math.max(34, ...this.lines(Math.min(64, room.width)).map(lengthOf)));
    return { width, height: Math.min(room.height, this.lines(width).length + 2) };
  }

  paint(canvas: Canvas): void {
    const lines = this.lines(canvas.width);
    const height = canvas.height - 2;
    this.scroll.fit(lines.length, height);
    canvas.lines(0, lines.slice(this.scroll.top, this.scroll.top + height));
    this.scroll.paint(canvas, canvas.height - 1);
    this.buttons.paint(canvas, canvas.height - 1, true, this.scroll.columns);
  }

  key(key: Key): void {
    if (key.name === 'enter' || key.name === 'escape') this.end();
    else this.scroll.key(key);
  }

  private lines(width: number): Line[] {
    return paragraphs(this.options.text, width);
  }
}

const lengthOf = (line: Line) =>
  typeof line === 'string' ? line.length : line.reduce((sum, { text }) => sum + text.length, 0);

/** Wraps paragraphs to lines, each in its role. */
export function paragraphs(text: MessageOptions['text'], width: number): Line[] {
  return text.flatMap((paragraph) => {
    const { text, role } = typeof paragraph === 'string' ? { text: paragraph, role: 'text' as const } : paragraph;
    return wrap(text, width).map((line) => [{ text: line, role }]);
  });
}

/** A problem as a message: what happened, why, what to do. */
export function problemMessage(title: string, problem: Problem): MessageOptions {
  const { what, why, advice } = explain(problem);
  const more = [why, advice].filter((text) => text !== undefined).flatMap((text) => ['', text]);
  return { title, text: [{ text: what, role: 'bad' }, ...more] };
}

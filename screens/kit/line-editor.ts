/** One line of text being edited: cursor, deleting, pasting, masking. Knows no form. */

import { columns } from '../../src/values/width.ts';
import type { Canvas } from './canvas.ts';
import { cells } from './cells.ts';
import type { Key } from './terminal/types.ts';

export interface LineEditorOptions {
  /** Characters at most; what is typed beyond is not taken. */
  most?: number;
  /** Shown as bullets until revealed. */
  masked?: boolean;
}

export class LineEditor {
  revealed = false;
  /** What a person counts as characters, so that the cursor never stands inside one. */
  private characters: string[];
  private at: number;
  /** First character seen. */
  private from = 0;

  constructor(
    value: string,
    private readonly options: LineEditorOptions = {},
  ) {
    this.characters = split(value);
    this.at = this.characters.length;
  }

  get value(): string {
    return this.characters.join('');
  }

  /** Was the key for us? */
  key(key: Key): boolean {
    const command = commands[key.name];
    if (command) command.call(this);
    else if (key.text !== undefined) this.insert(key.text);
    else return false;
    return true;
  }

  /** Types text at the cursor. Of a paste only the first line that is not empty is taken. */
  insert(text: string): void {
    const line = text.includes('\n') ? (text.split('\n').find((l) => l.trim() !== '') ?? '') : text;
    const after = this.characters.slice(this.at);
    // Split anew: a combining mark belongs to the character before it.
    const before = split(this.characters.slice(0, this.at).join('') + line.replaceAll('\t', ' '));
    const kept = before.slice(0, Math.max(this.at, (this.options.most ?? 4096) - after.length));
    this.characters = [...kept, ...after];
    this.at = kept.length;
  }

  left(): void {
    this.at = Math.max(0, this.at - 1);
  }

  right(): void {
    this.at = Math.min(this.characters.length, this.at + 1);
  }

  home(): void {
    this.at = 0;
  }

  toEnd(): void {
    this.at = this.characters.length;
  }

  backspace(): void {
    if (this.at > 0) this.characters.splice(--this.at, 1);
  }

  delete(): void {
    this.characters.splice(this.at, 1);
  }

  deleteToStart(): void {
    this.characters.splice(0, this.at);
    this.at = 0;
  }

  deleteToEnd(): void {
    this.characters.splice(this.at);
  }

  deleteWord(): void {
    const end = this.at;
    while (this.at > 0 && this.characters[this.at - 1] === ' ') this.at--;
    while (this.at > 0 && this.characters[this.at - 1] !== ' ') this.at--;
    this.characters.splice(this.at, end - this.at);
  }

  /** Paints the field over the whole canvas (one row), the cursor in it where it has the focus. */
  paint(canvas: Canvas, focused: boolean): void {
    const role = focused ? 'fieldFocus' : 'field';
    canvas.fill(role);
    const shown = this.options.masked && !this.revealed ? this.characters.map(() => '*') : this.characters;
    this.follow(shown, canvas.width);
    canvas.text(0, 0, shown.slice(this.from).join(''), role);
    if (focused) canvas.cursor(columns(shown.slice(this.from, this.at).join('')), 0);
  }

  /** Scrolls sideways so that the cursor is seen. */
  private follow(shown: string[], width: number): void {
    if (this.at < this.from) this.from = this.at;
    while (columns(shown.slice(this.from, this.at).join('')) > width - 1) this.from++;
    // The field may have become wider.
    while (this.from > 0 && columns(shown.slice(this.from - 1).join('')) <= width - 1) this.from--;
  }
}

const split = (text: string) => [...cells(text)].map(({ character }) => character);

const commands: Record<string, ((this: LineEditor) => void) | undefined> = {
  left: LineEditor.prototype.left,
  right: LineEditor.prototype.right,
  home: LineEditor.prototype.home,
  end: LineEditor.prototype.toEnd,
  'ctrl-a': LineEditor.prototype.home,
  'ctrl-e': LineEditor.prototype.toEnd,
  'ctrl-b': LineEditor.prototype.left,
  'ctrl-f': LineEditor.prototype.right,
  backspace: LineEditor.prototype.backspace,
  delete: LineEditor.prototype.delete,
  'ctrl-u': LineEditor.prototype.deleteToStart,
  'ctrl-k': LineEditor.prototype.deleteToEnd,
  'ctrl-w': LineEditor.prototype.deleteWord,
};

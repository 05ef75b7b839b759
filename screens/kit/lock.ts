/** A locked console: nothing of what lies below is seen but the status line, and no key but the password opens it. */
import { problemOf } from '../../src/errors.ts';
import { wrap } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import type { Canvas } from './canvas.ts';
import type { KeyHint } from './keys.ts';
import { LineEditor } from './line-editor.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';
import { sentence } from './told.ts';

/** Gives what is wrong with the password, or undefined when it is right. */
type Check = (password: string, signal: AbortSignal) => Promise<string | undefined>;

export class Lock extends Piece<void> {
  override readonly level = 2;
  private editor = editor();
  private said = '';
  private checking = false;

  constructor(private readonly check: Check) {
    super(t`Locked`);
  }

  override typing(): boolean {
    return true;
  }

  keys(): readonly KeyHint[] {
    return [{ key: 'ENTER', does: t`unlock` }];
  }

  key(key: Key): void {
    if (this.checking) return;
    if (key.name === 'enter') void this.unlock();
    else this.editor.key(key);
  }

  private async unlock(): Promise<void> {
    this.checking = true;
    const wrong = await this.check(this.editor.value, this.signal).catch((error) => sentence(problemOf(error)));
    this.checking = false;
    this.editor = editor();
    this.said = wrong ?? '';
    if (wrong === undefined) this.end();
    else this.stage.invalidate();
  }

  size(room: Size): Size {
    return { width: Math.min(room.width, 44), height: Math.min(room.height, 5) };
  }

  paint(canvas: Canvas): void {
    canvas.text(0, 0, t`This console is locked.`);
    const label = `${t`Password`}: `;
    canvas.text(0, 1, label);
    this.editor.paint(canvas.part(label.length, 1, canvas.width - label.length, 1), true);
    canvas.lines(2, wrap(this.checking ? t`Checking...` : this.said, canvas.width).slice(0, canvas.height - 2), 'bad');
  }
}

const editor = () => new LineEditor('', { most: 256, masked: true });

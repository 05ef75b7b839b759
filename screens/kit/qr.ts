/** A QR code over the whole screen, two modules in each row. For terminals with Unicode. */
import { encode } from 'uqr';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas } from './canvas.ts';
import { confirm, type KeyHint } from './keys.ts';
import { Piece, type Size } from './piece.ts';
import type { Key } from './terminal/types.ts';

/** Modules of light around the code: less than the standard's four, which cameras do without. */
const quiet = 2;

export class QrCode extends Piece<void> {
  private readonly buttons = new Buttons(['OK']);
  /** True: dark. */
  private readonly modules: boolean[][];

  constructor(title: string, text: string) {
    super(title);
    this.modules = encode(text, { ecc: 'L', border: quiet }).data;
  }

  override bare(): boolean {
    return true;
  }

  keys(): readonly KeyHint[] {
    return [confirm];
  }

  key({ name }: Key): void {
    if (name === 'enter' || name === 'escape') this.end();
  }

  size(room: Size): Size {
    return room;
  }

  paint(canvas: Canvas): void {
    const side = this.modules.length;
    const rows = Math.ceil(side / 2);
    if (canvas.width < side || canvas.height < rows) {
      canvas.text(0, 0, t`The code needs ${side}x${rows + 2}: make the terminal larger.`, 'warn');
    } else {
      const left = Math.floor((canvas.width - side) / 2);
      for (let y = 0; y < rows; y++) canvas.text(left, y, this.row(y), 'code', side);
    }
    if (canvas.height > rows) this.buttons.paint(canvas, canvas.height - 1);
  }

  private row(y: number): string {
    const below = this.modules[2 * y + 1] ?? [];
    // What is drawn is light: a terminal's own ground is dark, or made so by the role.
    return (this.modules[2 * y] ?? [])
      .map((dark, x) => (dark ? (below[x] ? ' ' : '▄') : (below[x] ?? false) ? '▀' : '█'))
      .join('');
  }
}

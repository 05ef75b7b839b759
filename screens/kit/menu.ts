/** A menu: label, description, a live status beside it, greyed entries with the reason. */

import { shortened, wrap, wrapInto } from '../../src/values/width.ts';
import { t } from '../texts/texts.ts';
import { Buttons } from './buttons.ts';
import type { Canvas, Segment } from './canvas.ts';
import { back, confirm, type KeyHint, navigate } from './keys.ts';
import { Piece, type Size } from './piece.ts';
import { Scroll } from './scroll.ts';
import type { Key } from './terminal/types.ts';

export interface MenuItem {
  id: string;
  label: string;
  description: string;
  /** Why it cannot be chosen now; absent where it can. */
  greyed?: string | undefined;
}

/** Beside a greyed entry: without colours nothing else tells it from the others. */
const greyedMark = (): Segment => ({ text: t`not now`, role: 'dim' });

export interface MenuOptions {
  title: string | (() => string);
  /** Asked at each paint: what can be chosen may change while the menu is open. */
  items(): readonly MenuItem[];
  /** Shown at the right of an item; asked at each paint. */
  status?: (id: string) => Segment | undefined;
  /** Runs with the menu still there, below. 'close' closes it afterwards. */
  choose(id: string): Promise<unknown>;
  /** Has it a "Back" button? The main menu has none. */
  back: boolean;
  /** Asked when the operator wants to leave; default: leave. */
  leave?(): Promise<boolean>;
}

export class Menu extends Piece<void> {
  private at = 0;
  private readonly buttons: Buttons;
  private readonly scroll = new Scroll();

  constructor(private readonly options: MenuOptions) {
    super(options.title);
    this.buttons = new Buttons(() => (options.back ? [t`OK`, t`Back`] : [t`OK`]));
  }

  private get item(): MenuItem | undefined {
    return this.options.items()[this.at];
  }

  keys(): readonly KeyHint[] {
    const leave = this.options.back ? back : { key: 'ESC', does: t`leave` };
    return this.buttons.focus === 0 && this.item?.greyed ? [navigate, leave] : [navigate, confirm, leave];
  }

  key(key: Key): void {
    if (key.name === 'escape') this.leave();
    else if (key.name === 'enter') this.confirm();
    else if (key.name === 'up' || key.name === 'backtab') this.move(-1);
    else if (key.name === 'down') this.move(1);
    else if (key.name === 'tab') this.buttons.key({ name: 'right' });
    else if (key.name === 'home' || key.name === 'pageup') this.at = 0;
    else if (key.name === 'end' || key.name === 'pagedown') this.at = this.options.items().length - 1;
    else if (key.name === 'left' || key.name === 'right') this.buttons.key(key);
    else if (key.text) this.jump(key.text);
  }

  private move(by: number): void {
    const count = this.options.items().length;
    this.at = (this.at + by + count) % count;
  }

  /** To the next item whose label begins with that letter. */
  private jump(letter: string): void {
    const items = this.options.items();
    for (let step = 1; step <= items.length; step++) {
      const at = (this.at + step) % items.length;
      if (items[at]?.label.toLowerCase().startsWith(letter.toLowerCase())) {
        this.at = at;
        return;
      }
    }
  }

  private confirm(): void {
    if (this.buttons.focus === 1) this.leave();
    else if (this.item && !this.item.greyed) void this.choose(this.item);
  }

  private async choose({ id }: MenuItem): Promise<void> {
    if ((await this.options.choose(id)) === 'close') this.end();
    else this.stage.invalidate();
  }

  /** At once where nobody is asked: the keys behind are for what comes to light. */
  private leave(): void {
    const { leave } = this.options;
    if (!leave) this.end();
    else void leave().then((leaves) => leaves && this.end());
  }

  // -------------------------------------------------------------- painting

  private get labelColumns(): number {
    return Math.max(...this.options.items().map(({ label }) => label.length)) + 3;
  }

  private get descriptionColumns(): number {
    return Math.max(...this.options.items().map(({ description }) => description.length));
  }

  /** Not every description has room beside its label: then that of the selected item stands below. */
  private isNarrow(width: number): boolean {
    return this.labelColumns + this.descriptionColumns + 2 > width;
  }

  /** What is said of an item below the others. */
  private hintOf({ greyed, label, description }: MenuItem, width: number): string {
    return greyed ?? (this.isNarrow(width) && description !== label ? description : '');
  }

  /** Always the same rows, whichever item is selected: the box must not jump. */
  private hintRows(width: number): number {
    const rows = this.options
      .items()
      .map((item) => this.hintOf(item, width))
      .map((hint) => (hint ? wrap(hint, width).length : 0));
    return Math.max(0, ...rows);
  }

  /** How many of them there are room for: a description has one where items would go for more, a reason two. */
  private hintRoom({ width, height }: Size): number {
    const items = this.options.items();
    const least = items.some(({ greyed }) => greyed) ? 2 : 1;
    return Math.min(this.hintRows(width), Math.max(least, Math.min(3, height - 1 - items.length)));
  }

  size(room: Size): Size {
    const status = this.options.status ? 18 : greyedMark().text.length + 2;
    const width = Math.min(room.width, this.labelColumns + this.descriptionColumns + status + 2);
    const hint = this.hintRows(width);
    return { width, height: Math.min(room.height, this.options.items().length + 4 + (hint ? hint + 1 : 0)) };
  }

  paint(canvas: Canvas): void {
    const items = this.options.items();
    const hintRows = this.hintRoom(canvas);
    // What goes first where rows are few: the empty line at the top, that above the buttons, the one above the hint.
    const spare = canvas.height - items.length - 1 - hintRows;
    const top = spare >= 2 ? 1 : 0;
    const foot = 1 + (spare >= 1 ? 1 : 0) + hintRows;
    const body = canvas.part(0, top, canvas.width, Math.max(1, canvas.height - top - foot));
    this.scroll.fit(items.length, body.height);
    this.scroll.reveal(this.at);
    items.slice(this.scroll.top, this.scroll.top + body.height).forEach((item, y) => {
      this.paintItem(body, y, item, this.scroll.top + y === this.at);
    });
    if (this.item) this.paintHint(canvas.part(0, canvas.height - 1 - hintRows, canvas.width, hintRows), this.item);
    this.scroll.paint(canvas, canvas.height - 1);
    this.buttons.paint(canvas, canvas.height - 1, true, this.scroll.columns);
  }

  private paintHint(canvas: Canvas, item: MenuItem): void {
    if (canvas.height === 0) return;
    canvas.lines(
      0,
      wrapInto(this.hintOf(item, canvas.width), canvas.width, canvas.height),
      item.greyed ? 'warn' : 'text',
    );
  }

  private paintItem(body: Canvas, y: number, item: MenuItem, selected: boolean): void {
    const role = selected ? 'selected' : item.greyed ? 'dim' : 'text';
    const status = this.options.status?.(item.id) ?? (item.greyed ? greyedMark() : undefined);
    const statusColumns = status ? status.text.length + 1 : 0;
    const row = body.part(0, y, body.width, 1);
    // Without colours it takes a byte a cell to invert: where each counts, the label says which item it is.
    const whole = this.stage.terminal.look.colours > 0;
    const beside = selected && !whole ? (item.greyed ? 'dim' : 'text') : role;
    if (selected) {
      row.part(0, 0, whole ? row.width : this.labelColumns - 1, 1).fill('selected');
      row.cursor(1, 0);
    }
    row.text(1, 0, item.label, role);
    if (!this.isNarrow(body.width)) {
      const room = body.width - this.labelColumns - statusColumns - 1;
      row.text(this.labelColumns, 0, shortened(item.description, room), beside, room);
    }
    if (status) row.text(body.width - statusColumns, 0, status.text, selected && whole ? 'selected' : status.role);
  }
}
